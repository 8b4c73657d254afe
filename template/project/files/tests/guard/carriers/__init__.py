"""How each event source carries a payload, one module a source."""
