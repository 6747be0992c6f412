"""The scalar functions."""

from pathlib import Path

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from tests.support.rows import Asking


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param("day(created)", "2026-01-05T00:00:00Z", id="day"),
        pytest.param("split('a,b', ',')", ["a", "b"], id="split"),
        pytest.param("substring('hello', 2)", "ello", id="substring-to-the-end"),
        pytest.param("substring('hello', 2, 2147483647)", "ello", id="substring-as-far-as-may-be"),
        pytest.param("substring('hello', 2, power(10, 30))", None, id="substring-further-than-may-be"),
        pytest.param("to_datetime(8640000000000000) is not null", True, id="last-instant"),
        pytest.param("to_datetime(power(10, 300))", None, id="no-instant"),
        pytest.param("power(2, 10)", 1024, id="power"),
        pytest.param("power(-8, 0.5)", None, id="no-real-power"),
        pytest.param("power(-2, 3)", -8, id="negative-power"),
        pytest.param("vector(facets.x)", None, id="no-vectors"),
        pytest.param("len(true)", None, id="len-of-no-text"),
        pytest.param("contains(tags, 'triage')", True, id="contains"),
        pytest.param("week(created)", "2026-01-05T00:00:00Z", id="week-begins-on-monday"),
        pytest.param("month('2026-03-15')", "2026-03-01T00:00:00Z", id="month-of-a-text"),
        pytest.param("year(created)", "2026-01-01T00:00:00Z", id="year"),
        pytest.param("date_trunc('hour', created)", "2026-01-05T09:00:00Z", id="date-trunc"),
        pytest.param(
            "date_trunc('15 minutes', '2026-01-05T09:44:59Z')", "2026-01-05T09:30:00Z", id="multiple"
        ),
        pytest.param("date_part('hour', created)", 9, id="date-part"),
        pytest.param("extract(year from created)", 2026, id="extract"),
        pytest.param("now()", "2026-01-10T12:00:00Z", id="now"),
        pytest.param("current_timestamp", "2026-01-10T12:00:00Z", id="current-timestamp"),
        pytest.param("current_date()", "2026-01-10T00:00:00Z", id="current-date"),
        pytest.param("to_datetime(1767603600)", "2026-01-05T09:00:00Z", id="seconds"),
        pytest.param("to_datetime(1767603600000)", "2026-01-05T09:00:00Z", id="milliseconds"),
        pytest.param("to_datetime('2026-01-05T10:00:00+01:00')", "2026-01-05T09:00:00Z", id="zone"),
        pytest.param("to_datetime(metadata.user_id)", None, id="no-time"),
        pytest.param("created + to_interval('1 month')", "2026-02-05T09:00:00Z", id="to-interval"),
        pytest.param("created - to_interval(metadata.model)", None, id="no-interval"),
        pytest.param("created + to_interval('900000 years')", None, id="interval-out-of-time"),
        pytest.param("to_date(created)", "2026-01-05T00:00:00Z", id="to-date"),
        pytest.param("lower('ABC')", "abc", id="lower"),
        pytest.param("upper(metadata.model)", "GPT-4", id="upper"),
        pytest.param("upper(metadata.missing)", None, id="strict"),
        pytest.param("trim('  a ')", "a", id="trim"),
        pytest.param("replace('abc', 'b', 'x')", "axc", id="replace"),
        pytest.param("starts_with('abc', 'ab')", True, id="starts-with"),
        pytest.param("ends_with('abc', 'ab')", False, id="ends-with"),
        pytest.param("concat('a', null, 1, is_root)", "a1true", id="concat-skips-null"),
        pytest.param("substring('abcdef', 2, 3)", "bcd", id="substring"),
        pytest.param("len(tags)", 1, id="len-array"),
        pytest.param("len(metadata)", 2, id="len-object"),
        pytest.param("len(input)", 15, id="len-string"),
        pytest.param("len(metrics.tokens)", None, id="len-number"),
        pytest.param("length(id)", 1, id="length"),
        pytest.param("json_extract('{\"a.b\": 2.5}', 'a.b')", 2.5, id="json-extract-one-key"),
        pytest.param("json_extract('{\"a/~\": 1}', 'a/~')", 1, id="json-extract-odd-key"),
        pytest.param("json_extract('[1]', '0')", None, id="json-extract-array"),
        pytest.param("json_extract('no json', 'a')", None, id="json-extract-bad"),
        pytest.param("json_extract(metadata, 'model')", "gpt-4", id="json-extract-object"),
        pytest.param("coalesce(metadata.missing, 1, 'x')", 1, id="coalesce-two-types"),
        pytest.param("coalesce(null, 'x')", "x", id="coalesce"),
        pytest.param("nullif(1, 1)", None, id="nullif"),
        pytest.param("least(3, null, 1)", 1, id="least"),
        pytest.param("greatest('a', 'b')", "b", id="greatest"),
        pytest.param("greatest(metrics.tokens, 5)", 100, id="greatest-path"),
        pytest.param("greatest(metadata.model, 'a')", "gpt-4", id="greatest-text-of-a-field"),
        pytest.param("least(metadata.nosuch, 'a')", "a", id="least-missing-field"),
        pytest.param("greatest(metadata.model, metadata.user_id)", "gpt-4", id="greatest-of-fields"),
        pytest.param("greatest(metrics.tokens, scores.Factuality)", 100, id="greatest-numbers-of-fields"),
        pytest.param("greatest(metrics.tokens, metadata.model)", "gpt-4", id="greatest-text-before-number"),
        pytest.param("least(metadata.nosuch, metadata.neither)", None, id="least-of-nothing"),
        pytest.param("greatest(metadata.model, 5)", 5, id="greatest-skips-other-types"),
        pytest.param("least(created, '2020-01-01')", "2020-01-01T00:00:00Z", id="least-time"),
        pytest.param("round(2.5)", 3, id="round"),
        pytest.param("round(2.345, 1)", 2.3, id="round-digits"),
        pytest.param("abs(-1.5) + floor(1.5) + ceil(1.5)", 4.5, id="abs-floor-ceil"),
        pytest.param("sqrt(-1)", None, id="sqrt-negative"),
        pytest.param("sqrt(4) + ln(1) + exp(0)", 3, id="sqrt-ln-exp"),
        pytest.param("ln(0)", None, id="ln-zero"),
        pytest.param("to_string(metrics)", '{"tokens":100}', id="to-string-object"),
        pytest.param("to_string('x')", "x", id="to-string-string"),
        pytest.param("to_number('1e3')", 1000, id="to-number"),
        pytest.param("to_number(' 1.5 ')", 1.5, id="to-number-blanks"),
        pytest.param("to_number('0x10')", None, id="to-number-hex"),
        pytest.param("to_number('nan')", None, id="to-number-nan"),
        pytest.param("to_number(true)", 1, id="to-number-true"),
        pytest.param("to_integer(1.7)", 1, id="to-integer"),
        pytest.param("to_boolean('TRUE')", True, id="to-boolean"),
        pytest.param("to_boolean('yes')", None, id="to-boolean-other"),
        pytest.param("search('reset how')", True, id="search"),
        pytest.param("search('nowhere')", False, id="search-nothing"),
        pytest.param("NOT search('nowhere')", True, id="not-search"),
    ],
)
def test_functions(example: Asking, expression: str, expected: Json) -> None:
    assert example.value(expression) == expected


