//! The demonstration: a market crash played on a real local node.
//!
//! [`scenario`] turns a file into prices, [`play`] plays them on a node with borrowers and keepers, [`view`] turns a moment of the run into
//! lines of text, [`report`] turns two finished runs into JSON, HTML and a table.

pub mod play;
pub mod report;
pub mod scenario;
pub mod view;
