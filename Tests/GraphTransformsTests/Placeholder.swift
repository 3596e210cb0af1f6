// Tests of GraphTransforms.
