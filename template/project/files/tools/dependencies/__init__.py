"""What is locked: as pyproject.toml asks for it, audited, sound where it was built, and listed in SBOMs."""
