"""The service: its functions, the guard around them, and its settings."""
