"""The proxy over HTTP: OpenAI's own client against a real sidecar and a provider on loopback."""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import openai
import pytest

from tests.support.collector import Collector
from tests.support.keys import make_key
from tests.support.provider import BREAK, HANG, HANG_IN_STREAM, NO_JSON, FakeProvider, Fault
from tests.support.proxying import client_of, provider_settings, proxied, proxying

pytestmark = pytest.mark.one_python

MESSAGES: Final[Any] = [{"role": "user", "content": "hi"}]
CHAT: Final = {"model": "gpt-4o-mini", "messages": MESSAGES}
WAIT_S: Final = 30


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Collector, FakeProvider]]:
    with proxied(tmp_path_factory.mktemp("proxy")) as both:
        yield both


@pytest.fixture
def collector(running: tuple[Collector, FakeProvider]) -> Collector:
    return running[0]


@pytest.fixture
def fake(running: tuple[Collector, FakeProvider]) -> FakeProvider:
    seen = running[1]
    for remembered in (seen.asked, seen.faults, seen.came, seen.gone):
        remembered.clear()
    return seen


def post(collector: Collector, path: str = "chat/completions", **headers: str) -> httpx.Response:
    said = {"authorization": "Bearer caller", **headers}
    return httpx.post(f"{collector.api}/v1/proxy/{path}", json=CHAT, headers=said, timeout=WAIT_S)


def test_the_client_of_openai_gets_what_the_provider_answers(
    collector: Collector, fake: FakeProvider
) -> None:
    with client_of(collector) as client:
        chat = client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)
        response = client.responses.create(model="gpt-4o-mini", input="hi")
        embedding = client.embeddings.create(model="text-embedding-3-small", input="hi")
        models = [model.id for model in client.models.list()]

    assert chat.choices[0].message.content == "hi"
    assert response.output_text == "hi"
    assert embedding.data[0].embedding == pytest.approx([0.1, 0.2, 0.3])
    assert models == ["gpt-4o-mini-2024-07-18", "text-embedding-3-small"]
    assert {asked.headers["authorization"] for asked in fake.asked} == {"Bearer sk-provider-secret"}


@pytest.mark.parametrize("prefix", ["/v1/proxy/", "/v1/proxy/v1/"])
@pytest.mark.parametrize("path", ["chat/completions", "auto"])
def test_a_chat_is_asked_at_each_of_its_paths(
    collector: Collector, fake: FakeProvider, prefix: str, path: str
) -> None:
    response = httpx.post(f"{collector.api}{prefix}{path}", json=CHAT, timeout=WAIT_S)

    assert response.json()["choices"][0]["message"]["content"] == "hi"
    assert response.headers["x-bt-used-endpoint"] == "loopback"
    assert fake.asked[0].body == CHAT


def test_nothing_of_the_caller_but_its_request_reaches_the_provider(
    collector: Collector, fake: FakeProvider
) -> None:
    post(
        collector,
        **{"x-secret": "s", "cookie": "a=b", "x-bt-parent": "project_name:shop", "user-agent": "me"},
    )

    (asked,) = fake.asked
    assert not {"x-secret", "cookie", "x-bt-parent"} & asked.headers.keys()
    assert "me" not in asked.headers["user-agent"].split()


def test_a_stream_comes_chunk_by_chunk(collector: Collector, fake: FakeProvider) -> None:
    fake.faults.append(HANG_IN_STREAM)
    with client_of(collector) as client, client.chat.completions.create(**CHAT, stream=True) as stream:
        first = next(iter(stream))

        assert first.choices[0].delta.content == "h"  # the provider has not said more yet
        assert not fake.gone.is_set()
    assert fake.gone.wait(WAIT_S)


@pytest.mark.parametrize("logged", [False, True])
@pytest.mark.parametrize("counted", [False, True])
def test_a_whole_stream_is_as_the_caller_asked_for_it(
    collector: Collector, fake: FakeProvider, *, logged: bool, counted: bool
) -> None:
    options = {"stream_options": {"include_usage": True}} if counted else {}
    with client_of(collector, parent="project_name:shop" if logged else "") as client:
        chunks = list(client.chat.completions.create(**CHAT, stream=True, **options))  # type: ignore[call-overload]
        events = list(client.responses.create(model="m", input="hi", stream=True))

    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "hi"
    assert [chunk.usage.total_tokens for chunk in chunks if chunk.usage] == ([7] if counted else [])
    assert [event.type for event in events] == ["response.created", "response.completed"]
    assert ("stream_options" in fake.asked[0].body) == (counted or logged)


