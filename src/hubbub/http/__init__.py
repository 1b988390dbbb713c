"""HTTP: the API, the forms of pages without JavaScript, the way to the pages, static files.

Every request passes `security.py` first, whoever answers it in the end.
"""
