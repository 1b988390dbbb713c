"""Elasticsearch or OpenSearch: a follower of the log that keeps a copy of it there, and searching in that copy.

Imported without its modules it brings no driver along.
"""

from types import MappingProxyType
from typing import Final

# What `SearchServer.sizes` tells, where there is no search server.
NO_SIZES: Final = MappingProxyType(
    dict.fromkeys(
        (
            "search_behind",
            "search_leads",
            "search_trouble",
            "search_written",
            "search_refused",
            "search_waits",
        ),
        0,
    )
)
