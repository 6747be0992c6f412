"""What is worth saying about a query that runs."""

import pytest

from otel_bridge_collector.query.notice import MAX_NOTICES
from tests.support.rows import Asking


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        pytest.param("filter: id = 'a'", [], id="nothing"),
        pytest.param("filter: metadata.x = 1", ["missingSegmentEliminationSpecs"], id="whole-source"),
        pytest.param("filter: created > '2026-01-01' and error = 'x'", [], id="range"),
        pytest.param(
            "filter: created > '2026-01-01' or error = 'x'", ["missingSegmentEliminationSpecs"], id="or"
        ),
        pytest.param("filter: id != 'a'", ["missingSegmentEliminationSpecs"], id="unequal"),
        pytest.param("filter: id = nosuch", ["unknownField"], id="field"),
        pytest.param("filter: any_span(id = 'a')", ["anySpanOnSpans"], id="any-span"),
        pytest.param(
            "SELECT id FROM project_logs WHERE id = 'a' AND tags INCLUDES 'x'", ["sqlIncludes"], id="includes"
        ),
        pytest.param(
            "SELECT id FROM project_logs WHERE id = 'a' SETTINGS x = 1", ["unknownSetting"], id="setting"
        ),
        pytest.param("SELECT id FROM (SELECT id FROM project_logs WHERE id = 'a')", [], id="subquery"),
    ],
)
def test_notices(example: Asking, query: str, codes: list[str]) -> None:
    assert [notice.code for notice in example.plan(query).notices] == codes


def test_notices_are_few(example: Asking) -> None:
    names = ", ".join(f"nosuch{number}" for number in range(100))

    assert len(example.plan(f"select: {names}").notices) == MAX_NOTICES
