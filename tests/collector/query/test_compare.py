"""Comparisons between values whose types only the row tells."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from otel_bridge_collector.errors import QueryError
from tests.support.rows import Asking

STORED = {
    "text": "1234",
    "whole": 1234,
    "fraction": 1234.0,
    "yes": True,
    "yes_text": "true",
    "object": {"x": 1, "y": [1, 2]},
    "turned": {"y": [1, 2], "x": 1},
    "list": [1, "a", {"k": "v"}],
    "null": None,
    "holes": {"x": None, "deep": {"y": None, "z": 1}},
    "wide": 18446744073709551615,
    "wider": 18446744073709551614,
    "shared": 9007199254740993,
    "when": "2026-01-05T10:00:00+01:00",
    "*": {"": 1},
}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    folder: Path = tmp_path_factory.mktemp("stored")
    asking = Asking(
        folder, [{"id": "a", "created": "2026-01-05T09:00:00Z", "metadata": STORED, "input": "a\x1fb"}]
    )
    yield asking
    asking.close()


@pytest.mark.parametrize(
    ("left", "to_text", "to_number", "to_true", "to_true_text"),
    [
        pytest.param("text", True, False, False, False, id="string"),
        pytest.param("whole", False, True, False, False, id="integer"),
        pytest.param("fraction", False, True, False, False, id="float"),
        pytest.param("yes", False, False, True, False, id="boolean"),
        pytest.param("yes_text", False, False, False, True, id="string-true"),
        pytest.param("object", False, False, False, False, id="object"),
        pytest.param("list", False, False, False, False, id="array"),
        pytest.param("null", None, None, None, None, id="null"),
        pytest.param("missing", None, None, None, None, id="missing"),
        pytest.param("text.inside", None, None, None, None, id="through-a-string"),
    ],
)
def test_types_are_never_converted_in_a_comparison(
    stored: Asking,
    left: str,
    to_text: object,
    to_number: object,
    to_true: object,
    to_true_text: object,
) -> None:
    seen = [stored.value(f"metadata.{left} = {right}") for right in ("'1234'", "1234", "true", "'true'")]

    assert seen == [to_text, to_number, to_true, to_true_text]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param("metadata.text != '1'", True, id="ne"),
        pytest.param("metadata.missing != '1'", None, id="ne-null"),
        pytest.param("metadata.missing <!=> '1'", True, id="isnot-null"),
        pytest.param("metadata.missing <=> metadata.null", True, id="null-is-null"),
        pytest.param("metadata.text <=> metadata.null", False, id="text-is-null"),
        pytest.param("metadata.text = (null)", False, id="null-in-parentheses"),
        pytest.param("(true ? null : null) = metadata.text", None, id="computed-null"),
        pytest.param("metadata.null = null", True, id="eq-null"),
        pytest.param("metadata.null != null", False, id="ne-literal-null"),
        pytest.param("metadata.text = metadata.whole", False, id="other-type"),
        pytest.param("metadata.whole = metadata.fraction", True, id="whole-and-fraction"),
        pytest.param("metadata.wide = metadata.wider", False, id="wide-paths"),
        pytest.param("metadata.wide = 18446744073709551615", True, id="wide-constant"),
        pytest.param("metadata.wide = 18446744073709551614", False, id="near-wide-constant"),
        pytest.param("metadata.wide > 18446744073709551614", True, id="order-wide"),
        pytest.param("metadata.shared = 9007199254740992", False, id="first-that-shares-its-double"),
        pytest.param("metadata.shared > 9007199254740992", True, id="order-of-what-shares-a-double"),
        pytest.param("metadata.wide IN (18446744073709551614)", False, id="in-wide"),
        pytest.param("metadata.object = metadata.turned", True, id="key-order"),
        pytest.param('metadata.object = {"y": [1, 2], "x": 1}', True, id="object-constant"),
        pytest.param('metadata.object = {"x": 1}', False, id="smaller-object"),
        pytest.param("metadata.list[2].k = 'v'", True, id="in-array"),
        pytest.param('metadata."*"."" = 1', True, id="star-and-empty-keys"),
        pytest.param("metadata.\"*\" = 'x'", False, id="star-is-no-wildcard"),
        pytest.param("input = 'a\x1fb'", True, id="control-character"),
        pytest.param("created = '2026-01-05T10:00:00+01:00'", True, id="instant-constant"),
        pytest.param("created = metadata.when", True, id="instant-in-json"),
        pytest.param("created = metadata.text", None, id="no-instant-in-json"),
        pytest.param("created = 5", None, id="instant-and-number"),
        pytest.param("is_root = 'x'", False, id="boolean-and-string"),
        pytest.param("id = 5", False, id="string-and-number"),
    ],
)
def test_equality(stored: Asking, expression: str, expected: object) -> None:
    assert stored.value(expression) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param("metadata.whole > 1000", True, id="number"),
        pytest.param("metadata.text > 1000", None, id="string-and-number"),
        pytest.param("metadata.text > '1'", True, id="string"),
        pytest.param("metadata.whole < metadata.wide", True, id="paths"),
        pytest.param("metadata.text < metadata.yes_text", True, id="string-paths"),
        pytest.param("metadata.text < metadata.whole", None, id="paths-of-two-types"),
        pytest.param("is_root < true", None, id="booleans-have-no-order"),
        pytest.param("created >= '2026-01-05'", True, id="instant"),
        pytest.param("created < 5", None, id="instant-and-number"),
        pytest.param("metadata.whole BETWEEN 1 AND 2000", True, id="between"),
        pytest.param("metadata.whole NOT BETWEEN 1 AND 2000", False, id="not-between"),
    ],
)
def test_order(stored: Asking, expression: str, expected: object) -> None:
    assert stored.value(expression) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param("metadata.text IN ('x', '1234')", True, id="string"),
        pytest.param("metadata.whole IN ['1234', 1234.0]", True, id="number"),
        pytest.param("metadata.yes IN (true)", True, id="boolean"),
        pytest.param("metadata.text NOT IN ('x')", True, id="not-in"),
        pytest.param("metadata.text IN ('x', null)", None, id="null-among-them"),
        pytest.param("metadata.text IN ('1234', null)", True, id="found-beside-null"),
        pytest.param("metadata.missing IN ('x')", None, id="null"),
        pytest.param("metadata.list IN ('a')", True, id="any-element"),
        pytest.param("metadata.list IN ('b')", False, id="no-element"),
        pytest.param('metadata.object IN ({"y": [1, 2], "x": 1})', True, id="object"),
        pytest.param("created IN ('2026-01-05T09:00:00Z')", True, id="instant"),
        pytest.param("created IN (1)", False, id="instant-and-number"),
    ],
)
def test_membership(stored: Asking, expression: str, expected: object) -> None:
    assert stored.value(expression) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param("metadata.list INCLUDES 'a'", True, id="element"),
        pytest.param("metadata.list INCLUDES 1.0", True, id="number-by-value"),
        pytest.param('metadata.list INCLUDES {"k": "v"}', True, id="object-element"),
        pytest.param("metadata.list INCLUDES ['a', 1]", True, id="all-elements"),
        pytest.param("metadata.list INCLUDES ['a', 2]", False, id="not-all-elements"),
        pytest.param("metadata.list INCLUDES 'v'", False, id="not-at-depth"),
        pytest.param("metadata.object INCLUDES 'x'", True, id="key"),
        pytest.param('metadata.object INCLUDES {"x": 1}', True, id="part-of-object"),
        pytest.param('metadata.object INCLUDES {"x": 2}', False, id="no-part-of-object"),
        pytest.param('metadata.object INCLUDES {"x": null}', False, id="not-null"),
        pytest.param('metadata.object INCLUDES {"z": null}', True, id="missing-member"),
        pytest.param('metadata.holes INCLUDES {"x": null}', True, id="null-member"),
        pytest.param('metadata.holes INCLUDES {"deep": {"y": null}}', True, id="null-at-depth"),
        pytest.param('metadata.holes INCLUDES {"deep": {"y": null, "z": 1}}', True, id="null-and-value"),
        pytest.param(
            'metadata.holes INCLUDES {"deep": {"y": null, "z": 2}}', False, id="null-and-other-value"
        ),
        pytest.param('metadata.holes INCLUDES {"deep": {"z": null}}', False, id="not-null-at-depth"),
        pytest.param("metadata.text CONTAINS '23'", True, id="substring"),
        pytest.param("metadata.whole INCLUDES 1234", False, id="number-includes-nothing"),
        pytest.param("metadata.missing INCLUDES 'x'", False, id="null-includes-nothing"),
        pytest.param("NOT metadata.missing INCLUDES 'x'", True, id="not-in-null"),
    ],
)
def test_inclusion(stored: Asking, expression: str, expected: object) -> None:
    assert stored.value(expression) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param("metadata.text LIKE '12%'", True, id="prefix"),
        pytest.param("metadata.text LIKE '12'", False, id="whole-text"),
        pytest.param("metadata.text LIKE '1_34'", True, id="one-character"),
        pytest.param("metadata.yes_text ILIKE 'TR%'", True, id="ignore-case"),
        pytest.param("metadata.object LIKE '%\"x\":1%'", True, id="json-text"),
        pytest.param("metadata.missing LIKE '%'", None, id="null"),
        pytest.param("metadata.missing NOT LIKE '%'", None, id="not-null"),
        pytest.param("'50% off' LIKE '%50\\% off'", True, id="escaped-percent"),
        pytest.param("'50 off' LIKE '%50\\% off'", False, id="escaped-percent-only"),
        pytest.param("'a\\' LIKE '%\\'", True, id="backslash-at-the-end"),
    ],
)
def test_patterns(stored: Asking, expression: str, expected: object) -> None:
    assert stored.value(expression) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param("'An apple, a value-added one' MATCH 'VALUE apple'", True, id="all-words"),
        pytest.param("'An apple' MATCH 'apple pear'", False, id="one-is-missing"),
        pytest.param("'An apple' MATCH 'app'", False, id="part-of-a-word"),
        pytest.param("'Straße' MATCH 'straße'", True, id="not-only-ascii"),
        pytest.param("'x.*y' MATCH '.*'", True, id="no-word-asks-nothing"),
        pytest.param("metadata.missing MATCH 'x'", None, id="null"),
    ],
)
def test_words(stored: Asking, expression: str, expected: object) -> None:
    assert stored.value(expression) is expected


def test_a_text_that_is_no_time_is_refused_at_its_place(stored: Asking) -> None:
    with pytest.raises(QueryError) as caught:
        stored.ids("created > 'yesterday'")

    assert (caught.value.code, caught.value.offset, caught.value.length) == ("badTimestamp", 31, 11)
