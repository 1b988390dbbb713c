"""Shared by every test: only what truly is. Each folder has its own fixtures beside its tests."""
