"""Masking the values of a span, record or row."""

import json
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_bridge.contract.row import Json
from otel_bridge_collector.masking.finder import Finder
from otel_bridge_collector.masking.path import root
from otel_bridge_collector.masking.rules import Rule, RuleSet
from otel_bridge_collector.masking.walk import DROPPED, MAX_DEPTH, Masked, Walk
from tests.support.masking import KEY, rules_of

ANY: Final = "{patterns: [secrets, emails, card_numbers, phone_numbers]}"


def masked(value: Json, *rules: str, at: str = "input") -> Masked:
    return Walk(rules_of(*(rules or [ANY]))).value(value, root(at))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("mail bob@x.example", "mail [email]", id="an address"),
        pytest.param("mail bob@x", "mail bob@x", id="no address: no top level"),
        pytest.param("4111 1111 1111 1111", "[card]", id="a card"),
        pytest.param("4111 1111 1111 1112", "4111 1111 1111 1112", id="no card: wrong checksum"),
        pytest.param(4111111111111111, "[card]", id="a card as a number"),
        pytest.param(4111111111111112, 4111111111111112, id="another number"),
        pytest.param("+49 30 123456", "[phone]", id="a phone"),
        pytest.param("+49 30 12345", "[phone]", id="a phone of nine digits"),
        pytest.param("+49 30 1234", "+49 30 1234", id="no phone: eight digits"),
        pytest.param("sk-" + "a" * 16, "[secret]", id="a key"),
        pytest.param("sk-" + "a" * 15, "sk-" + "a" * 15, id="no key: too short"),
        pytest.param({"api_key": {"a": 1}}, {"api_key": "[secret]"}, id="all below a telling key"),
        pytest.param({"api_key": None, "token": True}, {"api_key": None, "token": True}, id="nothing to hide"),
        pytest.param({"bob@x.example": 1, "eve@x.example": 2}, {"[email]": 1, "[email]'": 2}, id="keys"),
        pytest.param(["a", ["bob@x.example"]], ["a", ["[email]"]], id="a list"),
        pytest.param('{"a": "bob@x.example"}', '{"a":"[email]"}', id="JSON in a text"),
        pytest.param('{"a": "bob\\u0040x.example"}', '{"a":"[email]"}', id="escaped in JSON"),
        pytest.param('"bob@x.example"', '"[email]"', id="a text in JSON"),
        pytest.param(json.dumps({"a": '{"b": "bob@x.example"}'}), '{"a":"{\\"b\\":\\"[email]\\"}"}', id="JSON in JSON"),
        pytest.param('{"a": "bob@x.example", "a": 1}', '{"a":1}', id="a key that JSON repeats"),
        pytest.param('{"a": "bob\\u0040x.example', '{"a": "[email]', id="JSON that lacks its end"),
        pytest.param('["éüñ bob@x.example"]', '["éüñ [email]"]', id="letters of other scripts stay as they are"),
        pytest.param('["\\ud800 bob@x.example"]', '["? [email]"]', id="half of a surrogate pair"),
        pytest.param('{"ssn": "123-45", "a": 1}', '{"ssn":"[secret]","a":1}', id="a telling key in JSON"),
        pytest.param('{"ssn": "123-45", "a": "b', '{"ssn": "[secret]", "a": "b', id="in JSON that lacks its end"),
        pytest.param('[1, {"db_api_key": {"id": 7}, "a": "b', '[1, {"db_api_key": "[secret]"', id="and all below it"),
        pytest.param('{"a": "{\\"api key\\": [7', '{"a": "{\\"api key\\": \\"[secret]\\"', id="in JSON in such JSON"),
        pytest.param('"{\\n \\"pin\\": 12, \\"a\\": \\"b', '"{\\n \\"pin\\": \\"[secret]\\", \\"a\\": \\"b', id="in JSON as a text that lacks its end"),
        pytest.param("{'pin': 1234, 'ssn': None}", "{'pin': '[secret]', 'ssn': None}", id="in what Python prints"),
        pytest.param("User(token='a, b', n=1)", "User(token='[secret]', n=1)", id="in an object that Python prints"),
        pytest.param('data: {"cvc": "123"}\n\n', 'data: {"cvc": "[secret]"}\n\n', id="in a stream of events"),
        pytest.param('{"ssn": "", "pin": null, "b": "c', '{"ssn": "", "pin": null, "b": "c', id="nothing in it"),
        pytest.param("[INFO] bob@x.example", "[INFO] [email]", id="a bracket that is no JSON"),
    ],
)  # fmt: skip
def test_what_is_found_is_replaced_and_nothing_else(value: Json, expected: Json) -> None:
    assert masked(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"a": ["b", {"c": 1.5}], "n": None}, id="a structure"),
        pytest.param('{ "a" : 1e5 }', id="JSON in another style"),
        pytest.param('{"a": "\\u00e4"}', id="JSON with escapes"),
        pytest.param("\ud800", id="half of a surrogate pair"),
    ],
)
def test_what_nothing_is_found_in_is_the_same_object(value: Json) -> None:
    assert masked(value) is value


