"""Parent strings and slugs as parents."""

import pytest

from otel_bridge.contract.parent import Parent, ParentError, parse_parent
from otel_bridge.contract.slug import ObjectType, SpanComponents

SPAN_ID = "0123456789abcdef"
TRACE_ID = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("text", "parent"),
    [
        pytest.param("project_id:1-2", Parent(kind="project_id", value="1-2"), id="project-id"),
        pytest.param("project_name:a b: c", Parent(kind="project_name", value="a b: c"), id="project-name"),
        pytest.param("experiment_id:x", Parent(kind="experiment_id", value="x"), id="experiment"),
        pytest.param("playground_id:x", Parent(kind="playground_id", value="x"), id="playground"),
        pytest.param(" project_id: 1 ", Parent(kind="project_id", value="1"), id="blanks-around"),
    ],
)
def test_a_parent_string_names_an_object(text: str, parent: Parent) -> None:
    assert parse_parent(text) == parent


def test_a_span_slug_names_its_object_and_the_span_to_nest_under() -> None:
    span = SpanComponents(
        object_type=ObjectType.EXPERIMENT, object_id="e", row_id="r", span_id=SPAN_ID, root_span_id=TRACE_ID
    )

    assert parse_parent(span.encode()) == Parent(kind="experiment_id", value="e", span=span)


def test_a_slug_without_object_id_falls_back_to_the_project_name() -> None:
    span = SpanComponents(
        object_type=ObjectType.PROJECT_LOGS,
        compute_object_metadata_args={"project_name": "p", "project_id": None},
    )

    assert parse_parent(span.encode()) == Parent(kind="project_name", value="p")


def test_a_parent_reads_back_as_text() -> None:
    assert str(parse_parent("project_name:p")) == "project_name:p"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("project_name:", "names no object", id="no-value"),
        pytest.param("dataset_id:1", "neither one of project_id", id="unknown-kind"),
        pytest.param("", "nor an exported span", id="empty"),
        pytest.param(
            SpanComponents(object_type=ObjectType.EXPERIMENT).encode(), "names no object", id="bare-slug"
        ),
    ],
)
def test_other_text_is_refused_with_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(ParentError, match=message):
        parse_parent(text)
