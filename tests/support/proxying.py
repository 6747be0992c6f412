"""A sidecar whose models are those of providers on loopback."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openai

from tests.support.collector import Collector, running_collector
from tests.support.provider import FakeProvider, provider


def provider_settings(fake: FakeProvider, **more: Any) -> dict[str, Any]:
    """Return the section of a provider, whose key stands in the variable PROVIDER_KEY."""
    return {"base_url": fake.url, "api_key": "${env:PROVIDER_KEY}", "max_retries": 0, **more}


@contextmanager
def proxying(folder: Path, providers: Mapping[str, Any], **config: Any) -> Iterator[Collector]:
    """Run a sidecar with these providers; more of its configuration by section."""
    text = f"yaml:{json.dumps({'providers': providers, **config})}"
    environment = {"PROVIDER_KEY": "sk-provider-secret"}
    with running_collector(folder / "data", "--config", text, env=environment) as collector:
        yield collector


@contextmanager
def proxied(folder: Path, **config: Any) -> Iterator[tuple[Collector, FakeProvider]]:
    """Run a sidecar with one provider."""
    with (
        provider() as fake,
        proxying(folder, {"loopback": provider_settings(fake)}, **config) as collector,
    ):
        yield collector, fake


def client_of(
    collector: Collector, *, parent: str = "", key: str = "caller", **headers: str
) -> openai.OpenAI:
    """Return OpenAI's client for the proxy of a sidecar, which tries nothing again by itself."""
    said = {"x-bt-parent": parent, **headers} if parent else headers
    return openai.OpenAI(
        base_url=f"{collector.api}/v1/proxy", api_key=key, default_headers=said, max_retries=0
    )
