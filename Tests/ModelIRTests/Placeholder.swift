// Tests of ModelIR.
