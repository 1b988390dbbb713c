"""The WebSocket wire: RFC 6455 and RFC 7692 from the upgrade to the descriptor.

`takeover` lets a socket in, `link` is one of them, `poller` and `transport` carry it, `wire` writes to many at once.
`handshake`, `frames` and `deflate` are the two RFCs themselves and do no I/O.
"""
