"""What commands say of their outcome: for people, and for scripts."""
