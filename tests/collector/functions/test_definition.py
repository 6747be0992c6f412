"""Functions as they are saved, and calls of them."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.functions.definition import Call, Definition, definition_of
from otel_bridge_collector.store.project_objects import ProjectObject

SAVED = ProjectObject(
    id="i", kind="prompt", project_id="p", name="Greet", slug="greet", created="", xact_id=7,
    data={"function_type": "scorer", "prompt_data": {"options": {"model": "m"}}, "function_data": None},
)  # fmt: skip


def test_a_saved_prompt_is_a_function() -> None:
    found = definition_of(SAVED)

    assert found.function_data == {"type": "prompt"}
    assert found.prompt_data == {"options": {"model": "m"}}
    assert (found.label, found.span_type) == ('function "greet" (version 7)', "score")
    assert found.told() == {"id": "i", "slug": "greet", "project_id": "p", "version": "7"}


def test_one_that_is_saved_nowhere_has_a_name_alone() -> None:
    assert (Definition(name="x").label, Definition(name="x").told()) == ('function "x"', {})


@pytest.mark.parametrize(
    ("given", "variables"),
    [
        pytest.param({"a": 1}, {"a": 1, "input": {"a": 1}, "metadata": {}}, id="members beside the whole"),
        pytest.param("x", {"input": "x", "metadata": {}}, id="no object"),
        pytest.param({"input": 1, "metadata": 2}, {"input": 1, "metadata": 2}, id="members of a scorer win"),
    ],
)
def test_what_templates_find(given: Json, variables: Json) -> None:
    assert Call(input=given).variables() == variables


def test_what_is_expected_is_found_too() -> None:
    assert Call(input="x", expected=1).variables()["expected"] == 1
