"""The quick ways of copying and writing make the same as the plain ones, for any value that is nearly JSON."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from otel_bridge.attributes.to_json import _ENCODER, _copy, _encode, dump, json_bytes, snapshot, to_json

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda held: (
        st.lists(held) | st.lists(held).map(tuple) | st.dictionaries(st.text() | st.integers(), held)
    ),
)


@given(JSON_VALUES)
def test_the_quick_way_makes_the_same_as_the_plain_one(value: Any) -> None:
    copied = snapshot({"input": value})

    assert dump(copied) == dump(_copy({"input": value}, 0, set()))
    assert copied.size_bytes == json_bytes(dict(copied))


@given(JSON_VALUES)
def test_the_quick_encoder_writes_what_the_documented_one_does(value: Any) -> None:
    said = to_json(value)

    assert _encode(said) == _ENCODER.encode(said)
    assert _encode is not _ENCODER.encode
