"""What travels over the socket and the API: shapes, and their coding. No I/O."""
