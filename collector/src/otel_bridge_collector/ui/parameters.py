"""What the URL of a page may say: a parameter that is misspelt, or of which a page makes nothing, is told and left out."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.version import read_version
from otel_bridge_collector.ui.grid import VERDICTS
from otel_bridge_collector.ui.listing import RANGES
from otel_bridge_collector.ui.render import Handler, keep_notes
from otel_bridge_collector.ui.stretch import AS_IN, is_time
from otel_bridge_collector.ui.trace import VIEWS
from otel_bridge_collector.ui.values import preview


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One that a page reads.

    Attributes:
        expected: what its value is, for who wrote another; empty where any text is taken, or the page says itself what is wrong.
        fits: whether a value is that.
    """

    name: str
    expected: str = ""
    fits: Callable[[str], bool] = bool


def _texts(*names: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name=name) for name in names)


def _one_of(name: str, *values: str) -> Parameter:
    return Parameter(name=name, expected=f"one of {', '.join(values)}", fits=values.__contains__)


def _time(name: str) -> Parameter:
    return Parameter(name=name, expected=f"a time, {AS_IN}", fits=is_time)


def _number(name: str, first: int, last: int) -> Parameter:
    def fits(text: str) -> bool:
        return (
            text.isascii() and text.isdecimal() and len(text) <= len(str(last)) and first <= int(text) <= last
        )

    return Parameter(name=name, expected=f"a number from {first} to {last}", fits=fits)


def _is_version(text: str) -> bool:
    with suppress(RequestError):
        read_version(text)
        return True
    return False


_LAST: Final = 999_999
_FILTER: Final = (
    *_texts("filter", "search"), _one_of("since", *RANGES), _time("from"), _time("until"),
    _one_of("rows", "traces", "spans"),
)  # fmt: skip
_LINKED: Final = _texts("oid", "r", "s", "unticked")
_OF_DATASET: Final = Parameter(name="version", expected="an _xact_id of the dataset", fits=_is_version)

NOTHING: Final[tuple[Parameter, ...]] = ()
LOGIN: Final = _texts("to")
LOGS: Final = (*_FILTER, *_texts("columns", "by", "cursor"), *_LINKED)
CASES: Final = (*_FILTER, *_texts("columns", "cursor", "base"), *_LINKED)
RECORDS: Final = (*_FILTER, *_texts("columns", "cursor"), *_LINKED, _OF_DATASET)
REVIEW: Final = (*_FILTER, *_texts("cursor"))
MONITOR: Final = (*_FILTER, *_texts("by"))
DASHBOARD: Final = _FILTER
EDITED_DASHBOARD: Final = _texts("dashboard")
TRACE: Final = (
    *_texts("object_type", "object_id", "id"), _one_of("view", *filter(None, VIEWS)), _number("from", 0, _LAST),
)  # fmt: skip
TWO_TRACES: Final = _texts("object_type", "object_id", "id", "with")
EXPERIMENTS: Final = _texts("name")
COMPARISON: Final = (
    *_texts("experiment", "score"), _one_of("order", "oldest"), _one_of("show", *VERDICTS), _one_of("diff", "on"),
    _number("page", 1, _LAST),
)  # fmt: skip
RECORD: Final = _texts("dataset", "id")
VERSIONS: Final = _texts("dataset", "before", "after")
PROMPT: Final = _texts("version", "before")
EDITED_PROMPT: Final = _texts("prompt", "version")


def reading(handler: Handler, parameters: Sequence[Parameter]) -> Handler:
    """Return the handler of a page that gets of a URL what it reads; the page shows a note for what is left out."""

    async def shown(request: Request) -> Response:
        kept, notes = read_parameters(request.query_params.multi_items(), parameters)
        if not notes:
            return await handler(request)
        keep_notes(request, notes)
        return await handler(
            Request({**request.scope, "query_string": urlencode(kept).encode()}, request.receive)
        )

    return shown


def read_parameters(
    given: Iterable[tuple[str, str]], read: Sequence[Parameter]
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return what of a URL the page goes on with, in its order, and a note for each parameter that is left out.

    Args:
        given: name and value; a name may come again, and an empty value is as good as none.
        read: what the page reads.
    """
    known = {each.name: each for each in read}
    kept: list[tuple[str, str]] = []
    notes: dict[str, None] = {}
    for name, value in given:
        parameter = known.get(name)
        if parameter is None:
            notes[_unknown(name, list(known))] = None
        elif value and parameter.expected and not parameter.fits(value):
            notes[
                f'The parameter {name} of the address is left out: "{preview(value)}" is not {parameter.expected}.'
            ] = None
        else:
            kept.append((name, value))
    return kept, list(notes)


def _unknown(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1)
    meant = f" {near[0]} may be meant." if near else ""
    reads = f"it reads {', '.join(known)}" if known else "it reads none"
    return f'The parameter "{preview(name)}" of the address is left out: this page does not have it; {reads}.{meant}'
