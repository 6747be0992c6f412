"""Prompts at a server, made over its REST API."""

import html
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import chevron  # type: ignore[import-untyped] # it has none
import httpx
import pytest

CHAT: Final[Mapping[str, Any]] = {
    "prompt": {
        "type": "chat",
        "messages": [
            {"role": "system", "content": "You are {{persona}}."},
            {"role": "user", "content": "{{question}}"},
        ],
    },
    "options": {"model": "gpt-4o-mini", "params": {"temperature": 0.2, "use_cache": True}},
}


@contextmanager
def escaping() -> Iterator[None]:
    """Let the engine of Braintrust's SDK escape as it does by itself: importing `autoevals` switches that off for the process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chevron.renderer, "_html_escape", _escaped)
        yield


def _escaped(text: str) -> str:
    return html.escape(text, quote=False).replace('"', "&quot;")


def project_id(api: str, name: str, key: str = "any") -> str:
    """Return the id of a project, made where there is none of that name."""
    return str(_asked("POST", f"{api}/v1/project", {"name": name}, key)["id"])


def save_prompt(
    api: str, project: str, data: Mapping[str, Any] = CHAT, *, slug: str | None = None, key: str = "any"
) -> dict[str, Any]:
    """Save a prompt in the project of that name, or a new state of it; return what the API says of it."""
    slug = slug or f"prompt-{uuid.uuid4().hex[:8]}"
    body = {
        "project_id": project_id(api, project, key),
        "name": slug.title(),
        "slug": slug,
        "prompt_data": data,
    }
    return _asked("PUT", f"{api}/v1/prompt", body, key)


def pin(api: str, prompt: Mapping[str, Any], environment: str) -> None:
    """Let an environment use the state of a prompt."""
    path = f"/environment-object/prompt/{prompt['id']}/{environment}"
    _asked("PUT", f"{api}{path}", {"object_version": prompt["_xact_id"]}, "any")


def _asked(method: str, url: str, body: Mapping[str, Any], key: str) -> dict[str, Any]:
    answer = httpx.request(method, url, json=body, headers={"authorization": f"Bearer {key}"}, timeout=30)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told
