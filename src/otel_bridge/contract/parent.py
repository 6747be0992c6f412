"""Parent strings: which object a span's row belongs to.

Source: Braintrust documentation, OpenTelemetry page, `x-bt-parent` (spec/translation.md section 2). The same
text stands in the header `x-bt-parent`, the attribute `braintrust.parent` and the baggage member of that
name; a span slug is valid in the header only.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from otel_bridge.contract.slug import ObjectType, SlugError, SpanComponents

ParentKind: TypeAlias = Literal["project_id", "project_name", "experiment_id", "playground_id", "dataset_id"]

_KINDS: Final[tuple[ParentKind, ...]] = ("project_id", "project_name", "experiment_id", "playground_id")
_KIND_OF_OBJECT: Final[dict[ObjectType, ParentKind]] = {
    ObjectType.EXPERIMENT: "experiment_id",
    ObjectType.PROJECT_LOGS: "project_id",
    ObjectType.PLAYGROUND_LOGS: "playground_id",
}

DEFAULT_PARENT: Final = "project_name:default-otel-project"
"""Where a span goes that names no parent; Braintrust's own default."""


class ParentError(ValueError):
    """The text names no object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """The object that rows belong to, and the span they hang under.

    Attributes:
        kind: what `value` is. No parent string names a dataset; rows that come as rows do.
        value: an id, or a project's name.
        span: the span of a slug under which a trace is to be nested, or None.
    """

    kind: ParentKind
    value: str
    span: SpanComponents | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


def parse_parent(text: str) -> Parent:
    """Read a parent string or a slug.

    Raises:
        ParentError: `text` is neither.
    """
    kind, colon, value = text.strip().partition(":")
    for known in _KINDS:
        if colon and kind == known:
            return _named(known, value.strip())
    return _from_slug(text.strip())


def _named(kind: ParentKind, value: str) -> Parent:
    if not value:
        raise ParentError(f"the parent {kind!r} names no object, expected {kind}:<value>")
    return Parent(kind=kind, value=value)


def _from_slug(text: str) -> Parent:
    try:
        span = SpanComponents.decode(text)
    except SlugError as error:
        expected = ", ".join(f"{kind}:<value>" for kind in _KINDS)
        raise ParentError(f"the parent is neither one of {expected} nor an exported span") from error
    nested = span if span.span_id else None
    if span.object_id:
        return Parent(kind=_KIND_OF_OBJECT[span.object_type], value=span.object_id, span=nested)
    args = span.compute_object_metadata_args or {}
    keys: tuple[ParentKind, ...] = ("project_id", "project_name")
    for key in keys:
        if isinstance(value := args.get(key), str) and value:
            return Parent(kind=key, value=value, span=nested)
    raise ParentError("the exported span names no object")
