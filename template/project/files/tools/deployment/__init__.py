"""From a build to what is live: packed, shipped, looked at, and taken back."""
