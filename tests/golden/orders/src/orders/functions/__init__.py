"""One package a function: its handler and the model of its event."""
