"""Any value becomes JSON, and logging it costs the app neither its data nor an exception."""

import itertools
import json
import math
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from braintrust.bt_json import bt_safe_deep_copy

from otel_bridge.attributes.to_json import (
    _ENCODER,
    MAX_DEPTH,
    Written,
    _quick_encode,
    clean,
    dump,
    snapshot,
    to_json,
)
from otel_bridge.contract.row import Json


class Color(StrEnum):
    RED = "red"


@dataclass
class Point:
    x: int
    inner: object


class Model:
    def model_dump(self, *, exclude_none: bool) -> dict[str, Any]:
        return {"a": 1} if exclude_none else {"a": 1, "b": None}

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        return {"type": "object"}


class OldModel:
    def dict(self, *, exclude_none: bool) -> dict[str, Any]:
        return {"old": exclude_none}


class Plain:
    def __str__(self) -> str:
        return "plain"


class Unwilling:
    def model_dump(self) -> Any:
        """Another method of that name, which takes no options."""

    def __str__(self) -> str:
        return "unwilling"


class Hostile:
    def __str__(self) -> str:
        raise RuntimeError("secret")

    @property
    def model_dump(self) -> Any:
        raise RuntimeError("secret")


CASES = [
    pytest.param(math.nan, "NaN", id="nan"),
    pytest.param([math.inf, -math.inf], ["Infinity", "-Infinity"], id="infinities"),
    pytest.param((1, 2), [1, 2], id="tuple"),
    pytest.param({7}, [7], id="set"),
    pytest.param({1: {None: 2}}, {"1": {"None": 2}}, id="keys"),
    pytest.param(b"\x00\xff", "b'\\x00\\xff'", id="bytes"),
    pytest.param(Color.RED, "red", id="enum"),
    pytest.param(datetime(2020, 1, 2, 3, 4, tzinfo=UTC), "2020-01-02T03:04:00+00:00", id="datetime"),
    pytest.param(Point(1, Point(2, None)), {"x": 1, "inner": {"x": 2, "inner": None}}, id="dataclass"),
    pytest.param(Model(), {"a": 1}, id="pydantic model"),
    pytest.param(Model, {"type": "object"}, id="pydantic class"),
    pytest.param(OldModel(), {"old": True}, id="pydantic 1 model"),
    pytest.param(Unwilling(), "unwilling", id="an object with a method like that of a model"),
    pytest.param(Plain(), "plain", id="any other object"),
    pytest.param([True, 1, 1.5, None, "x"], [True, 1, 1.5, None, "x"], id="json"),
]


@pytest.mark.parametrize(("value", "expected"), CASES)
def test_a_value_becomes_json(value: object, expected: object) -> None:
    assert to_json(value) == expected


@pytest.mark.parametrize(("value", "expected"), CASES[:-1])
def test_braintrust_makes_the_same_of_it(value: object, expected: object) -> None:
    assert bt_safe_deep_copy({"value": value}) == {"value": expected}


def test_an_enum_member_is_written_as_a_plain_string() -> None:
    assert type(to_json(Color.RED)) is str


def test_what_the_app_changes_later_is_not_seen() -> None:
    value = {"a": [1]}
    copied = to_json(value)

    value["a"].append(2)

    assert copied == {"a": [1]}


def test_a_container_inside_itself_ends() -> None:
    value: list[object] = [1]
    value.append(value)

    assert to_json(value) == [1, "<circular reference>"]


def test_a_container_twice_beside_itself_is_kept_twice() -> None:
    shared = [1]

    assert to_json([shared, shared]) == [[1], [1]]


def test_depth_is_bounded() -> None:
    value: object = "leaf"
    for _ in range(MAX_DEPTH + 50):
        value = [value]

    assert "<max depth exceeded>" in json.dumps(to_json(value))


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(Hostile(), id="object"),
        pytest.param({"a": Hostile()}, id="value"),
        pytest.param({Hostile(): 1}, id="key"),
        pytest.param(Point(1, Hostile()), id="field"),
    ],
)
def test_hostile_code_of_a_value_stays_inside(value: object) -> None:
    assert "non-" in json.dumps(to_json(value))


def test_a_field_that_cannot_be_read_does_not_cost_the_others() -> None:
    point = Point(1, 2)
    del point.inner

    assert to_json(point) == {"x": 1, "inner": "<non-sanitizable: Point.inner>"}


def test_a_lone_surrogate_does_not_break_the_text() -> None:
    assert dump({"a": "\ud800ü"}) == '{"a":"?ü"}'
    assert clean("\ud800") == "?"


def test_text_is_compact() -> None:
    assert dump({"a": [1, 2]}) == '{"a":[1,2]}'


def test_an_object_that_is_written_often_is_text_like_any_other() -> None:
    value: dict[str, Json] = {"line": 3, "place": {"file": "ä"}, "half": "\ud800"}
    written = Written(value)

    assert dump(written) == dump(value)
    assert dump(written) is dump(written)
    assert type(to_json(written)) is dict


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"a": 1, "b": "x", "c": 0.5}, id="flat"),
        pytest.param({"a": {"b": 1}}, id="nested"),
        pytest.param([{"role": "user"}], id="message"),
    ],
)
def test_what_is_logged_is_a_copy_at_every_depth(value: Any) -> None:
    copied = to_json(value)

    assert copied == value
    assert copied is not value
    for key in value if isinstance(value, dict) else range(len(value)):
        assert not isinstance(value[key], dict) or copied[key] is not value[key]  # type: ignore[index]  # of the same shape


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_flat_object_has_no_number_that_json_has_not(number: float) -> None:
    said = to_json({"a": 1, "b": number})

    assert isinstance(said, dict)
    assert isinstance(said["b"], str)


def test_a_flat_object_has_texts_as_keys() -> None:
    assert to_json({1: "a"}) == {"1": "a"}


@pytest.mark.parametrize("value", [math.nan, [math.inf], {"a": object()}])
def test_the_quick_encoder_refuses_what_the_documented_one_does(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)) as documented:
        _ENCODER.encode(value)
    with pytest.raises(documented.type):
        dump(value)


def test_where_the_quick_encoder_is_another_the_documented_one_writes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(json.encoder, "c_make_encoder", lambda: None)

    assert _quick_encode() == _ENCODER.encode


def test_containers_that_hold_each_other_many_times_over_are_copied_at_once() -> None:
    root: dict[str, Any] = {}
    root["children"] = [{"parent": root} for _ in range(100)]

    assert to_json(root) == {"children": [{"parent": "<circular reference>"}] * 100}


def test_what_another_thread_adds_meanwhile_stops_no_copy() -> None:
    growing: dict[str, Any] = {"a": 1}
    is_over = threading.Event()

    def grow() -> None:
        for number in itertools.cycle(range(1_000)):
            growing[str(number)] = [number]
            growing.pop(str(number - 7), None)
            if is_over.is_set():
                return

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        for _ in range(2_000):
            assert snapshot({"input": growing})["input"]
    finally:
        is_over.set()
        thread.join()
