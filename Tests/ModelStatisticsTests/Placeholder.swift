// Tests of ModelStatistics.
