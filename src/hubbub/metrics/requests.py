"""What is counted of HTTP requests."""

from __future__ import annotations

from hubbub.metrics.histogram import REQUEST_SECONDS, Histogram

UNANSWERED = "none"


class Requests:
    """Seconds by the hundred of the status: `2xx`, `4xx` …, `none` for who left before there was an answer."""

    def __init__(self) -> None:
        self.seconds: dict[str, Histogram] = {}

    def note(self, status: int, seconds: float) -> None:
        hundred = f"{status // 100}xx" if status else UNANSWERED
        histogram = self.seconds.get(hundred)
        if histogram is None:
            histogram = self.seconds[hundred] = Histogram(REQUEST_SECONDS)
        histogram.observe(seconds)