@pytest.mark.parametrize("fault", [HANG, HANG_IN_STREAM])
def test_a_caller_that_leaves_ends_the_call_of_the_provider(
    collector: Collector, fake: FakeProvider, fault: Fault
) -> None:
    fake.faults.append(fault)
    body = json.dumps({**CHAT, "stream": fault == HANG_IN_STREAM}).encode()
    head = (
        f"POST /v1/proxy/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    address = urlsplit(collector.api)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(head.encode() + body)
        assert fake.came.wait(WAIT_S)

    assert fake.gone.wait(WAIT_S)


@pytest.mark.parametrize("status", [400, 403, 404, 422, 429, 500, 503])
def test_a_refusal_of_the_provider_comes_with_its_status_and_words(
    collector: Collector, fake: FakeProvider, status: int
) -> None:
    fake.faults.append((status, {"retry-after": "7", "x-ratelimit-remaining-requests": "0", "x-own": "a"}))

    response = post(collector)

    assert response.status_code == status
    assert response.json()["error"]["message"] == f"told to answer {status}"
    assert (response.headers["retry-after"], response.headers["x-ratelimit-remaining-requests"]) == ("7", "0")
    assert "x-own" not in response.headers


def test_what_the_sidecar_itself_refuses_has_openai_s_form(tmp_path: Path) -> None:
    with proxying(tmp_path, {}) as collector, client_of(collector) as client:
        with pytest.raises(openai.InternalServerError, match="name one under `providers`"):
            client.chat.completions.create(model="m", messages=MESSAGES)
        make_key(collector.data_dir, "read")
        with pytest.raises(openai.AuthenticationError, match="unknown, expired or revoked"):
            client.models.list()


def test_the_client_of_openai_raises_its_own_errors(collector: Collector, fake: FakeProvider) -> None:
    fake.faults.append((429, {}))
    with client_of(collector) as client, pytest.raises(openai.RateLimitError, match="told to answer 429"):
        client.chat.completions.create(model="m", messages=MESSAGES)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        pytest.param((401, {}), "refused the sidecar's key (401)", id="our key"),
        pytest.param(NO_JSON, "with what is no JSON", id="no JSON"),
        pytest.param(BREAK, "broke off in the middle", id="dies"),
    ],
)
def test_what_is_no_answer_is_a_bad_gateway(
    collector: Collector, fake: FakeProvider, fault: Fault, message: str
) -> None:
    fake.faults.append(fault)

    response = post(collector)

    assert (response.status_code, response.json()["code"]) == (502, "providerFailed")
    assert message in response.json()["Message"]
    assert "sk-provider-secret" not in response.text


def test_a_stream_that_breaks_off_ends_in_an_error(collector: Collector, fake: FakeProvider) -> None:
    fake.faults.append(BREAK)
    with client_of(collector) as client, pytest.raises(openai.APIError, match="broke off in the middle"):
        list(client.chat.completions.create(model="m", messages=MESSAGES, stream=True))


def test_a_provider_that_is_silent_is_a_gateway_timeout(tmp_path: Path, fake: FakeProvider) -> None:
    fake.faults.append(HANG)
    with proxying(tmp_path, {"slow": provider_settings(fake, timeout="200ms")}) as collector:
        response = post(collector)

    assert (response.status_code, "silent for 0.2 s" in response.text) == (504, True)


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"x-bt-use-cache": "yes"}, "expected auto, always or never"),
        ({"x-bt-parent": "shop"}, "the parent is neither one of"),
    ],
)
def test_a_header_that_cannot_be_used_is_named_before_anybody_is_asked(
    collector: Collector, fake: FakeProvider, headers: dict[str, str], message: str
) -> None:
    response = post(collector, **headers)

    assert (response.status_code, response.json()["code"]) == (400, "badHeader")
    assert message in response.json()["Message"]
    assert fake.asked == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
def test_a_body_that_is_no_object_is_refused(collector: Collector, body: bytes) -> None:
    response = httpx.post(f"{collector.api}/v1/proxy/chat/completions", content=body, timeout=WAIT_S)

    assert (response.status_code, response.json()["code"]) == (400, "invalidJson")


