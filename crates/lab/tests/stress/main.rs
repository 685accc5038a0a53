//! Simulated crashes: risk measures, paths, cascades, shards.

mod cascades;
mod measures;
mod refusals;
mod shards;
mod spiral;
