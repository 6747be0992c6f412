"""JSON that a length limit has cut."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.cut_json import Closed, closed


@pytest.mark.parametrize(
    ("text", "whole", "rest"),
    [
        pytest.param('[{"role": "user", "content": "Why is th', '[{"role": "user", "content": "Why is th"}]', "", id="in a text"),
        pytest.param('{"a": 1, "b": 12', '{"a": 1}', ', "b": 12', id="in a number"),
        pytest.param('{"a": true, "b": fal', '{"a": true}', ', "b": fal', id="in a constant"),
        pytest.param('{"a": true', '{"a": true}', "", id="behind a constant"),
        pytest.param('{"a": {"b": 1}, "lon', '{"a": {"b": 1}}', ', "lon', id="in a key"),
        pytest.param('{"a": 1, "b"', '{"a": 1}', ', "b"', id="behind a key"),
        pytest.param('{"a": 1, "b":', '{"a": 1}', ', "b":', id="before a value"),
        pytest.param('[{"a": 1}, {', '[{"a": 1}]', ", {", id="in an object that says nothing yet"),
        pytest.param('[{"a": 1}, {"role": "assis', '[{"a": 1}]', ', {"role": "assis', id="in a label"),
        pytest.param('[{"a": 1}, {"role": "user"', '[{"a": 1}]', ', {"role": "user"', id="behind a label"),
        pytest.param('[{"a": 1}, {"type": "x"}', '[{"a": 1}, {"type": "x"}]', "", id="behind an object"),
        pytest.param('["a\\n\\u00', '["a\\n"]', "\\u00", id="in an escape"),
        pytest.param('["a\\', '["a"]', "\\", id="at an escape"),
        pytest.param('["a\\ud83d', '["a"]', "\\ud83d", id="between the halves of a character"),
        pytest.param('["\\ud83d\\ude00b', '["\\ud83d\\ude00b"]', "", id="behind a character of two halves"),
    ],
)  # fmt: skip
def test_cut_json_is_read_as_far_as_it_goes(text: str, whole: str, rest: str) -> None:
    assert closed(text) == Closed(whole, rest)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"a": 1}', id="whole"),
        pytest.param('{"a": 1} and more', id="text behind it"),
        pytest.param("{oops", id="no JSON"),
        pytest.param("[[ ## question ## ]] why", id="a template"),
        pytest.param("{'a': 1, 'b", id="Python's spelling"),
        pytest.param('{"a": 1]', id="closed wrongly"),
        pytest.param('{"a" 1, "b": 2', id="without a colon"),
        pytest.param("[1", id="nothing complete"),
        pytest.param('[{"', id="nothing said"),
        pytest.param('[{"role": "user"', id="only a label"),
        pytest.param('"text', id="a text alone"),
        pytest.param("", id="empty"),
        pytest.param('["a", ' + "[" * 200, id="too deep"),
        pytest.param('["' + "a" * (1 << 18), id="too long"),
    ],
)
def test_what_is_no_cut_json_stays_as_it_is(text: str) -> None:
    assert closed(text) is None


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-1000, 1000), st.floats(allow_nan=False), st.text(max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=10,
)  # fmt: skip
TEXTS = st.builds(json.dumps, VALUES, ensure_ascii=st.booleans(), indent=st.sampled_from([None, 1]))


def is_beginning(part: Json, whole: Json) -> bool:
    """Tell whether `part` says nothing that `whole` does not, in the same order."""
    if isinstance(part, str) and isinstance(whole, str):
        return whole.startswith(part)
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) <= len(whole) and all(map(is_beginning, part, whole))
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and is_beginning(part[key], whole[key]) for key in part)
    return part == whole


@given(TEXTS, st.data())
def test_nothing_is_invented_and_nothing_is_lost(text: str, data: st.DataObject) -> None:
    cut = text[: data.draw(st.integers(0, len(text)))]

    if made := closed(cut):
        kept = cut[: len(cut) - len(made.rest)]
        assert made.text.startswith(kept)
        assert set(made.text[len(kept) :]) <= set('"]}')
        assert is_beginning(json.loads(made.text), json.loads(text))
