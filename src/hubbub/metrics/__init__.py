"""What is counted, and how it is told to Prometheus.

Invariants: nothing here is asked for, copied or formatted but when somebody reads `/metrics`; whoever counts adds to a
number of their own and waits for nobody; every number that is told stands in `catalogue.py`, and only once.
"""
