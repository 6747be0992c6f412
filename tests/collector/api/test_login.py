"""Logging in."""

from starlette.testclient import TestClient

from tests.support.rows import Asking


def test_a_client_learns_its_organisation_and_where_the_api_is(client: TestClient, example: Asking) -> None:
    (organisation,) = client.post("/api/apikey/login").json()["org_info"]

    assert (organisation["id"], organisation["name"]) == (example.objects.org_id, "local")
    assert organisation["api_url"] == organisation["proxy_url"] == "http://testserver"


def test_a_client_can_ask_who_it_is(client: TestClient) -> None:
    assert client.get("/ping").json()["organizations"] == ["local"]
