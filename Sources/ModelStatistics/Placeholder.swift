// ModelStatistics: see README.md, "The house".
