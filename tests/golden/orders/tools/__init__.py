"""What checks, builds and deploys the service: the Makefile runs it."""
