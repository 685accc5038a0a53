//! One instruction per file, in six beats: load, check, plan, commit, move, prove; then one event.

pub mod governance;
pub mod keeper;
pub mod trader;