def test_a_whole_field_is_replaced_hashed_or_taken_out() -> None:
    value: Json = {"user": {"email": "bob", "age": 7}, "x": 1}

    assert masked(value, "{fields: [metadata.user]}", at="metadata") == {"user": "[masked]", "x": 1}
    assert masked(value, "{fields: [metadata.user.age], action: drop}", at="metadata") == {
        "user": {"email": "bob"}, "x": 1,
    }  # fmt: skip
    assert masked(["a", "b"], "{fields: ['input[0]'], action: drop}") == ["b"]
    assert masked("bob", "{fields: [input], action: drop}") is DROPPED
    hashed = masked({"b": 1, "a": 2}, "{fields: [input], action: hash}")
    assert hashed == masked({"a": 2, "b": 1}, "{fields: [input], action: hash}")


def test_the_same_value_has_the_same_pseudonym_wherever_it_stands() -> None:
    rule = f"{{fields: [metadata.user, input], action: pseudonym, prefix: user, key: {KEY}}}"
    found = f"{{patterns: [emails], action: pseudonym, prefix: user, key: {KEY}}}"

    assert masked({"user": "a@b.example"}, rule, at="metadata") == {"user": masked("a@b.example", found)}


def test_drop_takes_out_the_value_in_which_something_is_found() -> None:
    rule = "{patterns: [emails], action: drop}"

    assert masked({"a": "hi bob@x.example", "b": "hi"}, rule) == {"b": "hi"}
    assert masked('{"a": "bob@x.example", "b": 1}', rule) == '{"b":1}'
    assert masked({"bob@x.example": 1}, rule) == {"[masked]": 1}


def test_patterns_of_a_field_hold_in_this_field_only() -> None:
    value: Json = {"a": "x@y.example", "b": ['{"c": "x@y.example"}']}

    assert masked(value, "{fields: [metadata.b], patterns: [emails]}", at="metadata") == {
        "a": "x@y.example", "b": ['{"c":"[email]"}'],
    }  # fmt: skip


def test_a_field_within_json_that_lacks_its_end_costs_the_whole_value() -> None:
    rule = "{fields: [metadata.user.email]}"

    assert masked('{"user": {"email": "bo', rule, at="metadata") == "[masked]"
    assert masked('{"user": {"email": "bo', rule, at="http.url") == '{"user": {"email": "bo'
    assert (
        masked('{"x": {"c": "a@b.example', "{fields: [input.**.c], patterns: [emails]}")
        == '{"x": {"c": "[email]'
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('[1, {"email": "bo', id="JSON that lacks its end behind a number"),
        pytest.param('[null, {"email": "bo', id="behind a constant"),
        pytest.param("{'email': 'bob'}", id="what Python prints of an object"),
        pytest.param("[{'email': 'bob'}]", id="of a list"),
        pytest.param("({'email': 'bob'},)", id="of a tuple"),
        pytest.param("User(email='bob')", id="of an instance"),
        pytest.param('data: {"email": "bob"}\n\ndata: [DONE]', id="a stream of events"),
        pytest.param('\ufeff{"email": "bob"}', id="JSON behind a mark of its order of bytes"),
    ],
)
def test_a_field_within_a_structure_that_nobody_reads_costs_the_whole_value(text: str) -> None:
    assert masked(text, "{fields: ['**.email']}") == "[masked]"


