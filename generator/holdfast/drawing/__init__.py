"""The graph of who may touch what, drawn: one module for each format."""
