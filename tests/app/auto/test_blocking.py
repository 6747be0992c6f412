"""Clients of models in a replay, the real one of OpenAI at a loopback server."""

from typing import Any

import openai
import pytest

from otel_bridge.api.evaluation.cassette import Cassette, Tally
from otel_bridge.api.recorded import standing_in
from otel_bridge.auto.blocking import blocked_clients
from otel_bridge.errors import UnrecordedCallError
from tests.support.openai_server import MODEL, openai_server

ASKED: Any = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}]}


def test_a_client_is_not_called_in_a_replay() -> None:
    client = openai.OpenAI(base_url="http://127.0.0.1:9/v1", api_key="k", max_retries=0)

    with (
        blocked_clients(),
        standing_in(Cassette([], Tally(), makes_others=False)),
        pytest.raises(UnrecordedCallError, match=r"openai Completions.create is not called .* @traced"),
    ):
        client.chat.completions.create(**ASKED)


@pytest.mark.parametrize("replays", [pytest.param(True, id="allowed"), pytest.param(False, id="no replay")])
def test_a_client_is_called_where_it_may_be(*, replays: bool) -> None:
    recorded = Cassette([], Tally(), makes_others=True) if replays else None
    with openai_server() as url, blocked_clients(), standing_in(recorded):
        answer = openai.OpenAI(base_url=url, api_key="k").chat.completions.create(**ASKED)

    assert answer.choices


def test_afterwards_the_client_is_as_it_was() -> None:
    before = openai.resources.chat.completions.Completions.create
    with blocked_clients():
        assert openai.resources.chat.completions.Completions.create is not before

    assert openai.resources.chat.completions.Completions.create is before
