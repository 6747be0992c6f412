"""A trace of very many spans, as rows that a client sends: an agent whose steps each have up to eight of their own."""

from typing import Any, Final

import httpx

TRACE_ID: Final = "large-0"
"""Also the id of its root."""

_BATCH: Final = 1_000
_START_S: Final = 1_790_000_000.0
_STEP_S: Final = 0.01


def feed_large(api: str, project_id: str, spans: int) -> None:
    """Send a trace of `spans` spans, named `large-0` and so on, to the logs of a project; the answers say that they were kept."""
    with httpx.Client(base_url=api, timeout=60) as client:
        for first in range(0, spans, _BATCH):
            rows = [_row(project_id, at, spans) for at in range(first, min(first + _BATCH, spans))]
            client.post("/logs3", json={"rows": rows, "api_version": 2}).raise_for_status()


def _row(project_id: str, at: int, spans: int) -> dict[str, Any]:
    own = f"large-{at}"
    start_s = _START_S + at * _STEP_S
    return {
        "project_id": project_id,
        "log_id": "g",
        "id": own,
        "span_id": own,
        "root_span_id": TRACE_ID,
        "span_parents": [f"large-{(at - 1) // 8}"] if at else None,
        "span_attributes": {"name": f"step {at}", "type": "tool" if at % 3 else "llm"},
        "metrics": {"start": start_s, "end": start_s + (1 if at else spans * _STEP_S)},
        "output": "done " * 20,
    }
