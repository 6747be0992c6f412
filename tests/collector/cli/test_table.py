"""Tables of JSON values."""

import pytest

from otel_bridge_collector.cli.table import cell, print_table


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(None, "", id="null"),
        pytest.param("a", "a", id="string"),
        pytest.param({"ä": [1]}, '{"ä": [1]}', id="object"),
    ],
)
def test_a_value_is_text(value: object, text: str) -> None:
    assert cell(value) == text


def test_a_cell_is_one_line_and_cut(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["a"], [["one\n  two"], ["x" * 100]])

    printed = capsys.readouterr().out
    assert "one two" in printed
    assert "x" * 59 + "…" in printed
    assert "x" * 60 not in printed


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(0.1 + 0.2, "0.3", id="number"),
        pytest.param({"a": [0.1 + 0.2]}, '{"a": [0.3]}', id="inside"),
        pytest.param(1_763_900_000.123457, "1763900000.123457", id="time"),
        pytest.param(1 << 60, str(1 << 60), id="whole"),
    ],
)
def test_fractions_have_the_digits_that_say_something(
    capsys: pytest.CaptureFixture[str], value: object, text: str
) -> None:
    print_table(["a"], [[value]])

    assert f" {text} " in capsys.readouterr().out


def test_markup_in_a_value_is_printed_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["a"], [["[bold]x[/bold]"]])

    assert "[bold]x[/bold]" in capsys.readouterr().out
