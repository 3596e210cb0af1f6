// Tests of Layering.
