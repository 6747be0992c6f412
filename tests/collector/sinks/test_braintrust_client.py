"""Braintrust's interface, against a real socket."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from otel_bridge_collector.errors import RetryableError
from otel_bridge_collector.sinks.braintrust_client import BraintrustClient, Limits
from tests.support.braintrust_server import BraintrustServer, braintrust_server

_R = TypeVar("_R")


def ask(
    server: BraintrustServer, use: Callable[[BraintrustClient], Awaitable[_R]], org_name: str | None = None
) -> _R:
    async def run() -> _R:
        client = BraintrustClient(
            api_url=f"{server.url}/", app_url=server.url, api_key="", org_name=org_name, timeout_s=10
        )
        try:
            return await use(client)
        finally:
            await client.close()

    return asyncio.run(run())


def test_limits_are_those_of_the_server() -> None:
    with braintrust_server() as server:
        assert ask(server, lambda client: client.limits()) == Limits(payload_bytes=10_000, has_overflow=True)


@pytest.mark.parametrize(
    "version", [None, {}, {"logs3_payload_max_bytes": 0}, {"logs3_payload_max_bytes": "x"}]
)
def test_a_server_that_names_no_limit_has_that_of_the_sdk(version: dict[str, object] | None) -> None:
    with braintrust_server() as server:
        server.version = version
        limits = ask(server, lambda client: client.limits())

    assert limits == Limits(payload_bytes=6 << 20, has_overflow=False)


def test_the_organisation_is_named_where_a_project_is_made() -> None:
    with braintrust_server() as server:
        found = ask(server, lambda client: client.object_id("project", {"name": "p"}), org_name="two")

    assert (found, server.objects) == ("project-p", [("project", {"name": "p", "org_name": "two"})])


def test_an_attachment_goes_to_the_organisation_of_the_name() -> None:
    with braintrust_server() as server:
        ask(server, lambda client: client.upload_attachment({"key": "k"}, b"x"), org_name="two")

    assert server.statuses[0]["org_id"] == "o-2"


def test_an_organisation_that_the_key_does_not_have_is_told() -> None:
    with braintrust_server() as server, pytest.raises(RetryableError, match="org_name"):
        ask(server, lambda client: client.upload_attachment({"key": "k"}, b"x"), org_name="three")
