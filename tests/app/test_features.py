"""Braintrust's documented features, each test named after its row in spec/features.md; those that need a file of their own
stand beside the module that they are about (attachments, login, link, otel, masking, auto)."""

import inspect
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

import otel_bridge
from otel_bridge import (
    NOOP_SPAN,
    SpanTypeAttribute,
    current_logger,
    current_span,
    init_logger,
    start_span,
    traced,
)
from otel_bridge.contract.parent import DEFAULT_PARENT
from otel_bridge.settings import Settings
from tests.support.app import App
from tests.support.collector import Collector, running_collector
from tests.support.media import DATA_URL, PNG, image, message
from tests.support.otlp_receiver import OtlpReceiver


def test_s7_traced_works_with_and_without_arguments(app: App) -> None:
    traced(lambda: 1)()
    traced(name="Classify text", type="task")(lambda: 2)()

    assert (app.row("<lambda>")["output"], app.row("<lambda>")["type"]) == (1, "function")
    assert (app.row("Classify text")["output"], app.row("Classify text")["type"]) == (2, "task")


def test_s8_start_span_takes_its_documented_arguments(app: App) -> None:
    span = start_span(
        name="a", type="tool", span_attributes={"x": 1}, set_current=False, parent=app.logger.export(),
        input=1, metadata={"m": 2},
    )  # fmt: skip
    with span:
        assert current_span() is NOOP_SPAN

    row = app.row("a")
    assert (row["type"], row["x"], row["input"], row["metadata"]) == ("tool", 1, 1, {"m": 2})


def test_s9_every_method_of_the_span_that_is_none_works() -> None:
    arguments: Mapping[str, tuple[Any, ...]] = {"__exit__": (None, None, None)}
    for name, method in inspect.getmembers(current_span(), callable):
        if not name.startswith("_") or name in ("__enter__", "__exit__"):
            assert isinstance(method, Callable)  # type: ignore[arg-type]  # an abstract class
            method(*arguments.get(name, ()))

    assert current_span() is NOOP_SPAN


def test_s10_the_current_logger_is_that_of_the_process_in_other_threads(app: App) -> None:
    seen: list[object] = []
    thread = threading.Thread(target=lambda: seen.append(current_logger()))
    thread.start()
    thread.join()

    assert seen == [app.logger]


def test_s10_there_is_no_logger_before_the_first() -> None:
    assert current_logger() is None


@pytest.mark.parametrize("kind", [each.value for each in SpanTypeAttribute])
def test_s11_types_are_sent_by_their_text(app: App, kind: str) -> None:
    start_span("text", type=kind).end()
    start_span("member", type=SpanTypeAttribute(kind)).end()

    assert app.row("text")["type"] == app.row("member")["type"] == kind


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with running_collector(tmp_path_factory.mktemp("sidecar") / "data") as running:
        yield running


