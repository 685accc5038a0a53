//! Simulated crashes: Monte Carlo paths and cascades of liquidations.
