"""A project is changed whole or not at all: what is to be done is written down first, and finished or undone later."""
