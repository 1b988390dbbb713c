"""Readings in the text formats of Prometheus and OpenMetrics, written by prometheus-client.

It is imported when somebody asks for the first time: it brings an HTTP server of its own, which would take a tenth of a
second of every start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isinf
from typing import TYPE_CHECKING

from hubbub.metrics.catalogue import METRICS, Metric, Readings
from hubbub.metrics.histogram import Histogram

if TYPE_CHECKING:
    from prometheus_client.core import Metric as Family


def render(readings: Readings, accept: str = "") -> tuple[bytes, str]:
    """All of `METRICS` that were read, and what the process uses, in the form `accept` asks for; with its type.

    Takes some milliseconds, more where many sockets are open (each descriptor is counted): not on the loop.
    """
    from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
    from prometheus_client.exposition import choose_encoder

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    registry.register(_Collector(readings))
    try:
        encode, content_type = choose_encoder(accept)
    except (TypeError, ValueError):  # a version that is none
        encode, content_type = choose_encoder("")
    return encode(registry), content_type


class _Collector:
    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def describe(self) -> Iterator[Family]:
        """Nothing: the registry would collect once more to learn what there is."""
        return iter(())

    def collect(self) -> Iterator[Family]:
        for metric in METRICS:
            if metric.source in self._readings:
                yield make_family(metric, self._readings)


def make_family(metric: Metric, readings: Readings) -> Family:
    from prometheus_client.core import Metric as Family

    family = Family(metric.name.removesuffix("_total"), metric.help, metric.kind)
    reading = readings[metric.source]
    each = reading.items() if isinstance(reading, Mapping) else (("", reading),)
    for value, told in each:
        labels = {metric.label: value} if metric.label else {}
        if isinstance(told, Histogram):
            add_histogram(family, metric.name, labels, told)
        else:
            family.add_sample(metric.name, labels, told)
    return family


def add_histogram(family: Family, name: str, labels: dict[str, str], histogram: Histogram) -> None:
    count = 0
    for bound, count in histogram.cumulated():
        family.add_sample(f"{name}_bucket", {**labels, "le": "+Inf" if isinf(bound) else str(bound)}, count)
    family.add_sample(f"{name}_count", labels, count)
    family.add_sample(f"{name}_sum", labels, histogram.total)
