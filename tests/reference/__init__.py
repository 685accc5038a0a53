"""The risk model of docs/risk.md, written a second time, in real numbers and from the text alone."""
