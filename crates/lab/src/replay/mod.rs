//! A factor through history: the core's estimator and thresholds, step by step at the crank's spacing.
