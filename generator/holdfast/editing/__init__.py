"""holdfast.toml, edited: what is not asked for stays as it is written, comments and order included."""
