// GraphEvaluation: see README.md, "The house".
