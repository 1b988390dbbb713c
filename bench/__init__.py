"""The bench: Hubbub measured beside a known server, by one load generator, on loopback. `python -m bench --help`."""
