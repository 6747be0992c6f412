"""Whose quota a request counts for."""

import pytest

from otel_bridge_collector.access import OWNER, Access
from otel_bridge_collector.config.quota import Quotas
from otel_bridge_collector.quota.tenant import OTHERS, Tenants
from tests.support.quotas import Names, key

NAMES = Names(keys={"k1": "batch", "k2": "web"}, projects={"p1": "checkout"})


def tenants(**said: object) -> Tenants:
    return Tenants(Quotas.model_validate(said), NAMES, default_parent="project_name:default")


@pytest.mark.parametrize(
    ("access", "tenant"),
    [
        pytest.param(key("k1", "p1"), "project:checkout", id="one project"),
        pytest.param(
            Access(scopes=frozenset(), projects=frozenset({"p1"})), "project:checkout", id="a token"
        ),
        pytest.param(key("k1", "p1", "p2"), "key:k1", id="several projects"),
        pytest.param(key("k1"), "key:k1", id="all projects"),
        pytest.param(OWNER, None, id="no key"),
    ],
)
def test_a_key_counts_for_its_only_project_or_for_itself(access: Access, tenant: str | None) -> None:
    assert tenants().of_caller(access) == tenant


@pytest.mark.parametrize("named", ["k1", "batch"])
def test_a_key_that_is_named_has_its_own_quota(named: str) -> None:
    said = tenants(keys={named: {"spans_per_second": 7}}, spans_per_second=1)

    tenant = said.of_caller(key("k1", "p1"))

    assert tenant == "key:k1"
    assert said.rates(tenant).spans_per_second == 7
    assert said.of_caller(key("k2", "p1")) == "project:checkout"


@pytest.mark.parametrize("named", ["p1", "checkout"])
def test_a_project_that_is_named_has_its_own_quota(named: str) -> None:
    said = tenants(projects={named: {"spans_per_second": 7}}, spans_per_second=1)

    assert said.rates("project:checkout").spans_per_second == 7
    assert said.rates("project:p2").spans_per_second == 1


def test_an_empty_quota_lifts_the_one_for_all() -> None:
    said = tenants(projects={"checkout": {}}, spans_per_second=1)

    assert said.rates("project:checkout").spans_per_second is None


@pytest.mark.parametrize(
    ("parent", "tenant"),
    [
        pytest.param("project_id:p1", "project:checkout", id="id"),
        pytest.param("project_name:checkout", "project:checkout", id="name"),
        pytest.param("project_name:new", "project:new", id="a project that is not there yet"),
        pytest.param(None, "project:default", id="the default"),
        pytest.param("experiment_id:e", OTHERS, id="no project"),
        pytest.param("nonsense", OTHERS, id="nothing"),
    ],
)
def test_without_keys_the_request_says_the_project(parent: str | None, tenant: str) -> None:
    assert tenants().at(parent) == tenant
