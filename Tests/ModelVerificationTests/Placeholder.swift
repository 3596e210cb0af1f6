// Tests of ModelVerification.
