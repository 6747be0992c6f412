"""The columns that a query can name."""

import pytest

from otel_bridge_collector.query.columns import column, columns_of
from otel_bridge_collector.query.value import Bindings, Kind


def test_all_columns_of_project_logs_are_those_of_a_recorded_row() -> None:
    # The rows that the hosted service returned for spans sent over OTLP, May 2026.
    recorded = (
        "_async_scoring_state _pagination_key _xact_id audit_data classifications comments context created error "
        "expected facets id input is_root log_id metadata metrics org_id origin output project_id root_span_id "
        "scores span_attributes span_id span_parents tags"
    )

    assert columns_of("project_logs") == recorded.split()


def test_rows_of_an_experiment_have_its_id_and_no_log() -> None:
    columns = columns_of("experiment")

    assert "experiment_id" in columns
    assert not {"log_id", "org_id", "dataset_id"} & set(columns)


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        pytest.param(("created",), Kind.TIMESTAMP, id="created"),
        pytest.param(("is_root",), Kind.BOOLEAN, id="is-root"),
        pytest.param(("_xact_id",), Kind.STRING, id="xact"),
        pytest.param(("metadata",), Kind.JSON, id="object"),
        pytest.param(("metadata", "x"), Kind.JSON, id="path"),
        pytest.param(("duration",), Kind.NUMBER, id="duration"),
        pytest.param(("anything", "else"), Kind.JSON, id="unnamed"),
    ],
)
def test_a_column_has_a_kind(parts: tuple[str, ...], kind: Kind) -> None:
    assert column(parts, Bindings()).kind is kind


def test_hot_paths_have_a_column_of_their_own() -> None:
    assert column(("metrics", "tokens"), Bindings()).hot_number == "tokens"
    assert column(("tokens",), Bindings()).hot_number == "tokens"
    assert column(("metadata", "model"), Bindings()).hot_string == "model"
    assert column(("metadata", "other"), Bindings()).hot_string is None


def test_keys_sort_by_their_number() -> None:
    assert column(("_pagination_key",), Bindings()).order == "pagination_key"
