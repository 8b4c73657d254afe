"""What several tests share: the golden specs, and the tools that judge what they become."""
