"""What the application says about a span: metadata, tags, session, user, and annotations with their scores."""

from collections.abc import Iterator, Sequence
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.indexed import list_below
from otel_bridge_collector.translate.name_set import NameSet, Read, Reader, name_set, useful
from otel_bridge_collector.translate.partial import Entry

_METADATA: Final = "metadata"
_TAGS: Final = "tag.tags"
_KEY_OF: Final = {"session.id": "session_id", "user.id": "user_id"}
_EVALUATIONS: Final = (("annotations", "annotation"), ("evaluations", "evaluation"))


def readings(attributes: Attributes) -> list[Entry]:
    """Return the metadata, tags, ids and scores of a span."""
    return [each for read in name_set(attributes).plan(_useful) for each in read(attributes)]


def _useful(told: NameSet) -> Sequence[Read[Entry]]:
    return useful(_READERS, told)


def _metadata(attributes: Attributes) -> Iterator[Entry]:
    given = json_text.structure(attributes.get(_METADATA))
    if given and isinstance(given.value, dict):
        for key, value in given.value.items():
            yield Entry("metadata", key, value, (_METADATA,))


def _ids(attributes: Attributes) -> Iterator[Entry]:
    for name, key in _KEY_OF.items():
        if name in attributes:
            yield Entry("metadata", key, attributes[name], (name,))


def _tags(attributes: Attributes) -> Iterator[Entry]:
    given = json_text.structure(attributes.get(_TAGS))
    if given and isinstance(given.value, list) and all(isinstance(tag, str) for tag in given.value):
        for tag in given.value:
            yield Entry("tags", str(tag), None, (_TAGS,))


def _evaluations(attributes: Attributes) -> Iterator[Entry]:
    listed: list[Json] = []
    used: list[str] = []
    for name, kind in _EVALUATIONS:
        found, below = list_below(attributes, f"{name}.")
        if isinstance(found, list):
            used += below
            listed.extend(item.get(kind, item) if isinstance(item, dict) else item for item in found)
    for evaluation in listed:
        yield from _score(evaluation)
    if listed:
        yield Entry("metadata", "evaluations", listed, tuple(used))


def _score(evaluation: Json) -> Iterator[Entry]:
    if not isinstance(evaluation, dict):
        return
    name, score = evaluation.get("name"), evaluation.get("score")
    if not isinstance(name, str) or isinstance(score, bool) or not isinstance(score, int | float):
        return
    if 0 <= score <= 1:
        yield Entry("scores", name, score, ())


_READERS: Final = (
    Reader(_metadata, frozenset({_METADATA})),
    Reader(_ids, frozenset(_KEY_OF)),
    Reader(_tags, frozenset({_TAGS})),
    Reader(_evaluations, prefixes=tuple(f"{name}." for name, _ in _EVALUATIONS)),
)
