"""What the filter may propose: the fields of a project's newest rows, and the values that they have most often."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import json_response
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.ui.listing import of_object
from otel_bridge_collector.ui.lookup import find_project
from otel_bridge_collector.ui.values import visible

LOOKED_AT: Final = 300
"""Rows; the newest say best what a project sends now."""

_MAX_FIELDS: Final = 300
_MAX_VALUES: Final = 12
_MAX_CHARACTERS: Final = 80
_MAX_DEPTH: Final = 4
_FIELDS: Final = ("metadata", "scores", "metrics", "span_attributes", "tags")
_ALWAYS: Final = ("created", "error", "expected", "id", "input", "is_root", "output", "root_span_id", "tags")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# A moment or a measure is hardly ever there twice, and no value to choose.
_NO_VALUES: Final = ("metrics.", "scores.")


class Words:
    """Proposes words for the filter."""

    def __init__(self, objects: Objects, reader: Reader) -> None:
        self._objects = objects
        self._reader = reader

    async def words(self, request: Request) -> Response:
        """Answer with `{"fields": {path: [literal, ...]}}`, values as BTQL writes them, the most frequent first."""
        project = find_project(self._objects, request.path_params["project"])
        query = of_object("project_logs", project.id, None, fields=_FIELDS, limit=LOOKED_AT)
        rows = (await self._reader.read(query, max_bytes=16 << 20)).answer.data
        answer = json_response({"fields": dict(words_of(rows))})
        answer.headers["cache-control"] = "no-store"
        return answer


def words_of(rows: Iterable[Mapping[str, Json]]) -> Mapping[str, Sequence[str]]:
    """Return the path of each field, in order, with the literals of its values; paths that need quotes are left out."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter, {name: Counter() for name in _ALWAYS})
    for row in rows:
        for name in _FIELDS:
            _count(found, name, row.get(name), _MAX_DEPTH)
    return {
        path: [literal for literal, _ in found[path].most_common(_MAX_VALUES)]
        for path in sorted(found)[:_MAX_FIELDS]
    }


def _count(found: defaultdict[str, "Counter[str]"], path: str, value: Json, depth: int) -> None:
    if isinstance(value, Mapping):
        for name, item in value.items():
            if depth and _NAME.fullmatch(name):
                _count(found, f"{path}.{name}", item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, str):
                _count(found, path, item, 0)
    elif value is not None:
        literal = "" if path.startswith(_NO_VALUES) else _literal(value)
        found[path].update([literal] if literal else [])


def _literal(value: Json) -> str:
    """Return how BTQL writes a value; empty for one that is long, or in which something hides."""
    if not isinstance(value, str):
        return json.dumps(value)
    is_plain = len(value) <= _MAX_CHARACTERS and "\\" not in value and "\n" not in value
    return "'" + value.replace("'", "''") + "'" if is_plain and visible(value) == value else ""
