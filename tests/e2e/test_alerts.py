"""The alerts that are shipped, beside the metrics of a real sidecar and the page that says what to do.

Whether Prometheus can evaluate them is not tested: there is no library for PromQL; brackets are counted.
"""

import re
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import yaml

from otel_bridge_collector.metrics.catalog import COUNTED, DISTRIBUTIONS, GAUGES
from tests.support.collector import running_collector

pytestmark = pytest.mark.one_python

ROOT: Final = Path(__file__).parents[2]
FILE: Final = ROOT / "deploy" / "prometheus" / "alerts.yaml"
RULES: Final[list[dict[str, Any]]] = yaml.safe_load(FILE.read_text())["groups"][0]["rules"]
METRIC: Final = re.compile(r"\b(?:otel_bridge|otelcol)_\w+")


def test_a_sidecar_has_every_metric_that_an_alert_names(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data") as collector:
        text = httpx.get(f"{collector.api}/metrics").text

    named = {name for rule in RULES for name in METRIC.findall(rule["expr"])}
    # Counters and histograms are there from their first count on.
    counted = {f"{each.name}_total" for each in COUNTED} | {f"{each.name}_bucket" for each in DISTRIBUTIONS}
    assert named
    assert {
        name for name in named - counted if re.search(rf"^{name}[ {{]", text, re.MULTILINE) is None
    } == set()
    checks = set(re.findall(r'otel_bridge_check_failing{check="(\w+)"}', text))
    asked = {each for rule in RULES for each in re.findall(r'check=~?"([\w|]+)"', rule["expr"])}
    assert {check for each in asked for check in each.split("|")} <= checks


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule["alert"]) for rule in RULES])
def test_an_alert_is_well_formed_and_its_cure_is_written_down(rule: dict[str, Any]) -> None:
    labels = {"le", "instance"}
    for labelled in ([each.labels for each in COUNTED], [each.labels for each in GAUGES]):
        labels.update(*labelled)
    grouped = re.findall(r"by \(([^)]*)\)", rule["expr"])
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

    assert {name.strip() for each in grouped for name in each.split(",")} <= labels
    assert all(rule["expr"].count(left) == rule["expr"].count(right) for left, right in ("()", "{}", "[]"))
    assert re.fullmatch(r"\d+m", rule["for"])
    assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
    assert f"| `{rule['alert']}` |" in page
