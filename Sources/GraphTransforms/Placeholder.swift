// GraphTransforms: see README.md, "The house".
