"""Metadata, tags, ids and annotations."""

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate import translate
from tests.support.otlp import make_span


def row_of(attributes: dict[str, Json]) -> Row:
    return translate(make_span({"openinference.span.kind": "CHAIN", **attributes}))


def test_metadata_is_merged_key_by_key() -> None:
    assert row_of({"metadata": '{"plan":"pro","n":1}'}).get("metadata") == {"plan": "pro", "n": 1}
    assert row_of({"metadata": "pro"}).get("metadata") == {"metadata": "pro"}


def test_session_and_user_have_plain_names() -> None:
    metadata = row_of({"session.id": "s", "user.id": "u"}).get("metadata")

    assert metadata == {"session_id": "s", "user_id": "u"}


def test_tags_are_tags() -> None:
    assert row_of({"tag.tags": ["a", "b"]}).get("tags") == ["a", "b"]
    assert row_of({"tag.tags": '["a"]'}).get("tags") == ["a"]
    assert row_of({"tag.tags": [1]}).get("metadata") == {"tag.tags": [1]}


def test_annotations_are_scores() -> None:
    row = row_of(
        {
            "annotations.0.annotation.name": "quality",
            "annotations.0.annotation.score": 0.5,
            "annotations.0.annotation.label": "fair",
            "evaluations.0.evaluation.name": "length",
            "evaluations.0.evaluation.score": 12,
            "evaluations.1.evaluation.label": "x",
            "annotations.1": "?",
        }
    )

    assert row.get("scores") == {"quality": 0.5}
    assert row.get("metadata") == {
        "evaluations": [
            {"name": "quality", "score": 0.5, "label": "fair"},
            "?",
            {"name": "length", "score": 12},
            {"label": "x"},
        ]
    }
