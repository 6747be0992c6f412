"""The preprocessor that every project has: the conversation of a trace, for scorers that ask for it.

Source: `braintrust` 0.47.0, `LocalTrace.get_thread`, read and run: it invokes the global function `project_default`, or the one that
it is told, with `{"trace_ref": {"object_type", "object_id", "root_span_id"}}`.
"""

from collections.abc import Mapping
from typing import Final, cast

from otel_bridge.contract.row import Json
from otel_bridge.contract.thread import thread_of
from otel_bridge_collector.access import Scope, current_access
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.errors import ForbiddenError, QueryError
from otel_bridge_collector.functions.definition import Definition, object_in
from otel_bridge_collector.query.build import binary, logical
from otel_bridge_collector.query.plan import MAX_ROWS
from otel_bridge_collector.query.syntax import Literal, Path, Query, Selected, Sorted, Source

PREPROCESSOR: Final = "preprocessor"

_NAMES: Final = ("project_default", "thread")
_KINDS: Final = ("experiment", "project_logs", "playground_logs")
_MAX_BYTES: Final = 32 << 20


class Threads:
    """Makes conversations of the traces that the caller may read."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def thread(self, preprocessor: Definition, given: Json) -> Json:
        """Return the messages of a trace, each once; those of scorers are left out.

        Args:
            preprocessor: which one is asked for.
            given: what it is given.

        Raises:
            ForbiddenError: the caller may not read.
            RequestError: there is no such preprocessor, or what it is given names no trace that is there.
        """
        if preprocessor.name not in _NAMES:
            raise RequestError(
                f'there is no preprocessor "{preprocessor.name}", expected {" or ".join(_NAMES)}',
                code="notFound",
                status=404,
            )
        if not current_access().may(frozenset({Scope.READ})):
            raise ForbiddenError(f"a trace is read with a key that has the scope {Scope.READ}")
        try:
            read = await self._reader.read(_calls_of(given), max_bytes=_MAX_BYTES)
        except QueryError as error:
            status = 404 if error.code == "sourceNotFound" else 400
            raise RequestError(str(error), code=error.code, status=status) from error
        return cast("Json", [dict(message) for message in thread_of(read.answer.data)])


def _calls_of(given: Json) -> Query:
    """Return what asks for the calls of models in a trace, in the order in which they began."""
    named: Mapping[str, Json] = object_in(given, "trace_ref") if isinstance(given, Mapping) else {}
    kind, object_id, root_span_id = (named.get(name) for name in ("object_type", "object_id", "root_span_id"))
    if kind not in _KINDS or not isinstance(object_id, str) or not isinstance(root_span_id, str):
        raise RequestError(
            f'the input has no "trace_ref" with an object_id, a root_span_id and an object_type of {", ".join(_KINDS)}',
            code="invalidJson",
        )
    asked = (
        binary("eq", Path(parts=("root_span_id",)), Literal(value=root_span_id)),
        binary("eq", Path(parts=("span_attributes", "type")), Literal(value="llm")),
        binary("isnot", Path(parts=("span_attributes", "purpose")), Literal(value="scorer")),
    )
    began = (Path(parts=("metrics", "start")), Path(parts=("span_attributes", "exec_counter")))
    return Query(
        source=Source(kind=str(kind), references=(object_id,)),
        select=tuple(
            Selected(expression=Path(parts=(name,))) for name in ("input", "output", "span_attributes")
        ),
        filter=logical("and", asked),
        sort=tuple(Sorted(expression=path) for path in began),
        limit=MAX_ROWS,
    )
