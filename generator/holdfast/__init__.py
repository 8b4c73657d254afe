"""Serverless services that are secure from their first commit, and stay so."""

__version__ = "0.3.0"