def test_what_rows_cost_can_be_summed(tmp_path: Path) -> None:
    said: Json = {"tokens": 5, "estimated_cost": 0.5}
    rows: list[dict[str, Json]] = [
        {"id": "call", "metrics": said},
        {"id": "agent", "metrics": said, "span_attributes": {"usage_is_rollup": True}},
        {"id": "unknown", "metrics": {"tokens": 5}},
    ]
    asking = Asking(tmp_path, rows)

    assert asking.rows("measures: sum(estimated_cost()) as usd, count(estimated_cost()) as priced") == [
        {"usd": 0.5, "priced": 1}
    ]
    asking.close()


def test_days_begin_in_the_zone_of_the_request(example: Asking) -> None:
    query = "SELECT day(created) AS d, current_date() AS today FROM project_logs WHERE id = 'a'"

    (found,) = example.rows(query, tz_offset_min=600)

    assert found == {"d": "2026-01-04T10:00:00Z", "today": "2026-01-10T10:00:00Z"}


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        pytest.param("date_trunc('fortnight', created)", "'fortnight'", id="unit"),
        pytest.param("date_trunc('2 weeks', created)", "'2 weeks'", id="multiple-of-weeks"),
        pytest.param("date_trunc(input, created)", "input", id="unit-from-the-row"),
        pytest.param("date_part('eon', created)", "'eon'", id="part"),
        pytest.param("json_extract(input, id)", "id", id="key-from-the-row"),
    ],
)
def test_a_wrong_argument_is_refused_at_its_place(example: Asking, expression: str, place: str) -> None:
    query = f"select: {expression}"
    with pytest.raises(QueryError) as caught:
        example.rows(query)

    error = caught.value
    assert error.offset is not None
    assert (error.code, query[error.offset : error.offset + error.length]) == ("badArgument", place)
