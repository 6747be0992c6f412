"""The logs of projects for online scoring and alerts: read as a query, written through the one door, for the sidecar itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.access import OWNER, asking
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.api.writing import RowWriter
from otel_bridge_collector.errors import PermanentError
from otel_bridge_collector.query.parser import parse_expression
from otel_bridge_collector.query.syntax import (
    Binary,
    BinaryOperator,
    Call,
    Expression,
    In,
    Literal,
    Logical,
    Path,
    Query,
    Selected,
    Sorted,
    Source,
    Unary,
)
from otel_bridge_collector.scoring.alert import Alert, Matched
from otel_bridge_collector.scoring.online import PAGE_ROWS, Mark, Row
from otel_bridge_collector.scoring.rule import Rule

_TRACE: Final = Path(parts=("root_span_id",))
_CREATED: Final = Path(parts=("created",))
_XACT: Final = Path(parts=("_xact_id",))
_KEY: Final = Path(parts=("_pagination_key",))
_HAS_ENDED: Final = Unary(operator="isnotnull", operand=Path(parts=("metrics", "end")))
_NO_SCORER: Final = Binary(
    operator="isnot", left=Path(parts=("span_attributes", "purpose")), right=Literal(value="scorer")
)
_IS_ROOT: Final = Path(parts=("is_root",))
_NAME: Final = Path(parts=("span_attributes", "name"))

PAGE_BYTES: Final = 32 << 20
"""Text of the rows of a page; the first row comes however large it is."""


class OnlineLogs:
    """See `scoring.online.Logs`."""

    def __init__(
        self, reader: Reader, writer: RowWriter, newest: Callable[[], int], *, page_bytes: int = PAGE_BYTES
    ) -> None:
        self._reader, self._writer, self._newest = reader, writer, newest
        self._page_bytes = page_bytes

    async def written(self, rule: Rule, after: Mark, until: int) -> Sequence[Row]:
        """See `Logs`."""
        behind = Logical(
            operator="or",
            terms=(
                _compared("gt", _XACT, str(after.xact)),
                Logical(
                    operator="and",
                    terms=(_compared("eq", _XACT, str(after.xact)), _compared("gt", _KEY, after.key)),
                ),
            ),
        )
        up_to = _compared("le", _XACT, str(until))
        return await self._read(rule, (behind, up_to), Sorted(expression=_XACT), PAGE_ROWS)

    async def newest_of(self, rule: Rule, root_span_ids: Sequence[str]) -> Mapping[str, int]:
        """See `Logs`."""
        query = Query(
            dimensions=(Selected(expression=_TRACE, alias="trace"),),
            measures=(Selected(expression=Call(name="max", arguments=(_XACT,)), alias="newest"),),
            source=Source(kind="project_logs", references=(rule.project_id,)),
            filter=In(operand=_TRACE, values=tuple(root_span_ids)),
            limit=len(root_span_ids),
        )
        found = (await self._reader.read(query)).answer.data
        return {str(each["trace"]): int(str(each["newest"])) for each in found}

    async def matched(self, alert: Alert, after: int, until: int) -> Matched:
        """See `alerting.Logs`."""
        written = (_compared("gt", _XACT, str(after)), _compared("le", _XACT, str(until)))
        query = Query(
            measures=(
                Selected(expression=Call(name="count", arguments=(Literal(value=1),)), alias="count"),
                Selected(expression=Call(name="min", arguments=(_CREATED,)), alias="first"),
                Selected(expression=Call(name="max", arguments=(_CREATED,)), alias="last"),
            ),
            source=Source(kind="project_logs", references=(alert.project_id,)),
            filter=Logical(operator="and", terms=(*written, parse_expression(alert.condition))),
        )
        (found,) = (await self._reader.read(query)).answer.data
        first, last = (str(found[name]) if found[name] is not None else None for name in ("first", "last"))
        return Matched(count=int(str(found["count"])), first=first, last=last)

    async def latest(self, rule: Rule, limit: int, before: str | None = None) -> Sequence[Row]:
        """See `Logs`."""
        older = () if before is None else (_compared("lt", _KEY, before),)
        return await self._read(rule, older, Sorted(expression=_KEY, descending=True), limit)

    def newest(self) -> int:
        """See `Logs`."""
        return self._newest()

    async def write(self, rows: Sequence[Json]) -> None:
        """See `Logs`."""
        try:
            with asking(OWNER):
                written = await self._writer.write(rows)
        except RequestError as error:
            if error.status == HTTPStatus.BAD_REQUEST:
                raise PermanentError(str(error)) from error
            raise
        if written.refused:
            raise PermanentError(f"{len(written.refused)} of {len(rows)} rows cannot be kept")

    async def _read(
        self, rule: Rule, terms: Iterable[Expression], order: Sorted, limit: int
    ) -> Sequence[Row]:
        # Pages end in the middle where the order is one that they can follow each other in: by one key, and then as rows were written.
        said = (parse_expression(rule.condition),) if rule.condition else ()
        query = Query(
            select=(Selected(expression=None),),
            source=Source(kind="project_logs", references=(rule.project_id,)),
            filter=Logical(operator="and", terms=(_HAS_ENDED, *_aim(rule), *terms, *said)),
            sort=(order,),
            limit=limit,
        )
        return (await self._reader.read(query, max_bytes=self._page_bytes)).answer.data


def _aim(rule: Rule) -> tuple[Expression, ...]:
    """Return what a query can say of the rows that a rule takes (`Rule.takes`)."""
    if rule.scope == "trace":
        return (_NO_SCORER, _IS_ROOT)
    aims: list[Expression] = []
    if rule.root:
        aims.append(_IS_ROOT)
    if rule.names:
        aims.append(In(operand=_NAME, values=tuple(sorted(rule.names))))
    return (_NO_SCORER, Logical(operator="or", terms=tuple(aims))) if aims else (_NO_SCORER,)


def _compared(operator: BinaryOperator, left: Path, value: str) -> Binary:
    return Binary(operator=operator, left=left, right=Literal(value=value))
