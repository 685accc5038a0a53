//! Price history: OHLCV bars read from CSV files, and what is wrong with them.
