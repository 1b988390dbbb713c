"""The way from the log to the hubs: in one process a call, between processes a bus."""
