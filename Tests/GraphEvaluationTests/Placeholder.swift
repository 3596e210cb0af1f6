// Tests of GraphEvaluation.
