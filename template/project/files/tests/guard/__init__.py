"""Hostile events and leak canaries against the functions of this service; holdfast keeps them up to date."""
