"""A function as it is saved, and a call of it. Pure.

Source: Braintrust's generated types, `Function`, `FunctionData`, `PromptData` and `InvokeFunction` (spec/wire.md sections 8 and 9).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from otel_bridge.contract.row import Json
from otel_bridge_collector.store.project_objects import ProjectObject

Mode: TypeAlias = Literal["auto", "parallel", "json", "text"]
MODES: Final[tuple[Mode, ...]] = ("auto", "parallel", "json", "text")

PROMPT: Final[Mapping[str, Json]] = {"type": "prompt"}

_TYPES_OF_SPANS: Final[Mapping[Json, str]] = {
    "scorer": "score", "classifier": "classifier", "tool": "tool", "task": "task", "facet": "facet",
    "preprocessor": "preprocessor",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What is run.

    Attributes:
        name: for people.
        slug: its name in code; empty for one that is saved nowhere.
        id: empty for one that is saved nowhere.
        project_id: whose it is; empty for nobody's.
        version: the transaction of its state; empty for one that has none.
        function_type: `scorer`, `tool` and so on; None where nothing was said.
        function_data: what it is made of: `{"type": "prompt" | "code" | "global" ...}`.
        prompt_data: the prompt; empty where it is none.
        is_changed: whether a call says otherwise than what is saved.
    """

    name: str
    slug: str = ""
    id: str = ""
    project_id: str = ""
    version: str = ""
    function_type: str | None = None
    function_data: Mapping[str, Json] = field(default_factory=lambda: PROMPT)
    prompt_data: Mapping[str, Json] = field(default_factory=dict[str, Json])
    is_changed: bool = False

    @property
    def label(self) -> str:
        """How errors name it."""
        named = f'function "{self.slug or self.name}"'
        return f"{named} (version {self.version})" if self.version else named

    @property
    def span_type(self) -> str:
        """The type of the span of a call."""
        return _TYPES_OF_SPANS.get(self.function_type, "function")

    def told(self) -> dict[str, Json]:
        """What a span says of it."""
        told = {"id": self.id, "slug": self.slug, "project_id": self.project_id, "version": self.version}
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a function is given.

    Attributes:
        input: any JSON; members of an object are variables.
        expected: of scorers that are asked over REST; None where nothing was said.
        metadata: of its span, and a variable.
        tags: of its span.
        messages: behind those of a prompt.
        mode: what a prompt returns.
        strict: whether a variable that is missing is an error.
        stream: whether the answer is wanted piece by piece.
    """

    input: Json = None
    expected: Json = None
    metadata: Mapping[str, Json] = field(default_factory=dict[str, Json])
    tags: Sequence[str] = ()
    messages: Sequence[Mapping[str, Json]] = ()
    mode: Mode = "auto"
    strict: bool = False
    stream: bool = False

    def variables(self) -> dict[str, Json]:
        """Return what templates and code find by name; members of the input count more than what is beside it."""
        beside: dict[str, Json] = {"input": self.input, "metadata": dict(self.metadata)}
        if self.expected is not None:
            beside["expected"] = self.expected
        return {**beside, **self.input} if isinstance(self.input, Mapping) else beside


def definition_of(found: ProjectObject) -> Definition:
    """Return a saved prompt or function as it is run."""
    data = found.data
    kind = data.get("function_type")
    return Definition(
        name=found.name,
        slug=found.slug or "",
        id=found.id,
        project_id=found.project_id,
        version=str(found.xact_id),
        function_type=kind if isinstance(kind, str) else None,
        function_data=object_in(data, "function_data") or PROMPT,
        prompt_data=object_in(data, "prompt_data"),
    )


def object_in(value: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    """Return a member that is an object; an empty one where it is none."""
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}
