"""Event sources: one module each, imported only by the functions that use it."""
