//! Portfolio margin: published figures, closed forms, and the laws of section 16.
// doubles judge integers here, and draw inputs
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

mod accounts;
mod ahead;
mod correlations;
mod double;
mod forms;
mod laws;
mod published;
#[path = "../seeded/mod.rs"]
mod seeded;
