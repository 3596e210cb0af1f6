// ModelVerification: see README.md, "The house".
