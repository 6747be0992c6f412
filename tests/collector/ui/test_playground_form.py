"""What the form of the playground says."""

import pytest

from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.ui.json_field import FieldFault
from otel_bridge_collector.ui.playground_form import Tried, Variant, changed, tried_in
from otel_bridge_collector.ui.prompt_fields import Line, PromptFields

FORM = [
    ("a.role", "user"), ("a.content", "Say {{word}} to {{user.name}}"), ("a.model", "m1"),
    ("c.role", "user"), ("c.content", "{{other}}"), ("c.prompt", "g"), ("c.version", "5"),
    ("variables", '{"other": 1, "user": {"id": 2}}'), ("value.word", "hi"), ("value.user.name", "Ann"),
    ("strict", "on"), ("dataset", "d"), ("records", "3"), ("experiment", " run "),
]  # fmt: skip


def test_a_form_is_read_variant_by_variant() -> None:
    tried = tried_in(FORM)

    assert [(each.letter, each.prompt, each.version) for each in tried.variants] == [
        ("a", "", ""),
        ("c", "g", "5"),
    ]
    assert tried.names == ["word", "user.name", "other"]
    assert (tried.is_strict, tried.dataset, tried.limit(), tried.experiment) == (True, "d", 3, "run")


def test_single_variables_go_into_those_that_are_typed_as_json() -> None:
    assert tried_in(FORM).given() == {"other": 1, "user": {"id": 2, "name": "Ann"}, "word": "hi"}


def test_variables_that_are_no_json_are_told_with_their_place() -> None:
    fault = Tried(variables="{").given()

    assert isinstance(fault, FieldFault)
    assert "Variables, line 1, column 2" in fault.told


def test_a_variable_is_missing_unless_its_first_part_is_there() -> None:
    tried = tried_in(FORM)

    assert tried.missing({"user": {}}) == ["word", "other"]


@pytest.mark.parametrize("records", ["0", "51", "1.5", "", "-1", "9" * 5000])
def test_a_run_takes_some_records_and_not_too_many(records: str) -> None:
    assert isinstance(Tried(records=records).limit(), FieldFault)


@pytest.mark.parametrize(
    ("field", "told"),
    [
        pytest.param("a.models", "a.model may be meant", id="of a variant"),
        pytest.param("variable", "variables may be meant", id="of all"),
    ],
)
def test_a_field_that_nobody_reads_is_told(field: str, told: str) -> None:
    with pytest.raises(RequestError) as error:
        tried_in([*FORM, (field, "x")])

    assert told in error.value.hint


def test_a_form_without_a_variant_is_none() -> None:
    with pytest.raises(RequestError, match="has no variant"):
        tried_in([("variables", "")])


def variants(*letters: str) -> Tried:
    return Tried(
        variants=[
            Variant(letter=each, fields=PromptFields(lines=[Line("user", f"of {each}")])) for each in letters
        ]
    )


def test_one_more_variant_begins_as_the_last_one() -> None:
    after = changed(variants("a", "c"), "add")

    assert after is not None
    assert [(each.letter, each.fields.lines[0].text) for each in after.variants] == [
        ("a", "of a"), ("b", "of c"), ("c", "of c"),
    ]  # fmt: skip


def test_a_variant_is_taken_away() -> None:
    after = changed(variants("a", "b"), "a.drop")

    assert after is not None
    assert [each.letter for each in after.variants] == ["b"]


def test_one_variant_gets_one_more_message() -> None:
    after = changed(variants("a", "b"), "b.message")

    assert after is not None
    assert [len(each.fields.lines) for each in after.variants] == [1, 2]


@pytest.mark.parametrize(
    ("tried", "step"),
    [
        pytest.param(variants("a", "b", "c"), "add", id="a fourth variant"),
        pytest.param(variants("a"), "a.drop", id="the last variant"),
        pytest.param(variants("a"), "run", id="run"),
    ],
)
def test_any_other_step_changes_nothing(tried: Tried, step: str) -> None:
    assert changed(tried, step) is None
