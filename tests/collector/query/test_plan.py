"""Clauses to what they mean: sources, limits, pages, groups, notices."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.page import PageOrder
from otel_bridge_collector.query.plan import DEFAULT_GROUPS, DEFAULT_ROWS, DEFAULT_TRACES, MAX_ROWS
from tests.support.rows import Asking


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        pytest.param("select: *", DEFAULT_ROWS, id="rows"),
        pytest.param("from: project_logs traces", DEFAULT_TRACES, id="traces"),
        pytest.param("dimensions: id", DEFAULT_GROUPS, id="groups"),
        pytest.param("limit: 7", 7, id="given"),
        pytest.param("limit: 0", 0, id="none"),
        pytest.param(f"limit: {MAX_ROWS + 1}", MAX_ROWS, id="too-many"),
    ],
)
def test_every_answer_has_a_limit(example: Asking, query: str, limit: int) -> None:
    assert example.plan(query).limit == limit


def test_a_clamped_limit_is_noticed(example: Asking) -> None:
    assert example.plan(f"limit: {MAX_ROWS + 1}").notices[0].code == "limitClamped"


def test_an_unknown_field_is_noticed_with_the_nearest(example: Asking) -> None:
    (notice,) = example.plan("filter: metadata2.x = 1 AND id = metadata2.y | sort: created").notices

    assert notice.code == "unknownField"
    assert "did you mean metadata?" in notice.message


@pytest.mark.parametrize(
    ("sort", "page"),
    [
        pytest.param("", PageOrder(), id="newest-first"),
        pytest.param("| sort: _pagination_key", PageOrder(descending=False), id="oldest-first"),
        pytest.param("| sort: _xact_id desc", PageOrder(by="xact_id"), id="by-transaction"),
        pytest.param("| sort: created", None, id="another-sort"),
        pytest.param("| sort: _xact_id, id", None, id="two-keys"),
    ],
)
def test_pages_follow_in_orders_that_have_a_position(
    example: Asking, sort: str, page: PageOrder | None
) -> None:
    assert example.plan(f"select: * {sort}").page == page


def test_a_source_is_found_by_name_and_by_id(example: Asking) -> None:
    by_name = example.plan("from: project_logs('p')").origin.object_ids
    by_id = example.plan(f"from: project_logs('{example.project_id}')").origin.object_ids

    assert by_name == by_id == [example.project_id]


def test_no_source_is_all_project_logs(example: Asking) -> None:
    origin = example.plan("select: *").origin

    assert (origin.object_type, origin.object_ids) == ("project_logs", None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        pytest.param("from: nosuch('p')", "unknownSource", id="source"),
        pytest.param("from: project_logs('q')", "sourceNotFound", id="project"),
        pytest.param("from: experiment('q')", "sourceNotFound", id="experiment"),
        pytest.param("cursor: 'agO8JAMxAAA' | measures: count(1)", "cursorSort", id="cursor-of-groups"),
        pytest.param("filter: count(1) > 2", "aggregateInFilter", id="aggregate-in-filter"),
        pytest.param("select: id | final_filter: id = 'a'", "syntax", id="having-without-groups"),
        pytest.param("select: * | dimensions: id", "notGrouped", id="star-of-groups"),
        pytest.param("sort: created | cursor: 'agO8JAMxAAA'", "cursorSort", id="cursor-with-a-sort"),
        pytest.param("cursor: 'x'", "invalidCursor", id="bad-cursor"),
    ],
)
def test_what_does_not_go_together_is_refused(example: Asking, query: Json, code: str) -> None:
    with pytest.raises(QueryError) as caught:
        example.plan(query)

    assert caught.value.code == code


def test_a_playground_needs_no_registration(example: Asking) -> None:
    assert example.plan("from: playground_logs('x')").origin.object_type == "prompt_session"


def test_selected_columns_and_measures_go_together(example: Asking) -> None:
    rows = example.rows("select: is_root | dimensions: 1 | measures: count(1) as n")

    assert rows == [{"is_root": False, "n": 2}, {"is_root": True, "n": 3}]
