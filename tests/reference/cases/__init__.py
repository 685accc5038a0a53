"""Seeded inputs for each module of the reference, and the vectors that follow from them."""
