"""Measures holdfast against the tools that its users come from; `make bench` runs it."""
