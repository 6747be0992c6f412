"""Parents as they stand in `x-bt-parent`, `braintrust.parent` and baggage, and export slugs of all versions."""

import base64
import uuid
from random import Random
from typing import Final

from otel_bridge.contract.parent import ParentError, parse_parent
from otel_bridge.contract.slug import SlugError, SpanComponents
from tests.fuzz.bytes import ODD_VALUES, dumped, mutated_bytes, mutated_json
from tests.fuzz.target import Input

_ID: Final = uuid.UUID(int=0x1234567890ABCDEF1234567890ABCDEF)
_REST: Final = {
    "object_id": str(_ID), "row_id": "r", "compute_object_metadata_args": {"project_name": "p"}, "propagated_event": {"metadata": {"a": [1]}},
}  # fmt: skip
_TEXTS: Final = (
    "project_id:p",
    "project_name: my project ",
    "experiment_id:e",
    "playground_id:x",
    "dataset_id:d",
    ":",
    "project_name:",
)


class SlugTarget:
    """Parents and slugs."""

    name = "slug"

    def make(self, chance: Random) -> Input:
        """See `Target`."""
        if chance.random() < 0.2:
            return Input("text", mutated_bytes(chance.choice(_TEXTS).encode(), chance))
        raw = chance.choice((_v1, _v2, _tagged))(chance)
        if chance.random() < 0.6:
            raw = mutated_bytes(raw, chance)
        slug = base64.b64encode(raw)
        return Input("text", mutated_bytes(slug, chance, changes=1) if chance.random() < 0.1 else slug)

    def check(self, given: Input) -> None:
        """See `Target`."""
        text = given.body.decode("utf-8", "surrogateescape")
        try:
            parent = parse_parent(text)
        except ParentError:
            parent = None
        try:
            components = SpanComponents.decode(text.strip())
        except SlugError:
            return
        # What can be read can be handed on, and says the same then.
        again = SpanComponents.decode(components.encode())
        if again != components:
            raise AssertionError(f"{components} became {again}")
        if parent is not None:
            str(parent).encode("utf-8", "surrogatepass")

    def close(self) -> None:
        """See `Target`."""


def _rest(chance: Random) -> bytes:
    rest = (
        mutated_json(_REST, chance)
        if chance.random() < 0.5
        else chance.choice((_REST, chance.choice(ODD_VALUES)))
    )
    return dumped(rest)


def _v1(chance: Random) -> bytes:
    return (
        bytes([1, chance.randrange(5), chance.randrange(2)])
        + _ID.bytes
        + chance.choice((b"", _ID.bytes * 3, _rest(chance)))
    )


def _v2(chance: Random) -> bytes:
    return (
        bytes([2, chance.randrange(5), chance.randrange(2), chance.randrange(2)])
        + _ID.bytes * chance.randrange(4)
        + _rest(chance)
    )


def _tagged(chance: Random) -> bytes:
    fields = [
        bytes([chance.randrange(6)]) + chance.randbytes(chance.choice((8, 16, 16)))
        for _ in range(chance.randrange(5))
    ]
    count = chance.choice((len(fields), len(fields), 0, 255))
    return bytes([chance.choice((3, 4)), chance.randrange(5), count]) + b"".join(fields) + _rest(chance)
