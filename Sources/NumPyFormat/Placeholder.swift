// NumPyFormat: see README.md, "The house".
