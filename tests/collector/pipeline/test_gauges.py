"""Where the gauges come from."""

from collections.abc import Sequence
from pathlib import Path

from otel_bridge_collector.deliver.destination import Status
from otel_bridge_collector.health import Health
from otel_bridge_collector.metrics import catalog
from otel_bridge_collector.metrics.process import Process
from otel_bridge_collector.pipeline.gauges import Watched, gauges
from otel_bridge_collector.receive.admission import Admission
from tests.support.spool import open_spool

STATUS = Status(
    name="otlp/backend", state="down", next_seq=2, waiting_records=7, waiting_bytes=900, lag_s=1.5, sent=4, buried=0,
    last_error="no", retry_in_s=0.5,
)  # fmt: skip


class Delivering:
    def statuses(self) -> Sequence[Status]:
        return [STATUS]


def test_every_gauge_of_the_catalog_has_a_source_with_its_labels(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        watched = Watched(
            spool=spool,
            folder=tmp_path,
            deliveries=Delivering(),
            admission=Admission(9),
            health=Health(),
            process=Process(),
        )
        values = {gauge: list(source()) for gauge, source in gauges(watched).items()}

    assert set(values) == set(catalog.GAUGES)
    assert all(len(labels) == len(gauge.labels) for gauge in values for labels, _ in values[gauge])
    assert values[catalog.QUEUE_SIZE] == [(("otlp/backend",), 900.0)]
    assert values[catalog.QUEUE_CAPACITY] == [(("otlp/backend",), float(spool.limits.max_bytes))]
    assert values[catalog.WAITING] == [(("otlp/backend",), 7.0)]
    assert values[catalog.LAG] == [(("otlp/backend",), 1.5)]
    assert values[catalog.CIRCUIT_OPEN] == [(("otlp/backend",), 1.0)]
    assert values[catalog.INFLIGHT_LIMIT] == [((), 9.0)]
    assert values[catalog.READY] == [((), 0.0)]
    assert values[catalog.FAILING] == [(("phase",), 1.0)]
    assert values[catalog.FREE][0][1] > 0
