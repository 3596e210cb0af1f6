// Tests of Operators.
