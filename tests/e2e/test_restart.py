"""What spans say together does not depend on the sidecar that took them being the same process."""

from pathlib import Path
from typing import Final

from tests.support.collector import running_collector
from tests.support.otlp_request import post, span

CALL: Final = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
OUTER: Final = span(1, name="gateway", attributes=CALL)
INNER: Final = span(2, name="client", parent=1, attributes={**CALL, "gen_ai.prompt": "Why is the sky blue?"})


def test_a_call_stays_one_llm_row_when_its_spans_come_before_and_after_a_restart(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"

    with running_collector(data_dir) as collector:
        post(collector.otlp_http, INNER)
        assert collector.query("SELECT id FROM project_logs('default-otel-project')")
        collector.kill()
    with running_collector(data_dir) as collector:
        post(collector.otlp_http, OUTER)
        rows = collector.query(
            "SELECT span_attributes.name AS name, span_attributes.type AS type FROM project_logs('default-otel-project')"
        )

    assert {row["name"]: row["type"] for row in rows} == {"gateway": "task", "client": "llm"}


def test_a_span_that_came_before_a_restart_is_demoted_after_it(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"

    with running_collector(data_dir) as collector:
        post(collector.otlp_http, OUTER)
    with running_collector(data_dir) as collector:
        post(collector.otlp_http, INNER)
        rows = collector.query(
            "SELECT span_attributes.name AS name, span_attributes.type AS type FROM project_logs('default-otel-project')"
        )

    assert {row["name"]: row["type"] for row in rows} == {"gateway": "task", "client": "llm"}
