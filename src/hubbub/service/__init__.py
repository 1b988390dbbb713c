"""The rules: one module a noun. Services name ports, never adapters."""
