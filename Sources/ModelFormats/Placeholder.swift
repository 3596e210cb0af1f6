// ModelFormats: see README.md, "The house".
