// Tests of ModelPipeline.
