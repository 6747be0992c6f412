"""Values of rows as text: nothing hides in it, and nothing of it is endless."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.ui.values import (
    PREVIEW_CHARACTERS,
    WHOLE_CHARACTERS,
    change,
    duration_s,
    failure,
    is_long,
    messages,
    number,
    numbers_of,
    preview,
    seconds,
    tags_of,
    text_of,
    visible,
    when,
    whole,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("plain", "plain", id="plain"),
        pytest.param("pay \u202e001", "pay ⟨U+202E⟩001", id="a mark that turns the direction"),
        pytest.param("a\u200bb", "a⟨U+200B⟩b", id="no width"),
        pytest.param("\x1b[31m", "⟨U+001B⟩[31m", id="a control character"),
        pytest.param("\ud800", "⟨U+D800⟩", id="half of a pair"),
        pytest.param("one\n\ttwo", "one\n\ttwo", id="lines"),
        pytest.param("a\r\nb\rc", "a\nb⟨U+000D⟩c", id="ends of lines of other systems"),
        pytest.param("שלום 👩\u200d💻", "שלום 👩\u200d💻", id="other scripts and emoji"),
    ],
)
def test_nothing_hides_in_a_text(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param(None, "", id="nothing"),
        pytest.param("two\nlines", "two lines", id="lines"),
        pytest.param({"a": 1}, '{"a": 1}', id="an object"),
        pytest.param([{"role": "user", "content": "hi"}], "hi", id="a conversation"),
        pytest.param("x" * 1_000_000, "x" * PREVIEW_CHARACTERS + "…", id="long"),
        pytest.param("", "", id="empty"),
    ],
)
def test_a_preview_is_one_short_line(value: Json, shown: str) -> None:
    assert preview(value) == shown


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        pytest.param(
            'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\nValueError: no price\n',
            "ValueError: no price",
            id="traceback",
        ),
        pytest.param(
            "Traceback (most recent call last):", "Traceback (most recent call last):", id="its head alone"
        ),
        pytest.param("timeout:\n upstream", "timeout: upstream", id="text"),
        pytest.param({"code": 5}, '{"code": 5}', id="object"),
    ],
)
def test_a_failure_is_shown_by_its_exception(error: Json, shown: str) -> None:
    assert failure(error) == shown


@pytest.mark.parametrize("text", ["line\n" * 31, "long " * 500], ids=["lines", "one line that is wrapped"])
def test_a_text_that_may_be_scrolled_is_long(text: str) -> None:
    assert is_long(text)
    assert not is_long(text[: len(text) // 3])


def test_a_long_value_says_how_much_is_left_out() -> None:
    shown = whole("x" * (WHOLE_CHARACTERS + 5))

    assert (len(shown.text), shown.left_out) == (WHOLE_CHARACTERS, 5)


def test_a_conversation_has_roles_texts_and_calls() -> None:
    said = messages(
        [
            {
                "role": "user",
                "content": [{"type": "text", "text": "weather?"}, {"type": "image", "url": "u"}],
            },
            {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "look"}}]},
        ]
    )

    assert [(each.role, "weather?" in each.text, "look" in each.calls) for each in said] == [
        ("user", True, False),
        ("assistant", False, True),
    ]


@pytest.mark.parametrize("value", [None, "text", [], [{"role": "user"}, "text"], {"content": "no role"}])
def test_what_is_no_conversation_has_no_messages(value: Json) -> None:
    assert messages(value) == []


@pytest.mark.parametrize(
    ("given", "shown"), [(1234, "1,234"), (0.12345, "0.123"), (2.5, "2.50"), (None, ""), (True, "")]
)
def test_a_number_has_few_digits(given: object, shown: str) -> None:
    assert number(given) == shown


@pytest.mark.parametrize(("given", "shown"), [(0.4, "400 ms"), (2, "2.00 s"), (90, "1.5 min"), (None, "")])
def test_a_duration_has_a_unit_that_fits(given: object, shown: str) -> None:
    assert seconds(given) == shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2026-01-05T09:00:00Z", "2026-01-05 09:00:00"),
        ("2026-01-05T09:00:00", "2026-01-05 09:00:00"),
        ("no time", "no time"),
        (None, ""),
    ],
)
def test_a_time_is_in_utc(given: object, shown: str) -> None:
    assert when(given) == shown


def test_members_of_another_type_count_as_absent() -> None:
    assert numbers_of({"a": 1, "b": "2", "c": True}) == {"a": 1}
    assert numbers_of("no object") == {}
    assert duration_s({"metrics": {"start": 1}}) is None
    assert duration_s({"metrics": {"start": 1, "end": 3}}) == 2
    assert text_of({"span_attributes": {"name": 1}}, "span_attributes", "name") == ""
    assert tags_of(["a", 1]) == ["a"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        pytest.param(0.25, "+0.25", id="more"),
        pytest.param(-0.25, "-0.25", id="less"),
        pytest.param(0, "", id="as much"),
        pytest.param(None, "", id="nothing"),
    ],
)
def test_a_difference_has_its_sign(given: float | None, shown: str) -> None:
    assert change(given) == shown
