"""Deciding between readings."""

from collections.abc import Sequence

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.decode import otlp_json, protobuf
from otel_bridge_collector.translate.merge import Merged, merge, winners
from otel_bridge_collector.translate.partial import Content, Entry, Partial, Rank, Reading
from otel_bridge_collector.translate.span import read
from tests.support.conventions import Case, cases

ONE: Json = [{"role": "user", "content": "one"}]
TWO: Json = [{"role": "user", "content": "one"}, {"role": "user", "content": "two"}]


def merged(*partials: Sequence[Reading], preserve: bool = False) -> Merged:
    """Merge readings whose attributes all exist, with their own name as value."""
    found = [Partial(readings=tuple(readings)) for readings in partials]
    names = {name for readings in partials for reading in readings for name in reading.attributes}
    return merge(found, {name: name for name in sorted(names)}, preserve=preserve)


def content(value: Json, rank: Rank, attribute: str) -> Content:
    return Content("input", value, rank, (attribute,))


def test_the_better_rank_wins_whoever_read_it() -> None:
    found = merged([content("text", Rank.TEXT, "a")], [content(ONE, Rank.MESSAGES, "b")])

    assert found.contents == {"input": ONE}


def test_of_equal_ranks_the_first_wins() -> None:
    assert merged([content("a", Rank.VALUE, "a")], [content("b", Rank.VALUE, "b")]).contents == {"input": "a"}


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_an_empty_value_says_nothing(empty: Json) -> None:
    found = merged([content(empty, Rank.EVENTS, "a"), content("text", Rank.TEXT, "b")])

    assert found.contents == {"input": "text"}


def test_an_empty_value_for_the_very_field_counts() -> None:
    found = merged([content("", Rank.EXPLICIT, "a"), content("text", Rank.TEXT, "b")])

    assert found.contents == {"input": ""}


def test_null_is_what_is_left_where_nobody_says_more() -> None:
    assert merged([content(None, Rank.EXPLICIT, "a")]).contents == {"input": None}


def test_more_messages_win_over_fewer_under_a_better_name() -> None:
    found = merged([content(ONE, Rank.MESSAGES, "a"), content(TWO, Rank.INDEXED, "b")])

    assert found.contents == {"input": TWO}
    assert found.leftovers == {}


def test_messages_with_ids_of_calls_win_over_as_many_without() -> None:
    without: Json = [{"role": "tool", "content": "21"}]
    tied: Json = [{"role": "tool", "content": "21", "tool_call_id": "c1"}]

    found = merged([content(without, Rank.INDEXED, "a"), content(tied, Rank.VALUE, "b")])

    assert found.contents == {"input": tied}
    assert found.leftovers == {}


def test_messages_with_a_file_win_over_as_many_without() -> None:
    text: Json = [{"role": "user", "content": "What is it?"}]
    file: Json = {"type": "file", "file": {"file_id": "f"}}
    both: Json = [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, file]}]

    found = merged([content(text, Rank.INDEXED, "a"), content(both, Rank.VALUE, "b")])

    assert found.contents == {"input": both}


def test_json_text_in_another_spelling_is_held() -> None:
    call: Json = {"id": "c1", "function": {"name": "f", "arguments": '{"a":1}'}}
    spaced: Json = {"function": {"name": "f", "arguments": '{"a": 1}'}}
    tied: Json = [{"role": "assistant", "tool_calls": [call]}]

    found = merged(
        [
            content([{"role": "assistant", "tool_calls": [spaced]}], Rank.INDEXED, "a"),
            content(tied, Rank.VALUE, "b"),
        ]
    )

    assert found.contents == {"input": tied}
    assert found.leftovers == {}


def test_no_messages_are_no_value() -> None:
    assert merged([content([], Rank.MESSAGES, "a")]).contents == {}
    assert merged([content([], Rank.VALUE, "a")]).contents == {"input": []}


def test_messages_in_events_win_over_more_in_attributes() -> None:
    assert merged([content(ONE, Rank.EVENTS, "a"), content(TWO, Rank.MESSAGES, "b")]).contents == {
        "input": ONE
    }


def test_messages_do_not_win_over_a_better_value_of_another_shape() -> None:
    found = merged([content({"contents": []}, Rank.MESSAGES, "a"), content(ONE, Rank.TEXT, "b")])

    assert found.contents == {"input": {"contents": []}}


