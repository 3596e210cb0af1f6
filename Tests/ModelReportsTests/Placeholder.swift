// Tests of ModelReports.
