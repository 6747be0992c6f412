"""The query language, as text and as JSON tree, asked of a real sidecar: an answer, or an error of ours that says where.

What the engine says in its own words is a fault too: it names no place of the query, and may quote values.
"""

import json
import re
from collections.abc import Sequence
from random import Random
from typing import Any, Final

import httpx

from tests.fuzz.bytes import ODD_VALUES, dumped, mutated_bytes, mutated_json
from tests.fuzz.running import RunningTarget
from tests.fuzz.target import Input

_TEXTS: Final[Sequence[str]] = (
    "select: * | from: project_logs('fuzz') | limit: 3",
    "select: id, metadata.model as model, len(input) as n | from: project_logs('fuzz') spans | filter: error IS NOT NULL | sort: created desc",
    "from: project_logs('fuzz') | dimensions: span_attributes.type, hour(created) as h | measures: count(1) as n, avg(scores.helpful), p95(metrics.tokens)",
    "select: * | from: project_logs('fuzz') traces | filter: span_attributes.name = 'work' and metrics.tokens > 10 | limit: 5",
    "select: * | from: project_logs('fuzz') summary | preview_length: 20 | sort: created",
    "SELECT id, CASE WHEN scores.helpful > 0.5 THEN 'good' ELSE 'bad' END AS k FROM project_logs('fuzz') WHERE input ILIKE '%x%' ORDER BY created LIMIT 2",
    "SELECT metadata.model, count(*) FROM project_logs('fuzz') GROUP BY 1 HAVING count(*) > 1",
    "select: substring(input, 1, 3), created - interval 1 day, to_datetime(1700000000), nullif(1, 1), tags[0] | from: project_logs('fuzz')",
    "select: a, b | from: project_logs('fuzz') | filter: metadata.\"a.b\" in [1, 2, 'x'] and not (tags includes 'y') | sample: 10% seed 1",
    "from: project_logs('fuzz') | dimensions: id | pivot: metadata.model | measures: sum(metrics.tokens)",
    "select: * | from: project_logs('fuzz') | unpivot: scores as (name, value)",
    "select: coalesce(output, input), concat('a', id), upper(id), round(1.5, 1), power(2, 3), json_extract(metadata, '$.a') | from: project_logs('fuzz')",
)  # fmt: skip

_WORDS: Final[Sequence[str]] = (
    "(", ")", "[", "]", ",", "|", "||", ":", "::", ".", "*", "+", "-", "/", "%", "=", "!=", "<", ">=", "'", '"', "`", ";", "--", "/*", "?", "$1", "@",
    "and", "or", "not", "in", "is null", "between", "like", "ilike", "match", "includes", "interval", "year", "month", "microsecond", "day", "case when",
    "then", "else", "end", "cast", "as", "null", "true", "select", "from", "filter", "sort", "limit", "cursor", "sample", "pivot", "unpivot", "dimensions",
    "measures", "project_logs('fuzz')", "experiment('x')", "id", "input", "metadata", "metadata.a.b", "scores", "metrics.tokens", "tags", "created",
    "span_attributes.name", "count(1)", "sum(1)", "avg(metrics.tokens)", "substring(", "split(", "len(", "to_datetime(", "day(", "round(", "power(", "array_agg(",
    "min_by(", "percentile(", "concat(", "lower(", "nullif(", "'2026-01-01'", "''", "'\\\\'", "0", "1", "-1", "0.5", "1e308", "1e400", "99999999999",
    "9223372036854775808", "170141183460469231731687303715884105728", "0x10", "1_000", "'%'", "'(('", "é", "\u2028",
)  # fmt: skip