def test_a_loser_that_the_winner_contains_is_used_up() -> None:
    found = merged([content(TWO, Rank.MESSAGES, "a"), content("two", Rank.TEXT, "b")])

    assert found.leftovers == {}


def test_a_loser_that_says_more_is_a_leftover() -> None:
    found = merged([content(ONE, Rank.EXPLICIT, "a"), content(TWO, Rank.MESSAGES, "b")])

    assert found.leftovers == {"b": "b"}


def test_the_first_value_for_a_key_wins() -> None:
    found = merged([Entry("metadata", "model", "a", ("a",))], [Entry("metadata", "model", "b", ("b",))])

    assert found.objects == {"metadata": {"model": "a"}}
    assert found.leftovers == {"b": "b"}


def test_a_losing_model_is_used_up_where_it_is_the_requested_one() -> None:
    found = merged(
        [Entry("metadata", "model", "m-1", ("a",)), Entry("metadata", "request_model", "m", ("b",))],
        [Entry("metadata", "model", "m", ("c",)), Entry("metadata", "model", "n", ("d",))],
    )

    assert found.objects == {"metadata": {"model": "m-1", "request_model": "m"}}
    assert found.leftovers == {"d": "d"}


def test_a_repeated_value_for_a_key_is_used_up() -> None:
    found = merged([Entry("metrics", "tokens", 5, ("a",)), Entry("metrics", "tokens", 5.0, ("b",))])

    assert found.leftovers == {}


def test_the_readings_that_won_are_named() -> None:
    better, worse = content(ONE, Rank.MESSAGES, "b"), content("text", Rank.TEXT, "a")
    entry = Entry("metrics", "tokens", 30, ("c",))

    found = winners([
        Partial(readings=(worse, better, entry)),
        Partial(readings=(Entry("metrics", "tokens", 20, ("d",)),)),
    ])  # fmt: skip

    assert found == [better, entry]


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.convention}/{case.name}")
def test_what_is_merged_of_a_recording_is_what_the_winners_say(case: Case) -> None:
    for span in protobuf.spans(otlp_json.parse_traces(case.traces())):
        reading = read(span)
        told: dict[tuple[str, str | None], Json] = {
            (each.field, each.key if isinstance(each, Entry) else None): each.value
            for each in winners(reading.partials.values())
        }
        objects = {
            (field, key): value
            for field, keys in reading.merged.objects.items()
            for key, value in keys.items()
        }
        contents = {(field, None): value for field, value in reading.merged.contents.items()}

        assert {place: value for place, value in told.items() if place[1] is not None} == objects
        assert all(told[place] == value for place, value in contents.items())


def test_attributes_that_nobody_read_are_leftovers() -> None:
    found = merge([Partial(spent=("hint",))], {"hint": 1, "other": 2})

    assert found.leftovers == {"other": 2}


def test_preserved_attributes_are_leftovers_although_they_were_read() -> None:
    assert merged([content("x", Rank.TEXT, "a")], preserve=True).leftovers == {"a": "a"}


def test_the_first_fallback_type_counts() -> None:
    partials = [Partial(), Partial(fallback_type="llm"), Partial(fallback_type="tool")]

    assert merge(partials, {}).fallback_type == "llm"


def test_nothing_read_is_nothing_said() -> None:
    assert merge([], {}) == Merged(contents={}, objects={}, fallback_type=None, leftovers={})


def test_what_a_convention_has_spent_is_used_up_though_another_s_reading_of_it_loses() -> None:
    better = Partial(readings=(Entry("metrics", "prompt_tokens", 30, ("a",)),), spent=("b",))
    other = Partial(readings=(Entry("metrics", "prompt_tokens", 20, ("b",)),))

    found = merge([better, other], {"a": 30, "b": 20})

    assert found.objects["metrics"] == {"prompt_tokens": 30}
    assert found.leftovers == {}


def test_what_many_readings_were_read_from_together_is_used() -> None:
    names = ("metadata.a", "metadata.b")
    entries = [Entry("metadata", key, 1, names) for key in ("a", "b")]
    found = merge(
        [Partial((*entries, Entry("metadata", "c", 1, ("c",)), *entries))],
        dict.fromkeys((*names, "c", "d"), 1),
    )

    assert found.objects == {"metadata": {"a": 1, "b": 1, "c": 1}}
    assert found.leftovers == {"d": 1}
