//! `plimsoll-lab`: calibrate, backtest, stress.

fn main() {}
