"""What scorers and classifiers give. Shapes and their checks.

Source: `braintrust` 0.47.0 SDK, `score.py`, measured (spec/evaluate.md sections 1.4 and 1.5).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, TypeGuard

from otel_bridge.api.summary import Told


class ScoreLike(Protocol):
    """A score of whatever library: `Score`, or one of `autoevals`."""

    @property
    def name(self) -> str:
        """Of the score."""
        ...

    @property
    def score(self) -> float | None:
        """0 to 1, or None for one that does not count."""
        ...

    @property
    def metadata(self) -> Any:
        """About the score."""
        ...

    def as_dict(self) -> Mapping[str, Any]:
        """The same by name."""
        ...


@dataclass(slots=True)
class Score(Told):
    """A score.

    Attributes:
        name: of the score.
        score: 0 to 1, or None for one that does not count.
        metadata: about the score.
        error: deprecated.

    Raises:
        ValueError: the score is not between 0 and 1.
    """

    name: str
    score: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    error: Exception | None = None

    def __post_init__(self) -> None:
        check_score(self.score)

    def as_dict(self) -> dict[str, Any]:
        """Return name, score and metadata."""
        return {"name": self.name, "score": self.score, "metadata": self.metadata}


@dataclass(slots=True)
class Classification(Told):
    """A label for an output.

    Attributes:
        id: what it is, for machines.
        name: of what is told, by default the name of the classifier.
        label: the same for people.
        metadata: about it.

    Raises:
        ValueError: id, name or label is no text, or empty.
    """

    id: str
    name: str | None = None
    label: str | None = None
    metadata: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if not _is_text(self.id):
            raise ValueError("classification id must be a non-empty string")
        if self.name is not None and not _is_text(self.name):
            raise ValueError("classification name must be a non-empty string when provided")
        if self.label is not None and not isinstance(self.label, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError("classification label must be a string when provided")

    def as_dict(self) -> dict[str, Any]:
        """Return what is given of id, name, label and metadata."""
        named = {"id": self.id, "name": self.name, "label": self.label, "metadata": self.metadata}
        return {key: value for key, value in named.items() if value is not None}

    def as_item(self) -> dict[str, Any]:
        """Return the same without the name, as it stands in a row."""
        return {key: value for key, value in self.as_dict().items() if key != "name"}


ScoreResult: TypeAlias = (
    "float | bool | ScoreLike | Mapping[str, Any] | list[ScoreLike | Mapping[str, Any]] | None"
)
"""What a scorer may return."""


def check_score(score: Any) -> None:
    """Check that a score counts from 0 to 1.

    Raises:
        ValueError: it does not, or is no number at all in the sense of IEEE 754 (NaN).
        TypeError: it cannot be compared with numbers.
    """
    if score is None:
        return
    if score < 0 or score > 1 or math.isnan(score):
        raise ValueError(f"score ({score}) must be between 0 and 1")


def is_score(value: object) -> TypeGuard[ScoreLike]:
    """Tell whether a value has what a score has."""
    return all(hasattr(value, name) for name in ("name", "score", "metadata", "as_dict"))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)