@pytest.fixture
def logger(collector: Collector, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Any:
    monkeypatch.setenv("BRAINTRUST_API_URL", collector.api)
    monkeypatch.setenv("BRAINTRUST_API_KEY", "k")
    return init_logger(project=request.node.name)


def row_of(collector: Collector, logger: otel_bridge.Logger) -> Any:
    """The one row of a project."""
    otel_bridge.flush()
    (row,) = collector.query(f"select: * | from: project_logs('{logger.parent.partition(':')[2]}')")
    return row


def test_s12_a_picture_in_a_message_becomes_an_attachment(
    collector: Collector, logger: otel_bridge.Logger
) -> None:
    logger.log(input=message(image()))

    reference = row_of(collector, logger)["input"][0]["content"][1]["image_url"]["url"]
    again = otel_bridge.ReadonlyAttachment(reference)
    assert (reference["type"], reference["filename"]) == ("braintrust_attachment", "file.png")
    assert (again.data, str(again)) == (PNG, DATA_URL)


def test_s25_feedback_of_all_four_forms_reaches_the_row(
    collector: Collector, logger: otel_bridge.Logger
) -> None:
    row_id = logger.log(input=1)
    logger.log_feedback(row_id, scores={"thumbs": 1}, expected="e", comment="nice", metadata={"user_id": "u"})

    row = row_of(collector, logger)
    assert (row["scores"], row["expected"], row["metadata"]) == ({"thumbs": 1}, "e", None)
    assert [comment["comment"]["text"] for comment in row["comments"]] == ["nice"]
    assert {"user_id": "u"} in [each["metadata"] for each in row["audit_data"]]


def test_s25_feedback_makes_no_project_but_that_of_its_row(
    collector: Collector, logger: otel_bridge.Logger
) -> None:
    logger.log_feedback("later", scores={"thumbs": 1})
    logger.log(id="later", input=1)

    assert row_of(collector, logger)["scores"] == {"thumbs": 1}
    projects = httpx.get(f"{collector.api}/v1/project", timeout=60).json()["objects"]
    assert DEFAULT_PARENT.partition(":")[2] not in [project["name"] for project in projects]


def test_s25_feedback_that_says_nothing_raises(app: App) -> None:
    with pytest.raises(
        ValueError, match="At least one of scores, expected, tags, or comment must be specified"
    ):
        app.logger.log_feedback("r")
    with pytest.raises(ValueError, match="source"):
        app.logger.log_feedback("r", scores={"s": 1}, source="me")  # type: ignore[arg-type]  # the mistake is the point


def test_s26_a_later_score_takes_the_place_of_an_earlier(
    collector: Collector, logger: otel_bridge.Logger
) -> None:
    row_id = logger.log(input=1, scores={"thumbs": 0.5, "auto": 1})
    logger.log_feedback(row_id, scores={"thumbs": 0})
    logger.log_feedback(row_id, scores={"thumbs": 1})

    assert row_of(collector, logger)["scores"] == {"thumbs": 1, "auto": 1}


def test_s27_s28_labels_come_with_the_row_and_later(collector: Collector, logger: otel_bridge.Logger) -> None:
    row_id = logger.log(input=1, tags=["triage"])
    logger.log_feedback(row_id, tags=["interesting"])

    assert sorted(row_of(collector, logger)["tags"]) == ["interesting", "triage"]


def test_s53_an_attachment_goes_through_the_sidecar_and_back(
    collector: Collector, logger: otel_bridge.Logger
) -> None:
    logger.log(input=otel_bridge.Attachment(data=b"png", filename="a b.png", content_type="image/png"))

    reference = row_of(collector, logger)["input"]
    again = otel_bridge.ReadonlyAttachment(reference)
    assert (reference["filename"], again.status(), again.data) == (
        "a b.png",
        {"upload_status": "done"},
        b"png",
    )


@pytest.mark.parametrize(
    ("arguments", "parent"),
    [
        pytest.param({}, "project_name:Global", id="none"),
        pytest.param({"project": "p"}, "project_name:p", id="name"),
        pytest.param({"project": "p", "project_id": "i"}, "project_id:i", id="the id wins"),
    ],
)
def test_s45_a_logger_names_its_project(
    arguments: dict[str, Any], parent: str, receiver: OtlpReceiver
) -> None:
    init_logger(**arguments).start_span("a").end()
    otel_bridge.flush()

    assert receiver.spans["a"]["braintrust.parent"] == parent


def test_s45_a_logger_takes_key_and_environment(receiver: OtlpReceiver) -> None:
    app = App(receiver, api_key="k", environment={"type": "ci", "name": "x"})
    app.logger.log(input=1)
    otel_bridge.flush()

    context = json.loads(receiver.spans["root"]["braintrust.context_json"])
    assert context["span_origin"]["environment"] == {"type": "ci", "name": "x"}
    assert receiver.requests[0][1]["authorization"] == "Bearer k"


def test_s51_a_row_has_all_that_it_was_given(collector: Collector, logger: otel_bridge.Logger) -> None:
    given = {
        "input": {"q": 1}, "output": [1], "expected": 2, "error": "e", "tags": ["t"], "scores": {"s": 0.5},
        "metadata": {"m": 1}, "id": "own-id",
    }  # fmt: skip

    assert logger.log(**given, metrics={"n": 3}) == "own-id"  # type: ignore[arg-type]  # of several types

    row = row_of(collector, logger)
    assert {key: row[key] for key in given} == given
    assert row["metrics"]["n"] == 3
    assert row["metrics"]["start"] <= row["metrics"]["end"]


def test_s61_s64_what_the_environment_says_is_read() -> None:
    settings = Settings.from_environment({
        "BRAINTRUST_API_URL": "https://api.example.com/",
        "BRAINTRUST_PARENT": "project_name:p",
        "BRAINTRUST_QUEUE_SIZE": "10",
        "BRAINTRUST_MAX_GENERATOR_ITEMS": "-1",
        "BRAINTRUST_ENVIRONMENT_TYPE": "server",
        "BRAINTRUST_HTTP_TIMEOUT": "2.5",
        "BRAINTRUST_INSTRUMENT_THREADS": "on",
    })  # fmt: skip

    assert settings.endpoints.traces == "https://api.example.com/otel/v1/traces"
    assert (settings.plane.api_url, settings.plane.app_url) == ("https://api.example.com",) * 2
    assert (settings.parent, settings.queue_size, settings.max_generator_items) == ("project_name:p", 10, -1)
    assert (settings.environment_type, settings.environment_name) == ("server", None)
    assert (settings.plane.timeout_s, settings.instrument_threads) == (2.5, True)


@pytest.mark.parametrize(
    ("variables", "api_url", "app_url"),
    [
        pytest.param({}, "http://127.0.0.1:8585", "http://127.0.0.1:8585", id="s62 a sidecar here"),
        pytest.param({"OTEL_BRIDGE_ENDPOINT": "http://h:4318"}, "http://h:8585", "http://h:8585", id="a sidecar there"),
        pytest.param({"OTEL_BRIDGE_ENDPOINT": "http://h:99"}, "http://h:99", "http://h:99", id="its api port"),
        pytest.param({"OTEL_BRIDGE_ENDPOINT": "http://[::1]:4318"}, "http://[::1]:8585", "http://[::1]:8585", id="version 6"),
        pytest.param({"OTEL_BRIDGE_ENDPOINT": "http://me:pw@h:4318"}, "http://h:8585", "http://h:8585", id="without a name of a user"),
        pytest.param(
            {"BRAINTRUST_API_URL": "https://api.braintrust.dev"},
            "https://api.braintrust.dev", "https://www.braintrust.dev", id="braintrust",
        ),
        pytest.param({"BRAINTRUST_APP_URL": "https://app"}, None, "https://app", id="the login says where"),
    ],
)  # fmt: skip
def test_s61_s62_where_projects_and_links_are(
    variables: dict[str, str], api_url: str | None, app_url: str
) -> None:
    plane = Settings.from_environment(variables).plane

    assert (plane.api_url, plane.app_url) == (api_url, app_url)
