"""`/v1/quotas`."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.testclient import TestClient

from otel_bridge_collector.access import OWNER, Access, Scope, asking
from otel_bridge_collector.api.errors import EXCEPTION_HANDLERS
from otel_bridge_collector.api.quotas import MAX_SHOWN, quota_operations
from otel_bridge_collector.quota.quotas import Usage
from tests.support.quotas import Clock, key, quotas_of


@dataclass
class Many:
    """Quotas of more callers than are shown."""

    is_on: bool = True
    found: Sequence[Usage] = field(default=())

    def usages(self) -> Sequence[Usage]:
        return self.found


def test_who_has_used_how_much_is_shown() -> None:
    quotas = quotas_of(Clock(), spans_per_second=10, burst=2)
    with asking(key("noisy")):
        quotas.take(None, size_bytes=9, spans=5)
    with asking(OWNER):
        shown = TestClient(Starlette(routes=[each.route() for each in quota_operations(quotas)])).get(
            "/v1/quotas"
        )

    told = {"who": "key noisy", "unit": "spans", "per_second": 10.0, "used": 5, "left": 15, "refused": 0}
    assert shown.json() == {"is_on": True, "quotas": [told], "left_out": 0}


def test_what_is_left_out_is_counted() -> None:
    one = Usage(who="project p", unit="spans", per_second=1, used=1, left=1, refused=0)
    routes = [each.route() for each in quota_operations(Many(found=[one] * (MAX_SHOWN + 3)))]
    with asking(OWNER):
        shown = TestClient(Starlette(routes=routes)).get("/v1/quotas").json()

    assert (len(shown["quotas"]), shown["left_out"]) == (MAX_SHOWN, 3)


def test_a_key_of_single_projects_does_not_see_it() -> None:
    routes = [each.route() for each in quota_operations(Many())]
    with asking(Access(scopes=frozenset({Scope.ADMIN}), projects=frozenset({"p"}))):
        answer = TestClient(Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS)).get("/v1/quotas")

    assert answer.status_code == 403
