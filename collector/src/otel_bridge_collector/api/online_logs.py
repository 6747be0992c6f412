"""The logs of projects for online scoring and alerts: read as a query, written through the one door, for the sidecar itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.access import OWNER, asking
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.api.writing import RowWriter
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


class OnlineLogs:
    """See `scoring.online.Logs`."""

    def __init__(self, reader: Reader, writer: RowWriter, newest: Callable[[], int]) -> None:
        self._reader, self._writer, self._newest = reader, writer, newest

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
        order = (Sorted(expression=_XACT), Sorted(expression=_KEY))
        return await self._read(rule, (behind, up_to), order, PAGE_ROWS)

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

    async def latest(self, rule: Rule, limit: int) -> Sequence[Row]:
        """See `Logs`."""
        return await self._read(rule, (), (Sorted(expression=_KEY, descending=True),), limit)

    def newest(self) -> int:
        """See `Logs`."""
        return self._newest()

    async def write(self, rows: Sequence[Json]) -> None:
        """See `Logs`."""
        with asking(OWNER):
            await self._writer.write(rows)

    async def _read(
        self, rule: Rule, terms: Iterable[Expression], order: tuple[Sorted, ...], limit: int
    ) -> Sequence[Row]:
        said = (parse_expression(rule.condition),) if rule.condition else ()
        query = Query(
            select=(Selected(expression=None),),
            source=Source(kind="project_logs", references=(rule.project_id,)),
            filter=Logical(operator="and", terms=(_HAS_ENDED, *terms, *said)),
            sort=order,
            limit=limit,
        )
        return (await self._reader.read(query)).answer.data


def _compared(operator: BinaryOperator, left: Path, value: str) -> Binary:
    return Binary(operator=operator, left=left, right=Literal(value=value))
