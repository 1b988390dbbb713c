"""Every number of ours that is told: docs/metrics.md and the answer to `/metrics` both come from this table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from hubbub.metrics.histogram import Histogram

Reading: TypeAlias = float | Histogram | Mapping[str, float] | Mapping[str, Histogram]
Readings: TypeAlias = Mapping[str, Reading]
"""What was read: a number or a histogram under the name its place gives it, or one for each value of a label."""


@dataclass(frozen=True, slots=True)
class Metric:
    """`source` is its name among the readings, `label` tells apart what one reading holds several of."""

    name: str
    kind: Literal["gauge", "counter", "histogram"]
    source: str
    help: str
    label: str = ""


def _gauge(name: str, source: str, text: str, label: str = "") -> Metric:
    return Metric(f"hubbub_{name}", "gauge", source, text, label)


def _counter(name: str, source: str, text: str, label: str = "") -> Metric:
    return Metric(f"hubbub_{name}_total", "counter", source, text, label)


def _histogram(name: str, source: str, text: str, label: str = "") -> Metric:
    return Metric(f"hubbub_{name}", "histogram", source, text, label)


METRICS: Final = (
    _gauge("build_info", "build", "Always 1; the label says which version runs.", label="version"),
    # The loop and the process
    _histogram("loop_lag_seconds", "loop_lag", "How late a timer came; looked at once a second."),
    _histogram("gc_pause_seconds", "gc_pauses", "How long a look for cyclic garbage stopped the process."),
    # Storing
    _histogram("commit_seconds", "commit_seconds", "From a transaction's beginning to its commit."),
    _histogram("commit_items", "commit_items", "Changes that were stored by one transaction."),
    _gauge("changes_waiting", "changes_waiting", "Changes not stored yet; at `limits.posts_queue` more are refused."),
    _counter("commits_failed", "commits_failed", "Transactions that could not be stored: the disk is full or broken."),
    # HTTP
    _histogram(
        "http_request_seconds",
        "requests",
        "From a request's head to the end of its answer, by the hundred of its status; none: it was never answered.",
        label="status",
    ),
    _counter("pages_starts", "pages_starts", "Starts of Node for the pages; more than one: it has died."),
    # Connections
    _gauge("connections", "connections", "Open sockets and event streams."),
    _gauge("event_streams", "event_streams", "Those of them that are event streams."),
    _gauge("unsent_bytes", "unsent_bytes", "Bytes kept for readers that are slow."),
    _counter("slow_readers_cut", "too_slow", "Connections closed because they did not read (4008)."),
    # The copy in Elasticsearch or OpenSearch; all 0 where there is none
    _gauge("search_behind", "search_behind", "Events that are not in the search server yet."),
    _gauge("search_leads", "search_leads", "1 where this process writes to the search server."),
    _gauge("search_trouble", "search_trouble", "1 while it does not get on: the server is away, full, or refuses."),
    _counter("search_documents_written", "search_written", "Documents the search server took."),
    _counter("search_documents_refused", "search_refused", "Documents it will never take; the log has what and why."),
    _counter("search_pauses", "search_waits", "Pauses because the search server had too much to do or did not answer."),
    # Those who come (back)
    _gauge("greetings", "greetings", "Connections being sent what they missed."),
    _gauge("greetings_waiting", "greetings_waiting", "Connections in the line for it."),
    _counter("greetings_admitted", "greetings_admitted", "Connections whose greeting began."),
    _counter("greetings_refused", "greetings_refused", "Connections sent away because the line was full."),
    # Previews of links
    _gauge("previews_waiting", "previews_waiting", "Messages whose links are to be looked at."),
    _gauge("previews_kept", "previews_kept", "Links of which it is remembered what they lead to."),
    # The hub
    _gauge("connected_users", "users", "People with at least one connection."),
    _gauge("heard_channels", "channels", "Channels with somebody connected."),
    _gauge("ungreeted_connections", "unsubscribed", "Connections whose state is not read yet."),
    _gauge("loading_users", "loading", "People whose channels are being read."),
    _gauge("recent_streams", "recent", "Streams in which something happened meanwhile."),
    _gauge("catching_up_streams", "tails", "Streams whose latest events are held for connections that are behind."),
    _gauge("undelivered_events", "waiting", "Events that are stored and not yet written to everyone."),
)
