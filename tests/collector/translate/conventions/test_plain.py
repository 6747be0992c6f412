"""Ordinary OpenTelemetry spans."""

from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions import plain
from tests.support.otlp import make_span


def test_the_place_in_the_code_becomes_the_caller() -> None:
    row = translate(make_span({"code.function.name": "f", "code.file.path": "a.py", "code.line.number": 3}))
    context = row.get("context") or {}

    assert (context["caller_functionname"], context["caller_filename"], context["caller_lineno"]) == (
        "f",
        "a.py",
        3,
    )
    assert "metadata" not in row


def test_the_former_names_are_read_after_those_of_today() -> None:
    row = translate(make_span({"code.function": "old", "code.function.name": "new", "code.lineno": 3}))
    context = row.get("context") or {}

    assert (context["caller_functionname"], context["caller_lineno"]) == ("new", 3)
    assert row.get("metadata") == {"code.function": "old"}


def test_other_attributes_stay_in_metadata_under_their_names() -> None:
    row = translate(make_span({"http.request.method": "GET", "db.system": "postgresql"}))

    assert row.get("metadata") == {"http.request.method": "GET", "db.system": "postgresql"}
    assert (row.get("span_attributes") or {})["type"] == "task"


def test_a_span_without_a_place_in_the_code_is_not_claimed() -> None:
    assert not plain.claims(make_span({"http.request.method": "GET"}))
