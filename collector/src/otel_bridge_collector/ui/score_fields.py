"""The scores that a project has set up for people, as fields of the feedback form. It keeps nothing.

| `score_type` of `/v1/project_score` | field | what is kept |
| --- | --- | --- |
| `slider` | a number from 0 to 100 | a score from 0 to 1 |
| `categorical` | one of `categories`, each `{"name", "value"}` | its value as a score; with `config.destination` "expected", its name as what is expected |

Other types are no fields here. Source: Braintrust OpenAPI at b561b12, `ProjectScore`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from otel_bridge.contract.row import Json
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.store.project_objects import ProjectObject
from otel_bridge_collector.ui.json_field import FieldError, FieldFault

PREFIX: Final = "score-"
_NO_CHOICES: Final[Mapping[str, float]] = {}
_WHOLE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreField:
    """One score of a project.

    Attributes:
        id: names the field of the form, behind `PREFIX`.
        choices: name -> value; empty for a slider.
        is_expected: a choice is what is expected, not a score.
    """

    id: str
    name: str
    description: str
    kind: Literal["slider", "categorical"]
    choices: Mapping[str, float]
    is_expected: bool

    @property
    def field(self) -> str:
        """The name of its field."""
        return f"{PREFIX}{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the fields of a form say.

    Attributes:
        expected: None where no field says it.
    """

    scores: Mapping[str, float]
    expected: str | None


def score_fields(objects: Objects, project_id: str) -> Sequence[ScoreField]:
    """Return the fields of a project, in the order in which their scores were set up."""
    found = objects.in_projects.find("project_score", project_id=project_id)
    return [field for each in reversed(found) if (field := _field(each))]


def known_tags(objects: Objects, project_id: str) -> Mapping[str, str]:
    """Return the tags that a project has set up: name -> description, in the order in which they were set up."""
    found = objects.in_projects.find("project_tag", project_id=project_id)
    return {each.name: str(each.data.get("description") or "") for each in reversed(found)}


def given_by(fields: Sequence[ScoreField], form: Mapping[str, str]) -> Given:
    """Return what a form says in the fields of a project; an empty one says nothing.

    Raises:
        FieldError: a number is out of its range, or a choice is none of the field's.
    """
    scores: dict[str, float] = {}
    expected: str | None = None
    for field in fields:
        text = form.get(field.field, "").strip()
        if not text:
            continue
        if field.kind == "slider":
            scores[field.name] = _part(field, text)
        elif text not in field.choices:
            raise _wrong(field, f"{text} is none of {', '.join(field.choices)}")
        elif field.is_expected:
            expected = text
        else:
            scores[field.name] = field.choices[text]
    return Given(scores=scores, expected=expected)


def _field(found: ProjectObject) -> ScoreField | None:
    kind, config = found.data.get("score_type"), found.data.get("config")
    choices = _choices(found.data.get("categories")) if kind == "categorical" else _NO_CHOICES
    if kind != "slider" and not choices:
        return None
    return ScoreField(
        id=found.id,
        name=found.name,
        description=str(found.data.get("description") or ""),
        kind="slider" if kind == "slider" else "categorical",
        choices=choices,
        is_expected=isinstance(config, Mapping) and config.get("destination") == "expected",
    )


def _choices(categories: Json) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for each in categories if isinstance(categories, list) else ():
        name, value = (each.get("name"), each.get("value")) if isinstance(each, Mapping) else (None, None)
        if isinstance(name, str) and isinstance(value, int | float) and 0 <= value <= 1:
            found[name] = float(value)
    return found


def _part(field: ScoreField, text: str) -> float:
    try:
        part = float(text) / _WHOLE
    except ValueError:
        part = -1.0
    if not 0 <= part <= 1:
        raise _wrong(field, "it takes a number from 0 to 100")
    return part


def _wrong(field: ScoreField, message: str) -> FieldError:
    return FieldError(FieldFault(field=field.name, message=message), field.field)
