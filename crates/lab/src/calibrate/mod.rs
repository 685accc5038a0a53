//! Parameters of a factor from its history, with the evidence beside them.
