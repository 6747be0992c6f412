"""What the form of the playground says: variants of a prompt, variables, and on what they are run. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.ui.form import only
from otel_bridge_collector.ui.json_field import FieldFault, json_in
from otel_bridge_collector.ui.prompt_fields import NAMES, PromptFields, fields_in
from otel_bridge_collector.ui.template_names import names_in

LETTERS: Final = "abc"
"""Of the variants that stand side by side."""

MAX_RECORDS: Final = 50
"""Of a dataset that one run takes."""

VALUE: Final = "value."
"""What the fields of single variables begin with."""

SCORER: Final = "scorer."
"""What the fields of scorers begin with; their names or ids follow."""

_FEW: Final = 5
_NAMES: Final = ("variables", "strict", "dataset", "records", "experiment")
_OF_A_VARIANT: Final = (*NAMES, "prompt", "version")
_NOT_ASKED: Final = frozenset({"metadata"})
"""Variables that are always there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One of the prompts that are tried.

    Attributes:
        letter: of `LETTERS`.
        prompt: id of the saved prompt that it began as; empty for none.
        version: of that prompt.
    """

    letter: str
    fields: PromptFields
    prompt: str = ""
    version: str = ""

    @property
    def label(self) -> str:
        """How people call it."""
        return f"Variant {self.letter.upper()}"

    @property
    def names(self) -> Sequence[str]:
        """The variables that it asks for."""
        return names_in([*(line.text for line in self.fields.lines), self.fields.tools])


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What is typed into the playground.

    Attributes:
        variables: a JSON object, or nothing.
        values: single variables, as texts; they count more.
        is_strict: whether a variable that is missing is an error.
        dataset: id; empty for none.
        records: how many of it, as typed.
        experiment: a name, under which a run on a dataset is kept; empty for none.
        scorers: names or ids of those that score a run on a dataset.
    """

    variants: Sequence[Variant] = (Variant(letter=LETTERS[0], fields=PromptFields()),)
    variables: str = ""
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    is_strict: bool = True
    dataset: str = ""
    records: str = str(_FEW)
    experiment: str = ""
    scorers: Sequence[str] = ()

    @property
    def names(self) -> Sequence[str]:
        """The variables that any variant asks for, once each."""
        return list(dict.fromkeys(name for each in self.variants for name in each.names))

    @property
    def free_letter(self) -> str:
        """What the next variant is called; empty where there can be none."""
        taken = {each.letter for each in self.variants}
        return next((letter for letter in LETTERS if letter not in taken), "")

    def given(self) -> Mapping[str, Json] | FieldFault:
        """Return the variables."""
        typed = json_in("Variables", self.variables, "object")
        if isinstance(typed, FieldFault):
            return typed
        given: Mapping[str, Json] = typed if isinstance(typed, Mapping) else {}
        for name, text in self.values.items():
            given = _with(given, name.split("."), text) if text else given
        return given

    def missing(self, given: Mapping[str, Json]) -> Sequence[str]:
        """Return the variables that nothing is given for; of `a.b` it is enough that there is an `a`."""
        known = {*given, *_NOT_ASKED}
        return [name for name in self.names if name not in known and name.partition(".")[0] not in known]

    def kept(self, step: str) -> Variant | None:
        """Return the variant that a step such as `a.keep` keeps as a prompt; None for any other step."""
        return next((each for each in self.variants if step == f"{each.letter}.keep"), None)

    def limit(self) -> int | FieldFault:
        """Return how many records are taken."""
        text = self.records.strip()
        count = (
            int(text) if text.isascii() and text.isdecimal() and len(text) < len(str(MAX_RECORDS)) + 1 else 0
        )
        if 1 <= count <= MAX_RECORDS:
            return count
        return FieldFault(field="Records", message=f"expected a number from 1 to {MAX_RECORDS}")


def tried_in(form: Sequence[tuple[str, str]]) -> Tried:
    """Return what a form says.

    Raises:
        RequestError: it has a field that nobody reads.
    """
    given = {name: text for name, text in form if not name.startswith((VALUE, SCORER))}
    names = (f"{letter}.{name}" for letter in LETTERS for name in _OF_A_VARIANT)
    only(given, "step", *_NAMES, *names)
    present = [letter for letter in LETTERS if f"{letter}.role" in given]
    if not present:
        raise RequestError(
            "the form has no variant", code="badForm", hint="load the playground and begin again"
        )
    return Tried(
        variants=[
            Variant(
                letter=letter,
                fields=fields_in(form, f"{letter}."),
                prompt=given.get(f"{letter}.prompt", ""),
                version=given.get(f"{letter}.version", ""),
            )
            for letter in present
        ],
        variables=given.get("variables", "").replace("\r\n", "\n"),
        values={
            name.removeprefix(VALUE): text.replace("\r\n", "\n")
            for name, text in form
            if name.startswith(VALUE)
        },
        is_strict="strict" in given,
        dataset=given.get("dataset", ""),
        records=given.get("records", str(_FEW)),
        experiment=given.get("experiment", "").strip(),
        scorers=[name.removeprefix(SCORER) for name, _ in form if name.startswith(SCORER)],
    )


def changed(tried: Tried, step: str) -> Tried | None:
    """Return the form after a step that runs nothing; None for any other.

    | step | what it does |
    | --- | --- |
    | `fields` | shows the variables of the templates as they are now |
    | `enter` | the same where a dataset is chosen: one key does not say on how many records to run |
    | `add` | one more variant, that begins as the last one |
    | `a.message` | one more message |
    | `b.drop` | takes a variant away |
    """
    letter, _, what = step.partition(".")
    if step == "fields" or (step == "enter" and tried.dataset):
        return tried
    if step == "add" and tried.free_letter:
        more = replace(tried.variants[-1], letter=tried.free_letter)
        return replace(tried, variants=sorted([*tried.variants, more], key=lambda each: each.letter))
    if what == "drop" and len(tried.variants) > 1:
        return replace(tried, variants=[each for each in tried.variants if each.letter != letter])
    if what == "message":
        return replace(
            tried,
            variants=[
                replace(each, fields=each.fields.with_line()) if each.letter == letter else each
                for each in tried.variants
            ],
        )
    return None


def _with(given: Mapping[str, Json], path: Sequence[str], text: str) -> Mapping[str, Json]:
    """Return variables with a text at a path."""
    name, *rest = path
    if not rest:
        return {**given, name: text}
    below = given.get(name)
    return {**given, name: _with(below if isinstance(below, Mapping) else {}, rest, text)}
