"""`hubbub bench`: what this machine carries. A server of its own on a temporary folder, and its load, both on loopback.

`measure.py` says what is done in which order; `load.py` is the other process, which holds the connections (`crowd.py`)
and does the work of many people (`runs.py`).
"""