def test_a_provider_can_be_named(collector: Collector) -> None:
    assert post(collector, **{"x-bt-endpoint-name": "loopback"}).status_code == 200
    missing = post(collector, **{"x-bt-endpoint-name": "other"})
    assert (missing.status_code, missing.json()["code"]) == (404, "noProvider")


def test_the_cache_says_what_it_did(collector: Collector, fake: FakeProvider) -> None:
    def asked(**said: Any) -> tuple[str, str, int]:
        before = len(fake.asked)
        key = said.pop("key", "caller")
        mode = {"x-bt-use-cache": said.pop("mode")} if "mode" in said else {}
        headers = {"authorization": f"Bearer {key}", **mode, **said.pop("headers", {})}
        response = httpx.post(
            f"{collector.api}/v1/proxy/chat/completions",
            json={**CHAT, **said},
            headers=headers,
            timeout=WAIT_S,
        )
        assert response.status_code == 200
        return response.headers["x-bt-cached"], response.text, len(fake.asked) - before

    first, second = asked(temperature=0), asked(temperature=0)
    assert (first[0], first[2], second) == ("MISS", 1, ("HIT", first[1], 0))
    assert asked(temperature=0, key="another")[0] == "MISS"
    assert [asked(temperature=1)[0] for _ in range(2)] == ["MISS", "MISS"]
    assert [asked(temperature=1, mode="always")[0] for _ in range(2)] == ["MISS", "HIT"]
    assert asked(temperature=0, mode="never")[0] == "MISS"
    no_store = {"cache-control": "no-store"}
    assert [asked(seed=1, headers=no_store)[0] for _ in range(2)] == ["MISS", "MISS"]
    assert asked(temperature=0, headers={"cache-control": "no-cache"})[0] == "MISS"
    assert [asked(temperature=0, stream=True)[0] for _ in range(2)] == ["MISS", "HIT"]
    assert asked(temperature=0, stream=True)[1].endswith("data: [DONE]\n\n")


def test_neither_refusals_nor_streams_that_break_off_are_kept(
    collector: Collector, fake: FakeProvider
) -> None:
    fake.faults.extend([(400, {}), BREAK])
    for stream in (False, True, True):
        with httpx.stream(
            "POST", f"{collector.api}/v1/proxy/chat/completions",
            json={**CHAT, "seed": 7, "stream": stream}, headers={"authorization": "Bearer k"}, timeout=WAIT_S,
        ) as response:  # fmt: skip
            assert response.headers["x-bt-cached"] == "MISS"
            response.read()


def test_an_answer_out_of_the_cache_has_an_age(collector: Collector) -> None:
    for _ in range(2):
        response = post(
            collector, **{"x-bt-use-cache": "always", "x-bt-cache-ttl": "60", "authorization": "Bearer age"}
        )

    assert (response.headers["cache-control"], response.headers["x-bt-used-endpoint"]) == (
        "max-age=60",
        "loopback",
    )
    assert int(response.headers["age"]) >= 0
    assert response.headers["content-type"] == "application/json"


def test_without_providers_it_is_said_what_to_configure(tmp_path: Path) -> None:
    with proxying(tmp_path, {}) as collector:
        answers = [post(collector), httpx.get(f"{collector.api}/v1/proxy/models", timeout=WAIT_S)]

    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (501, "noProvider")
        assert "name one under `providers` in the sidecar's configuration" in answer.json()["Message"]


def test_what_is_large_or_too_much_at_a_time_is_refused(tmp_path: Path, fake: FakeProvider) -> None:
    proxy = {"max_request_size": 1000, "max_calls_per_key": 1}
    fake.faults.append(HANG)
    settings = {"loopback": provider_settings(fake)}
    with proxying(tmp_path, settings, extensions={"proxy": proxy}) as collector:
        large = httpx.post(f"{collector.api}/v1/proxy/auto", content=b"x" * 1001, timeout=WAIT_S)
        waiting = threading.Thread(target=lambda: _ignored(collector))
        waiting.start()
        assert fake.came.wait(WAIT_S)
        second = post(collector)
        collector.kill()
        waiting.join(WAIT_S)

    assert (large.status_code, large.json()["code"]) == (413, "requestTooLarge")
    assert (second.status_code, "max_calls_per_key" in second.text) == (429, True)


def _ignored(collector: Collector) -> None:
    with pytest.raises(httpx.HTTPError):
        post(collector)
