//! Statistics that the commands share: tails, likelihoods, tests of coverage.
