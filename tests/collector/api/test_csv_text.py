"""Rows as CSV for people who open it in a spreadsheet."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_bridge_collector.api.csv_text import guarded, to_csv


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20a", "-", "--5", "+1 212", "-1,5",
        "-\u0665",
    ],
)  # fmt: skip
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    ["", "-5", "+5", "-1.5", "-.5", "-1e-7", "+1E5", "a=1", "'=1", " =1", '{"a": "=1"}', "[-1]", "true", "ü"],
)
def test_numbers_and_other_texts_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text


@given(st.lists(st.text(max_size=6), min_size=1, max_size=3))
def test_what_is_written_is_read_again_and_no_cell_begins_like_a_formula(cells: list[str]) -> None:
    names = [str(index) for index, _ in enumerate(cells)]

    written = to_csv(names, [dict(zip(names, cells, strict=True))], str)

    _, row = csv.reader(io.StringIO(written, newline=""))
    assert row == [guarded(text) for text in cells]


def test_a_carriage_return_begins_no_cell_of_its_own() -> None:
    assert to_csv(["a"], [{"a": "x\r=1+1"}, {"a": "y"}], str) == 'a\n"x\r=1+1"\ny\n'


def test_names_of_columns_are_guarded_too() -> None:
    assert to_csv(["=a"], [{"=a": 1}], str) == "'=a\n1\n"
