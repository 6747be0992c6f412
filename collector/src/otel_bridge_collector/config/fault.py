"""What is wrong with a configuration, in words, with its place. It checks nothing."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from otel_bridge_collector.config.component import type_of
from otel_bridge_collector.config.document import Path, Place
from otel_bridge_collector.config.json_schema import component_types, keys_at
from otel_bridge_collector.errors import SettingsError

_NOT_NEEDED: Final = {
    "batch": "delivery batches by itself; leave it out",
    "memory_limiter": "there is one for the whole sidecar, not in pipelines: set extensions.memory_limiter.limit_mib",
    "redaction": "write a masking processor: its patterns and regexes stand for blocked_values",
    "queue": "the spool is the queue; leave it out",
    "sending_queue": "the spool is the queue of every exporter; leave it out",
}
"""What people paste from the Collector's configuration and is done here anyway."""

_COMPONENT_DEPTH: Final = 2
"""In `exporters.NAME.type...` the third step is pydantic's, not the file's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        path: where, as steps; empty where it is about the whole.
    """

    path: Path
    message: str


def faults_of(error: ValidationError) -> list[Fault]:
    """Return what pydantic found."""
    return [_fault(found) for found in error.errors(include_url=False)]


def refusal(faults: Iterable[Fault], places: Mapping[Path, Place], source: str) -> SettingsError:
    """Return one error for all faults, a line each, in the order of the file."""
    placed = sorted(
        ((_place(fault.path, places, source), fault) for fault in faults),
        key=lambda pair: (pair[0].source, pair[0].line, pair[0].column),
    )
    lines = [_line(place, fault) for place, fault in placed]
    return SettingsError("\n".join(lines))


def _line(place: Place, fault: Fault) -> str:
    """Return the place and what is wrong there; `--set PATH` names the path already."""
    dotted = _dotted(fault.path)
    said = f"{place}: "
    return f"{said}{'' if said.endswith(f' {dotted}') else dotted}{fault.message}"


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return what may have been meant, as the end of a message."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known here: {', '.join(names)}" if names else ""


def _fault(found: Mapping[str, Any]) -> Fault:
    path = _path(tuple(found["loc"]))
    match found["type"]:
        case "extra_forbidden":
            message = f"there is no such setting{_instead(path)}"
        case "union_tag_invalid":
            message = f"there is no {path[0][:-1]} of this type{_instead_of_type(path)}"  # type: ignore[index]  # `path[0]` is a section here
        case "missing":
            message = "is missing"
        case "string_type":
            message = "expected a text; put a number, true or false in quotes"
        case "string_pattern_mismatch":
            message = f"{found['input']!r} has not the form {found['ctx']['pattern']}"
        case "value_error":
            message = f"{found['ctx']['error']}, not {_shown(found['input'])}"
        case _:
            message = f"{found['msg'][0].lower()}{found['msg'][1:]}"
    return Fault(path=path, message=message)


def _path(location: Path) -> Path:
    is_in_component = len(location) > _COMPONENT_DEPTH and location[0] in ("exporters", "processors")
    if is_in_component and location[_COMPONENT_DEPTH] == type_of(str(location[1])):
        location = (*location[:_COMPONENT_DEPTH], *location[_COMPONENT_DEPTH + 1 :])
    return tuple(step for step in location if step != "[key]")


def _instead(path: Path) -> str:
    name = str(path[-1])
    return f": {_NOT_NEEDED[name]}" if name in _NOT_NEEDED else suggestion(name, keys_at(path[:-1]))


def _instead_of_type(path: Path) -> str:
    kind = type_of(str(path[1]))
    if kind in _NOT_NEEDED:
        return f": {_NOT_NEEDED[kind]}"
    return suggestion(kind, component_types(str(path[0])))


def _shown(value: object) -> str:
    """A value as far as it cannot be a secret: those are never checked by us."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - fits a line


def _place(path: Path, places: Mapping[Path, Place], source: str) -> Place:
    """Where a path stands, or the nearest thing above it."""
    while path and path not in places:
        path = path[:-1]
    return places.get(path) or Place(source)


def _dotted(path: Path) -> str:
    return f"{'.'.join(str(step) for step in path)}: " if path else ""
