"""A case: what the task gets, and what it should give.

Source: `braintrust` 0.47.0 SDK, `framework.EvalCase`, measured (spec/evaluate.md section 1.2).
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Generic, TypeVar, cast

from otel_bridge.attributes.to_json import dump, to_json
from otel_bridge.contract.checks import check_tags

Input = TypeVar("Input")
Expected = TypeVar("Expected")

_SHOWN_CHARACTERS: Final = 80

ORIGIN_TYPES: Final = frozenset({
    "project_logs", "experiment", "dataset", "prompt", "function", "prompt_session",
})  # fmt: skip


@dataclass(slots=True)
class EvalCase(Generic[Input, Expected]):
    """A case of an evaluation.

    Attributes:
        input: what the task gets.
        expected: what it should give, or None.
        metadata: about the case.
        tags: of the case.
        trial_count: how often it runs, by default as often as the others.
        id: of the record that it is.
        created: of that record.
        origin: the row that it was made from: `object_type`, `object_id`, `id`, `_xact_id`, `created`.
        upsert_id: id of its row, for those who write the same row again.
    """

    input: Input
    expected: Expected | None = None
    metadata: Mapping[str, Any] | None = None
    tags: Sequence[str] | None = None
    trial_count: int | None = None
    id: str | None = None
    _xact_id: str | None = None
    created: str | None = None
    origin: Mapping[str, Any] | None = None
    upsert_id: str | None = None

    def row_id(self, trial_index: int) -> str | None:
        """Return the id that its row gets in a trial; None for any."""
        if not self.upsert_id or trial_index == 0:
            return self.upsert_id or None
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"braintrust:eval:{self.upsert_id}:trial:{trial_index}"))

    def origin_in(self, dataset_id: str | None) -> Mapping[str, Any] | None:
        """Return the row that it comes from: the record of the dataset, or what the case says itself."""
        if dataset_id and _is_text(self.id) and _is_text(self._xact_id):
            created = {"created": self.created} if isinstance(self.created, str) else {}
            return {
                "object_type": "dataset", "object_id": dataset_id, "id": self.id, "_xact_id": self._xact_id, **created,
            }  # fmt: skip
        return _checked_origin(self.origin)


def shown_case(case: EvalCase[Any, Any]) -> str:
    """Return a case as people know it: its id, else the beginning of its input."""
    text = str(case.id) if _is_text(case.id) else " ".join(dump(to_json(case.input)).split())
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 3]}..."


_CASE: Final = (
    'a case is a dictionary with input, as {"input": "2 + 2", "expected": "4"}, an EvalCase, or an object with'
    " these attributes"
)
_METADATA: Final = 'it is a dictionary, as {"kind": "sum"}'
_TRIALS: Final = "it is a whole number"
_SHOWN_KEYS: Final = 10

_FIELDS: Final = tuple(each.name for each in fields(EvalCase))


def case_of(datum: Any, which: str = "the case") -> EvalCase[Any, Any]:
    """Return a datum as a case: a dictionary, a case, or anything that has the same attributes.

    Args:
        datum: what the data gave.
        which: what messages call it.

    Raises:
        TypeError: a dictionary has no input; or metadata or trials are not what they have to be.
        AttributeError: it has no attribute of a case. The classes are Braintrust's.
        ValueError: its tags are none, or one comes twice; with Braintrust's message.
    """
    case = _read_case(datum, which)
    if case.metadata is not None and not isinstance(case.metadata, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"{which} has metadata that is {kind_of(case.metadata)}: {_METADATA}")
    if case.trial_count is not None and not isinstance(case.trial_count, int):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"{which} has a trial_count that is {kind_of(case.trial_count)}: {_TRIALS}")
    if case.tags is not None:
        try:
            check_tags(case.tags)
        except ValueError as error:
            error.add_note(f"{which} has these tags")
            raise
    return case


def kind_of(value: object) -> str:
    """Return what a value is, without showing it: `a str`, `None`."""
    if value is None:
        return "None"
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in {*'aeiou'} else 'a'} {name}"


def _read_case(datum: Any, which: str) -> EvalCase[Any, Any]:
    if isinstance(datum, EvalCase):
        return datum  # pyright: ignore[reportUnknownVariableType]  # mypy knows it
    if isinstance(datum, Mapping):
        given = cast("Mapping[str, Any]", datum)
        if "input" not in given:
            raise TypeError(f"{which} has no input: it has {_listed(given)}; {_CASE}")
        return EvalCase(**{name: given[name] for name in _FIELDS if name in given})
    if not (hasattr(datum, "input") and hasattr(datum, "expected")):
        raise AttributeError(f"{which} is {kind_of(datum)}: {_CASE}")
    known = {name: getattr(datum, name, None) for name in _FIELDS if name not in {"input", "expected"}}
    return EvalCase(input=datum.input, expected=datum.expected, **known)


def _listed(given: Mapping[str, Any]) -> str:
    names = [str(key)[:_SHOWN_CHARACTERS] for key in list(given)[:_SHOWN_KEYS]]
    return ", ".join(names) + (" and more" if len(given) > _SHOWN_KEYS else "") if names else "nothing"


def _checked_origin(origin: Any) -> Mapping[str, Any] | None:
    """The reference without further keys; None where it is none."""
    if not isinstance(origin, Mapping):
        return None
    given = cast("Mapping[str, Any]", origin)
    if given.get("object_type") not in ORIGIN_TYPES:
        return None
    if not all(isinstance(given.get(name), str) for name in ("object_id", "id")):
        return None
    further = {name: given.get(name) for name in ("_xact_id", "created")}
    if not all(value is None or isinstance(value, str) for value in further.values()):
        return None
    known = {name: given[name] for name in ("object_type", "object_id", "id")}
    return {**known, **{name: value for name, value in further.items() if value is not None}}


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)
