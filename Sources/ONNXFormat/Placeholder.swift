// ONNXFormat: see README.md, "The house".
