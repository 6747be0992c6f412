"""What scorers say of a row, as rows: a span for each scorer below the row's span, and the scores on the row itself. Pure.

Source: spec/evaluate.md section 6. The ids follow from rule, row and scorer, so that what is scored twice stands there once.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import FACT_ID
from otel_bridge_collector.scoring.executor import Verdict
from otel_bridge_collector.scoring.rule import Rule

_SHOWN = ("input", "output", "expected", "metadata")


def rows_of(
    rule: Rule, row: Mapping[str, Json], verdicts: Mapping[str, Verdict], started_s: float, ended_s: float
) -> Sequence[Json]:
    """Return the rows.

    Args:
        rule: whose scorers ran.
        row: what they scored.
        verdicts: what each said, by name.
        started_s: Unix seconds.
        ended_s: likewise.
    """
    place: dict[str, Json] = {"project_id": rule.project_id, "log_id": "g"}
    spans: list[Json] = []
    if not rule.skip_logging:
        times: dict[str, Json] = {"start": started_s, "end": ended_s}
        spans = [
            {**_span(rule, row, name, verdict), "metrics": times, "created": _text(started_s), **place}
            for name, verdict in verdicts.items()
        ]
    scores: dict[str, Json] = {name: verdict.score for name, verdict in verdicts.items() if not verdict.error}
    if not scores:
        return spans
    fact = _id(rule, row, "scores")
    return [*spans, {"id": row.get("id"), "_is_merge": True, "scores": scores, FACT_ID: fact, **place}]


def _span(rule: Rule, row: Mapping[str, Json], name: str, verdict: Verdict) -> dict[str, Json]:
    own = _id(rule, row, name)
    span: dict[str, Json] = {
        "id": own,
        "span_id": own,
        "root_span_id": row.get("root_span_id"),
        "span_parents": [row.get("span_id")],
        "span_attributes": {"name": name, "type": "score", "purpose": "scorer"},
        "input": {field: row[field] for field in _SHOWN if row.get(field) is not None},
        "metadata": {**verdict.metadata, "online_score": {"id": rule.id}},
    }
    if verdict.error:
        return {**span, "error": verdict.error}
    return {**span, "output": {"score": verdict.score}, "scores": {name: verdict.score}}


def _id(rule: Rule, row: Mapping[str, Json], name: str) -> str:
    return hashlib.sha256(f"{rule.id}:{row.get('id')}:{name}".encode()).hexdigest()[:16]


def _text(time_s: float) -> str:
    return datetime.fromtimestamp(time_s, UTC).isoformat()
