"""Prompts against a real sidecar, beside the real SDK."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import braintrust
import braintrust.logger
import pytest

from otel_bridge import Attachment, ExternalAttachment, Prompt, load_prompt, load_prompt_async
from otel_bridge.errors import MissingExtraError
from tests.support.collector import Collector
from tests.support.prompts import CHAT, escaping, pin, save_prompt


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRAINTRUST_PROMPT_CACHE_DIR", str(tmp_path / "prompts"))
    return tmp_path / "prompts"


@pytest.fixture
def real(sidecar: Collector) -> Iterator[Any]:
    del sidecar
    braintrust.logger._internal_reset_global_state()
    with escaping():
        yield braintrust
    braintrust.logger._internal_reset_global_state()


def completion(content: str) -> dict[str, Any]:
    return {"prompt": {"type": "completion", "content": content}, "options": {"model": "m"}}


def test_a_prompt_is_loaded_as_the_real_sdk_loads_it(sidecar: Collector, project: str, real: Any) -> None:
    saved = save_prompt(sidecar.api, project, slug="greeting")
    ours, theirs = (
        each.load_prompt(project=project, slug="greeting") for each in (sys.modules["otel_bridge"], real)
    )

    for name in ("id", "name", "slug", "version", "project_id", "description", "tags"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert ours.version == saved["_xact_id"]
    assert (list(ours), len(ours), ours["model"]) == (list(theirs), len(theirs), theirs["model"])


def test_it_is_built_as_the_real_sdk_builds_it(sidecar: Collector, project: str, real: Any) -> None:
    save_prompt(sidecar.api, project, slug="greeting")
    arguments: dict[str, Any] = {
        "project": project,
        "slug": "greeting",
        "defaults": {"top_p": 0.5, "temperature": 1},
    }
    ours, theirs = load_prompt(**arguments), real.load_prompt(**arguments)

    built = ours.build(persona="<cat>", question="why?")

    assert built == theirs.build(persona="<cat>", question="why?")
    assert built["messages"][0]["content"] == "You are &lt;cat&gt;."
    assert built["span_info"]["metadata"]["prompt"]["variables"] == {"persona": "<cat>", "question": "why?"}


def test_without_a_trace_nothing_links(sidecar: Collector, project: str) -> None:
    save_prompt(sidecar.api, project, slug="greeting")

    assert "span_info" not in load_prompt(project, "greeting", no_trace=True).build()


def test_versions_and_environments(sidecar: Collector, project: str) -> None:
    first = save_prompt(sidecar.api, project, completion("one"), slug="s")
    pin(sidecar.api, first, "production")
    save_prompt(sidecar.api, project, completion("two"), slug="s")

    def text(**which: Any) -> object:
        return load_prompt(project, "s", **which).build()["prompt"]

    assert text() == "two"
    assert text(version=first["_xact_id"]) == text(version=int(first["_xact_id"])) == "one"
    assert text(environment="production") == "one"
    assert text(environment="nowhere", version=first["_xact_id"]) == "one"


def test_nothing_is_asked_before_the_first_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAINTRUST_API_URL", "http://127.0.0.1:9")

    assert load_prompt("p", "s").defaults == {}


def test_a_prompt_that_is_not_said_raises() -> None:
    with pytest.raises(ValueError, match="Must specify at least one of project or project_id"):
        load_prompt(slug="s")
    with pytest.raises(ValueError, match="Must specify slug"):
        load_prompt("p")


def test_it_is_there_while_the_server_is_away_also_in_the_next_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from otel_bridge.state import process  # noqa: PLC0415
    from tests.support.collector import running_collector  # noqa: PLC0415

    with running_collector(tmp_path / "data") as collector:
        monkeypatch.setenv("BRAINTRUST_API_URL", collector.api)
        save_prompt(collector.api, "p", slug="s")
        before = load_prompt("p", "s").build(question="q")
    process.prompt_cache = None

    assert load_prompt("p", "s").build(question="q") == before
    assert "attempting to fall back to cache" in caplog.text


def test_loading_asynchronously_waits_for_it(sidecar: Collector, project: str) -> None:
    save_prompt(sidecar.api, project, slug="s")
    prompt = asyncio.run(load_prompt_async(project, "s"))

    assert prompt._loaded.known is not None
    with pytest.raises(ValueError, match="not found"):
        asyncio.run(load_prompt_async(project, "nope"))


def test_attachments_are_data_urls(sidecar: Collector, project: str) -> None:
    part = {"type": "image_url", "image_url": {"url": "{{image}}"}}
    data = {
        "prompt": {"type": "chat", "messages": [{"role": "user", "content": [part]}]},
        "options": {"model": "m"},
    }
    save_prompt(sidecar.api, project, data, slug="s")
    prompt = load_prompt(project, "s")

    def url(image: object) -> object:
        return prompt.build(image=image)["messages"][0]["content"][0]["image_url"]["url"]

    png = Attachment(data=b"\x89PNG", filename="a.png", content_type="image/png")
    assert url(png) == "data:image/png;base64,iVBORw=="
    assert url(ExternalAttachment(url="https://x.test/a.png", filename="a", content_type="image/png")) == (
        "https://x.test/a.png"
    )


def test_a_prompt_that_is_saved_nowhere_can_be_built() -> None:
    prompt = Prompt.from_prompt_data("n", CHAT)

    assert prompt.build(persona="p")["messages"][0]["content"] == "You are p."
    assert (prompt.name, prompt["chat"], prompt["tools"]) == ("n", CHAT["prompt"]["messages"], None)


def test_a_completion_shows_its_text() -> None:
    prompt = Prompt.from_prompt_data("n", completion("Say {{x}}"))

    assert (prompt["prompt"], list(prompt)) == ("Say {{x}}", ["model", "prompt"])


def test_without_the_extra_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mstache", None)

    with pytest.raises(MissingExtraError, match=r"pip install 'otel-bridge\[prompts\]'"):
        Prompt.from_prompt_data("n", completion("x")).build()
