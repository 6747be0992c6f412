"""The traces of an experiment by their input and their scores, read with BTQL: what two experiments are compared by.

Source: spec/evaluate.md section 2.2: a trace's score is the mean over its rows.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Final, cast

from otel_bridge.control.account import Account

PAGE_ROWS: Final = 1_000

_FIELDS: Final = "root_span_id, is_root, input, scores"


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceScores:
    """One trace: the input of its root as canonical JSON, and the mean of each score."""

    case: str
    scores: Mapping[str, float]


def read_trials(account: Account, experiment_id: str) -> list[TraceScores]:
    """Return the traces of an experiment that have a root.

    Raises:
        ControlError: they could not be read.
    """
    inputs: dict[str, str] = {}
    scores: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in _rows(account, experiment_id):
        trace = str(row.get("root_span_id"))
        if row.get("is_root"):
            inputs[trace] = canonical(row.get("input"))
        said: Mapping[str, object] = row.get("scores") or {}
        for name, score in said.items():
            if isinstance(score, int | float):
                scores[trace][name].append(float(score))
    return [
        TraceScores(case=case, scores={name: fmean(found) for name, found in scores[trace].items()})
        for trace, case in inputs.items()
    ]


def canonical(value: object) -> str:
    """Return equal texts for equal JSON; 1 and 1.0 are equal, 1 and true are not."""
    return json.dumps(_whole(value), sort_keys=True, ensure_ascii=False, default=str)


def _whole(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        members = cast("Mapping[object, object]", value).items()
        return {str(key): _whole(item) for key, item in members}
    if isinstance(value, list | tuple):
        return [_whole(item) for item in cast("Sequence[object]", value)]
    return value


def _rows(account: Account, experiment_id: str) -> Iterator[Mapping[str, Any]]:
    quoted = experiment_id.replace("'", "''")
    query = (
        f"select: {_FIELDS} | from: experiment('{quoted}') | filter: is_root or scores IS NOT NULL"
        f" | limit: {PAGE_ROWS}"
    )
    cursor = ""
    while True:
        text = f"{query} | cursor: '{cursor}'" if cursor else query
        asked = {"query": text, "fmt": "json", "use_columnstore": False, "brainstore_realtime": True}
        answer = account.request("POST", "/btql", json=asked)
        rows: Sequence[Mapping[str, Any]] = answer.get("data") or ()
        yield from rows
        cursor = answer.get("cursor") or ""
        if not cursor or len(rows) < PAGE_ROWS:
            return
