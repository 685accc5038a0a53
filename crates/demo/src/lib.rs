//! The demonstration: a market crash played on a real local node.
//!
//! The modules here are pure: [`scenario`] turns a file into prices, [`view`] turns a moment of the run into
//! lines of text, [`report`] turns two finished runs into JSON, HTML and a table.

pub mod report;
pub mod scenario;
pub mod view;