@pytest.mark.parametrize(
    "text", ["[INFO] email: none", "(see above) email", "print it (email)", "data: none"]
)
def test_prose_with_brackets_is_no_structure(text: str) -> None:
    assert masked(text, "{fields: ['**.email']}") == text


CANARY: Final = "Alicia7f3"
TELLING: Final = st.sampled_from(
    ["password", "api key", "clientSecret", "pin", "Authorization", "set-cookie"]
)
LEAVES: Final = st.none() | st.integers() | st.text("ab \"'\\\n,{é", max_size=6)
HIDDEN: Final = st.sampled_from(
    [CANARY, [CANARY], {"v": [{"w": CANARY}]}, f"x, ({CANARY}) \"y\" 'z'", f"a\n{CANARY}", [None, 1, CANARY]]
)
VALUES: Final = st.recursive(
    st.dictionaries(TELLING, HIDDEN, min_size=1, max_size=1),
    lambda inner: (
        st.lists(LEAVES | inner, min_size=1, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "type"]), LEAVES | inner, min_size=1, max_size=3)
        | st.builds(
            lambda value, as_ascii: {"a": json.dumps(value, ensure_ascii=as_ascii)}, inner, st.booleans()
        )
    ),
    max_leaves=6,
)
WRITTEN: Final = st.sampled_from(
    [json.dumps, repr, lambda value: json.dumps(value, indent=1), lambda value: json.dumps(json.dumps(value))]
)


@given(VALUES, WRITTEN, st.integers(0, 400))
def test_what_stands_below_a_telling_key_is_hidden_however_it_is_written_and_wherever_it_is_cut(
    value: Json, written: Callable[[Json], str], end: int
) -> None:
    text = written(value)

    assert CANARY not in str(masked(value))
    assert CANARY not in str(masked(text))
    assert CANARY not in str(masked(text[:end]))


def test_a_rule_that_fails_lets_nothing_pass() -> None:
    def broken(text: str, shown: object) -> str:
        raise KeyError(text, shown)

    rules = RuleSet([Rule(name="r", finders=[Finder(name="f", replace=broken, hint="s", numbers=True)])])
    walk = Walk(rules)

    assert walk.value({"a": "secret", "n": "x"}, root("input")) == {
        "a": "ERROR: Failed to mask field 'input' - KeyError", "n": "x",
    }  # fmt: skip
    assert walk.error == "KeyError"
    assert walk.count == 1


@pytest.mark.parametrize(("depth", "passes"), [(MAX_DEPTH, True), (MAX_DEPTH + 1, False)])
def test_what_is_too_deep_to_be_looked_at_does_not_pass(depth: int, passes: bool) -> None:  # noqa: FBT001 - a case
    value: Json = "end"
    for _ in range(depth + 1):
        value = [value]

    assert (masked(value) is value) is passes


def test_the_key_of_an_attachment_stays_if_it_is_a_uuid() -> None:
    like_a_phone = "01234567-0123-4567-8901-abcdefabcdef"
    reference = {"type": "braintrust_attachment", "key": like_a_phone, "filename": "bob@x.example"}

    assert masked(reference) == {**reference, "filename": "[email]"}
    assert masked({"key": like_a_phone}) != {"key": like_a_phone}


def test_a_report_tells_rule_and_place_of_each_finding() -> None:
    found: list[tuple[str, str]] = []
    walk = Walk(rules_of(ANY), lambda name, place: found.append((name, place.addresses[0])))

    walk.value({"a": ["bob@x.example"], "password": "x"}, root("input"))

    assert found == [("masking[0]", "input.a[0]"), ("masking[0]", "input.password")]
    assert walk.count == 2
