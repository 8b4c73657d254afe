"""Your own tests, one module a function."""
