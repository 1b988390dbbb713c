"""Uploaded files: how they come in, what they are, and where they are kept."""
