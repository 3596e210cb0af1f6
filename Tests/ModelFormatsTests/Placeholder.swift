// Tests of ModelFormats.
