"""The trace of a case, for scorers that look at more than its output: its spans, asked from where they are kept.

Source: `braintrust` 0.47.0 SDK, `trace.LocalTrace`, measured (spec/evaluate.md section 1.4, spec/wire.md section 6).
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, cast

from otel_bridge.api.functions import invoke_async
from otel_bridge.configure import flush
from otel_bridge.contract.parent import ParentError, parse_parent
from otel_bridge.contract.thread import thread_of
from otel_bridge.control.account import Account

_OBJECTS: Final[Mapping[str, str]] = {
    "experiment_id": "experiment",
    "project_id": "project_logs",
    "project_name": "project_logs",
    "playground_id": "playground_logs",
}

MAX_SPANS: Final = 1_000

SpanData = Mapping[str, Any]
"""A row of the trace."""


class LocalTrace(dict[str, Any]):
    """What a scorer gets as `trace`; as JSON it is `{"trace_ref": {"object_type", "object_id", "root_span_id"}}`.

    Args:
        account: what is asked.
        parent: parent string of the object that the trace is in; empty where nothing is sent.
        root_span_id: of the trace.
        open_row: the row of the case, whose span has not ended and so was not sent.
    """

    def __init__(
        self, account: Account, parent: str, root_span_id: str, open_row: SpanData | None = None
    ) -> None:
        self._account = account
        self._open_row = open_row
        self._known: asyncio.Task[list[SpanData]] | None = None
        object_type, object_id = _object_of(parent)
        self._named = {"object_type": object_type, "object_id": object_id, "root_span_id": root_span_id}
        super().__init__(trace_ref=self._named)

    def get_configuration(self) -> dict[str, str]:
        """Return object type, object id and root span id."""
        return dict(self._named)

    async def get_spans(
        self,
        span_type: Sequence[str] | None = None,
        *,
        filters: Mapping[str, Any] | None = None,
        include_scorers: bool = False,
    ) -> list[SpanData]:
        """Return the rows of the trace so far, in the order in which their spans started; asked once.

        Args:
            span_type: only of these types.
            filters: `span_type` and `name`, each a list, and `has_error`, which is true or false.
            include_scorers: whether those of scorers come too.

        Raises:
            ControlError: they could not be asked for.
            ValueError: `filters` has another key.
        """
        wanted = _filters(span_type, filters)
        if self._known is None:
            self._known = asyncio.ensure_future(asyncio.to_thread(self._read))
        return [
            row
            for row in await self._known
            if (include_scorers or _attributes(row).get("purpose") != "scorer") and _passes(row, wanted)
        ]

    async def get_thread(self, options: Mapping[str, Any] | None = None) -> list[Any]:
        """Return the messages of the calls of models in the trace, each once; those of scorers are left out.

        Args:
            options: `preprocessor`, the name of a function of the server that makes the thread instead.

        Raises:
            ControlError: the spans could not be asked for, or the server has no such function.
            BraintrustInvokeError: that function failed.
        """
        if preprocessor := (options or {}).get("preprocessor"):
            await asyncio.to_thread(flush)
            made: object = await invoke_async(
                global_function=preprocessor, function_type="preprocessor", mode="json", input=dict(self)
            )
            return list(cast("Iterable[Any]", made)) if isinstance(made, list) else []
        return list(thread_of(await self.get_spans(["llm"])))

    def _read(self) -> list[SpanData]:
        begun = [self._open_row] if self._open_row else []
        if not self._named["object_id"]:
            return begun
        flush()
        quoted = {key: value.replace("'", "''") for key, value in self._named.items()}
        query = (
            f"select: * | from: {quoted['object_type']}('{quoted['object_id']}')"
            f" | filter: root_span_id = '{quoted['root_span_id']}' | limit: {MAX_SPANS}"
        )
        asked = {"query": query, "fmt": "json", "use_columnstore": False, "brainstore_realtime": True}
        rows: list[SpanData] = self._account.request("POST", "/btql", json=asked).get("data") or []
        return [*begun, *sorted(rows, key=_order)]


@lru_cache(maxsize=64)
def _object_of(parent: str) -> tuple[str, str]:
    try:
        named = parse_parent(parent)
    except ParentError:
        return "experiment", ""
    return _OBJECTS.get(named.kind, "experiment"), named.value


_FILTERS: Final = frozenset({"span_type", "name", "has_error"})


def _filters(span_type: Sequence[str] | None, filters: Mapping[str, Any] | None) -> Mapping[str, Any]:
    given = dict(filters or {})
    if unknown := given.keys() - _FILTERS:
        raise ValueError(f"filters are {sorted(_FILTERS)}, not {sorted(unknown)}")
    return {**given, **({} if span_type is None else {"span_type": span_type})}


def _passes(row: SpanData, wanted: Mapping[str, Any]) -> bool:
    attributes = _attributes(row)
    types, named, has_error = (wanted.get(name) for name in ("span_type", "name", "has_error"))
    return (
        (types is None or attributes.get("type") in types)
        and (named is None or attributes.get("name") in named)
        and (has_error is None or (row.get("error") is not None) == has_error)
    )


def _attributes(row: SpanData) -> Mapping[str, Any]:
    return row.get("span_attributes") or {}


def _order(row: SpanData) -> tuple[float, float]:
    metrics: Mapping[str, Any] = row.get("metrics") or {}
    return metrics.get("start") or 0.0, _attributes(row).get("exec_counter") or 0
