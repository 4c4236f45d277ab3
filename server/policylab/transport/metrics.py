"""What one process tells of itself at `/metrics`, beside what every Python program does.

Imported where an address for it is set, and nowhere else: nobody pays for what nobody reads.
"""

from collections.abc import Iterable, Mapping

from prometheus_client import REGISTRY, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from policylab.transport.house import House


def serve(house: House, address: str) -> None:
    """Answer at `address`, `host:port`, from now on."""
    host, _, port = address.rpartition(":")
    REGISTRY.register(HouseMetrics(house))
    start_http_server(int(port), addr=host or "127.0.0.1")


class HouseMetrics(Collector):
    """Read when somebody asks; counted by those who do the work."""

    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> Iterable[Metric]:
        """How operations were answered, and what is open in co-editing."""
        counts = self._house.executor.counts
        yield _counter(
            "policylab_graphql_compiled",
            "Operations that a compiled plan answered.",
            counts.compiled,
        )
        yield _by_reason(
            "policylab_graphql_not_compiled",
            "Operations left to graphql-core because the compiler does not understand them.",
            counts.not_understood,
        )
        yield _by_reason(
            "policylab_graphql_given_up",
            "Operations left to graphql-core on the way: mostly answers that hold an error.",
            counts.given_up,
        )
        if self._house.hub is not None:
            census = self._house.hub.census()
            yield _gauge("policylab_coediting_texts", "Texts in memory.", census.texts)
            yield _gauge("policylab_coediting_connections", "Who has a text open.", census.peers)
            yield _gauge("policylab_coediting_bytes", "Memory of texts, about.", census.bytes)


def _counter(name: str, about: str, value: int) -> Metric:
    found = CounterMetricFamily(name, about)
    found.add_metric([], value)
    return found


def _by_reason(name: str, about: str, counted: Mapping[str, int]) -> Metric:
    found = CounterMetricFamily(name, about, labels=["reason"])
    for reason, count in list(counted.items()):
        found.add_metric([reason], count)
    return found


def _gauge(name: str, about: str, value: int) -> Metric:
    return GaugeMetricFamily(name, about, value)
