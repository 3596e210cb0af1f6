// Tests of NumPyFormat.
