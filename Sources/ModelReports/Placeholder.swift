// ModelReports: see README.md, "The house".
