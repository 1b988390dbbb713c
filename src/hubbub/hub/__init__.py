"""Who is listening on this node, and the delivery of committed batches to them."""
