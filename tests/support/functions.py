"""Functions at a sidecar that has a model provider on loopback, made over its REST API."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.support.collector import Collector, running_collector
from tests.support.prompts import project_id, save_prompt
from tests.support.provider import FakeProvider, provider

CONFIG = """\
providers:
  fake:
    base_url: {url}
    api_key: the-secret-of-the-provider
    max_retries: 0
extensions:
  functions:
    python:
      enabled: true
      timeout: 10s
"""

CHAT = {
    "prompt": {"type": "chat", "messages": [{"role": "user", "content": "say hi to {{name}}"}]},
    "options": {"model": "gpt-4o-mini", "params": {"temperature": 0}},
}
TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A sidecar with a provider.

    Attributes:
        collector: the sidecar.
        provider: what its models are.
    """

    collector: Collector
    provider: FakeProvider

    def invoke(self, **body: Any) -> httpx.Response:
        """Ask for an invocation."""
        return httpx.post(f"{self.collector.api}/function/invoke", json=body, timeout=60)

    def events(self, **body: Any) -> list[tuple[str, str]]:
        """Ask for a stream; name and data of each event."""
        answer = self.invoke(**body, stream=True)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/event-stream")
        found: list[tuple[str, str]] = []
        for event in answer.text.split("\n\n")[:-1]:
            name, *data = event.split("\n")
            found.append(
                (name.removeprefix("event: "), "\n".join(line.removeprefix("data: ") for line in data))
            )
        return found

    def rows(self, project: str) -> list[dict[str, Any]]:
        """The rows of a project, by the time of their beginning."""
        where = f"project_logs('{project_id(self.collector.api, project)}')"
        return self.collector.query(f"select: * | from: {where} | sort: metrics.start")


@contextmanager
def ground(folder: Path, config: str = CONFIG) -> Iterator[Ground]:
    """Run both."""
    with provider() as fake:
        file = folder / "sidecar.yaml"
        file.write_text(config.format(url=fake.url), encoding="utf-8")
        with running_collector(folder / "data", "--config", str(file)) as collector:
            yield Ground(collector=collector, provider=fake)


def save_function(
    api: str,
    project: str,
    code: str,
    *,
    slug: str | None = None,
    function_type: str = "task",
    runtime: str = "python",
) -> dict[str, Any]:
    """Save Python code as a function of the project of that name, or a new state of it."""
    slug = slug or f"function-{uuid.uuid4().hex[:8]}"
    data = {"type": "inline", "code": code, "runtime_context": {"runtime": runtime, "version": "3.11"}}
    body = {
        "project_id": project_id(api, project), "name": slug.title(), "slug": slug, "function_type": function_type,
        "function_data": {"type": "code", "data": data},
    }  # fmt: skip
    answer = httpx.put(f"{api}/v1/function", json=body, timeout=30)
    assert answer.status_code == 200, answer.text
    saved: dict[str, Any] = answer.json()
    return saved


def save_scorer(api: str, project: str, slug: str, scores: Mapping[str, float]) -> dict[str, Any]:
    """Save a prompt that lets a model choose."""
    parser = {"type": "llm_classifier", "use_cot": False, "choice_scores": scores}
    return save_prompt(api, project, {**CHAT, "parser": parser}, slug=slug)
