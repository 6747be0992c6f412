"""Write the table of metrics in docs/operations.md.

usage: python -m tests.support.metric_docs
"""

from pathlib import Path
from typing import Final

from otel_bridge_collector.metrics.catalog import COUNTED, DISTRIBUTIONS, GAUGES, Distribution, Gauge
from otel_bridge_collector.telemetry import Counted

PAGE: Final = Path(__file__).parents[2] / "docs" / "operations.md"
BEGIN: Final = "<!-- metrics: made by `make docs` -->"
END: Final = "<!-- end of metrics -->"


def page() -> str:
    """The page with the table of the code."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


def table() -> str:
    """The table, in the order of the catalog."""
    lines = ["", "| metric | kind | unit | labels | what |", "| --- | --- | --- | --- | --- |"]
    metrics: list[Counted | Gauge | Distribution] = [*COUNTED, *GAUGES, *DISTRIBUTIONS]
    lines += [_line(metric) for metric in metrics]
    return "\n".join([*lines, ""])


def _line(metric: Counted | Gauge | Distribution) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    return (
        f"| `{metric.name}` | {_kind(metric)} | {metric.unit.strip('{}')} | {labels} | {metric.description} |"
    )


def _kind(metric: Counted | Gauge | Distribution) -> str:
    if isinstance(metric, Distribution):
        return "histogram"
    return "counter" if isinstance(metric, Counted) or metric.only_grows else "gauge"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