_TREES: Final[Sequence[dict[str, Any]]] = (
    {
        "select": [{"op": "star"}],
        "from": {"op": "function", "name": {"op": "ident", "name": ["project_logs"]}, "args": [{"op": "literal", "value": "fuzz"}]},
        "filter": {"op": "gt", "left": {"op": "ident", "name": ["metrics", "tokens"]}, "right": {"op": "literal", "value": 3}},
        "sort": [{"expr": {"op": "ident", "name": ["created"]}, "dir": "desc"}],
        "limit": 5,
    },
    {
        "dimensions": [{"expr": {"op": "ident", "name": ["span_attributes", "type"]}, "alias": "t"}],
        "measures": [{"expr": {"op": "function", "name": {"op": "ident", "name": ["count"]}, "args": [{"op": "literal", "value": 1}]}, "alias": "n"}],
        "from": {"op": "function", "name": {"op": "ident", "name": ["project_logs"]}, "args": [{"op": "literal", "value": "fuzz"}]},
    },
    {
        "select": [
            {"expr": {"op": "if", "conds": [{"cond": {"op": "literal", "value": True}, "then": {"op": "literal", "value": 1}}], "else": {"op": "literal", "value": None}}, "alias": "a"},
            {"expr": {"op": "sub", "left": {"op": "ident", "name": ["created"]}, "right": {"op": "interval", "value": 1, "unit": "day"}}, "alias": "b"},
            {"expr": {"btql": "len(input)"}, "alias": "c"},
        ],
        "from": {"op": "function", "name": {"op": "ident", "name": ["project_logs"]}, "args": [{"op": "literal", "value": "fuzz"}]},
        "filter": {"op": "in", "left": {"op": "ident", "name": ["id"]}, "right": {"op": "literal", "value": ["a", "b"]}},
    },
)  # fmt: skip

_TOKEN: Final = re.compile(r"'[^']*'|\w+|\s+|.", re.DOTALL)
_ENGINE: Final = re.compile(
    r"(?i)duckdb|(conversion|binder|parser|catalog|out of range|invalid input|internal|mismatch type|serialization|overflow) error"
)


class BtqlTarget(RunningTarget):
    """Queries."""

    name = "btql"

    def make(self, chance: Random) -> Input:
        """See `Target`."""
        if chance.random() < 0.3:
            return Input("tree", dumped(mutated_json(chance.choice(_TREES), chance, changes=4)))
        if chance.random() < 0.1:
            return Input("text", mutated_bytes(chance.choice(_TEXTS).encode(), chance))
        return Input("text", _mutated_text(chance).encode("utf-8", "surrogatepass"))

    def check(self, given: Input) -> None:
        """See `Target`."""
        query: Any = given.body.decode("utf-8", "replace")
        if given.kind == "tree":
            try:
                query = json.loads(given.body)
            except (ValueError, RecursionError):
                return
        body = dumped({"query": query, "fmt": "json"})
        answer = httpx.post(
            f"{self.sidecar.api}/btql", content=body, headers={"content-type": "application/json"}, timeout=60
        )
        if answer.status_code >= 500:
            raise AssertionError(f"{answer.status_code}: {answer.text[:300]}")
        if answer.status_code != 200 and _ENGINE.search(answer.text):
            raise AssertionError(f"the engine's own words: {answer.text[:300]}")

    def prepare(self) -> None:
        """See `RunningTarget`."""
        rows = [
            {"id": f"r{number}", "project_name": "fuzz", "log_id": "g", "input": value, "output": {"a": value}, "metadata": {"model": "m", "a": {"b": value}},
             "scores": {"helpful": 0.5}, "metrics": {"tokens": number}, "tags": ["x", "y"], "span_attributes": {"name": "work", "type": "llm"}}
            for number, value in enumerate(ODD_VALUES[:20]) if value != "\ud800"
        ]  # fmt: skip
        project = httpx.post(f"{self.sidecar.api}/v1/project", json={"name": "fuzz"}, timeout=60).json()["id"]
        sent = [
            {key: value for key, value in row.items() if key != "project_name"} | {"project_id": project}
            for row in rows
        ]
        answer = httpx.post(f"{self.sidecar.api}/logs3", content=dumped({"rows": sent}), timeout=60)
        assert answer.status_code == 200, answer.text


def _mutated_text(chance: Random) -> str:
    tokens = _TOKEN.findall(chance.choice(_TEXTS))
    donor = _TOKEN.findall(chance.choice(_TEXTS))
    for _ in range(chance.randint(1, 5)):
        index = chance.randrange(len(tokens) + 1)
        match chance.randrange(5):
            case 0:
                tokens[index : index + 1] = [" ", chance.choice(_WORDS), " "]
            case 1:
                tokens[index:index] = [" ", chance.choice(_WORDS), " "]
            case 2:
                del tokens[index : index + chance.choice((1, 1, 3, 8))]
            case 3:
                start = chance.randrange(len(donor))
                tokens[index:index] = donor[start : start + chance.choice((1, 3, 9))]
            case _:
                tokens[index:index] = tokens[index : index + 4] * chance.choice((1, 1, 2, 200))
    return "".join(tokens)
