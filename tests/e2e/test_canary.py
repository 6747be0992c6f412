"""Secrets through every way into an app: none of them reaches the wire, whatever the mask does."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_openai import fake_openai

from tests.support.canary_app import SECRETS, S, good
from tests.support.wire import Wire, forms, wire

pytestmark = pytest.mark.one_python

ROOT = Path(__file__).parents[2]
WAYS = (
    "fields", "traced", "exception", "attributes", "names", "feedback", "attachments", "log_records", "in_baggage",
    "openai",
)  # fmt: skip


@pytest.fixture(scope="module")
def model() -> Iterator[str]:
    with fake_openai() as url:
        yield url


def sent(mask: str, ways: tuple[str, ...], model: str, python: str = sys.executable) -> Wire:
    """Everything that left an app that went these ways."""
    with wire() as kept:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}  # noqa: TID251 - for the child
        finished = subprocess.run(
            [python, "-m", "tests.support.canary_app", mask, *ways],
            cwd=ROOT,
            env={
                **inherited,
                "OTEL_BRIDGE_ENDPOINT": kept.url,
                "OTEL_BRIDGE_API_URL": kept.url,
                "BRAINTRUST_APP_URL": kept.url,
                "OTEL_BRIDGE_API_KEY": "not-needed",
                "OPENAI_BASE_URL": model,
                "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_AND_EVENT",
                "OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT": "true",
                "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental",
            },
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    assert finished.returncode == 0, finished.stderr
    for secret in SECRETS:
        assert secret not in finished.stderr
    return kept


def leaked(kept: Wire) -> list[str]:
    return [place for secret in SECRETS for place in kept.found(secret)]


@pytest.mark.parametrize("mask", ["good", "broken"])
def test_no_secret_reaches_the_wire(mask: str, model: str) -> None:
    kept = sent(mask, WAYS, model)

    assert leaked(kept) == []
    assert kept.bodies("/v1/traces")
    assert kept.bodies("/v1/logs")
    assert bool(kept.bodies("/attachment")) == (mask == "good")


@pytest.mark.parametrize("way", WAYS)
def test_without_a_mask_the_secret_of_each_way_is_found(way: str, model: str) -> None:
    assert leaked(sent("off", (way,), model))


def test_secrets_are_found_however_they_are_written() -> None:
    for secret in SECRETS:
        written = forms(secret)
        for before in range(7):
            text = base64.b64encode(b"x" * before + secret.encode() + b"yyyy")
            assert any(one in text for form, one in written.items() if form.startswith("base64"))


def test_the_good_mask_hides_both() -> None:
    assert good({S: [S]}) == {"M and M": ["M and M"]}
