"""Values that a reference stands for."""

from collections.abc import Mapping

from otel_bridge.attributes.reference import Referable
from otel_bridge.attributes.to_json import to_json
from otel_bridge.contract.row import Json


class File(Referable):
    def refer(self) -> Mapping[str, Json]:
        return {"type": "file"}


class Alike:
    def refer(self) -> Mapping[str, Json]:
        return {"type": "file"}


def test_the_reference_stands_for_the_value() -> None:
    assert to_json({"a": [File()]}) == {"a": [{"type": "file"}]}


def test_nothing_else_passes_for_one() -> None:
    assert str(to_json(Alike())).startswith("<")
