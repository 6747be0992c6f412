"""What a caller needs for each endpoint of every HTTP port: one table. An endpoint that is not in it needs `admin`.

A test asks for every endpoint that there is with the key of another project, and fails for one without a rule.
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from starlette.routing import BaseRoute, Match
from starlette.types import Scope as AsgiScope

from otel_bridge_collector.access import Scope
from otel_bridge_collector.receive.otlp_http import PREFIXES

Need: TypeAlias = frozenset[Scope] | None
"""One of these scopes; an empty set stands for any valid key, None for no key at all."""

OPEN: Final[Need] = None
ANY: Final = frozenset[Scope]()
SEND: Final = frozenset({Scope.INGEST, Scope.WRITE})
READ: Final = frozenset({Scope.READ})
FETCH: Final = frozenset({Scope.READ, Scope.WRITE})
WRITE: Final = frozenset({Scope.WRITE})
ADMIN: Final = frozenset({Scope.ADMIN})
METRICS: Final = frozenset({Scope.METRICS})
PROXY: Final = frozenset({Scope.PROXY})

_KINDS: Final = (
    "experiment", "dataset", "dataset_snapshot", "prompt", "function", "project_tag", "project_score", "view",
)  # fmt: skip
_PROXIED: Final = ("auto", "chat/completions", "completions", "responses", "embeddings", "moderations")
_ROW_KINDS: Final = ("project_logs", "experiment", "dataset")


def _otlp() -> dict[tuple[str, str], Need]:
    paths = (
        f"{prefix}/v1/{signal}{slash}"
        for prefix in PREFIXES
        for signal in ("traces", "logs", "metrics")
        for slash in ("", "/")
    )
    return {**{("POST", path): SEND for path in paths}, ("POST", "/otel"): ANY, ("POST", "/otel/{rest}"): ANY}


def _objects(path: str) -> dict[tuple[str, str], Need]:
    return {
        ("GET", path): READ,
        ("POST", path): WRITE,
        ("PUT", path): WRITE,
        ("GET", f"{path}/{{object_id}}"): READ,
        ("PATCH", f"{path}/{{object_id}}"): WRITE,
        ("DELETE", f"{path}/{{object_id}}"): WRITE,
    }


def _rows(kind: str) -> dict[tuple[str, str], Need]:
    path = f"/v1/{kind}/{{object_id}}"
    return {
        ("GET", f"{path}/fetch"): READ,
        ("POST", f"{path}/fetch"): READ,
        ("POST", f"{path}/insert"): SEND,
        ("POST", f"{path}/feedback"): SEND,
        ("POST", f"{path}/feedback/token"): SEND,
    }


def _proxy() -> dict[tuple[str, str], Need]:
    """A scope of its own, since calls cost money: keys that write spans or prompts are not good for it."""
    prefixes = ("/v1/proxy", "/v1/proxy/v1")
    return {
        **{("POST", f"{prefix}/{path}"): PROXY for prefix in prefixes for path in _PROXIED},
        **{("GET", f"{prefix}/models"): PROXY for prefix in prefixes},
    }


def _merged(parts: Iterable[Mapping[tuple[str, str], Need]]) -> dict[tuple[str, str], Need]:
    return {key: need for part in parts for key, need in part.items()}


RULES: Final[Mapping[tuple[str, str], Need]] = {
    ("GET", "/livez"): OPEN,  # probes come without a key, and learn nothing of the data
    ("GET", "/readyz"): OPEN,
    ("GET", "/healthz"): OPEN,
    ("GET", "/openapi.json"): OPEN,
    ("GET", "/"): OPEN,  # leads to the page
    ("GET", "/app/{page}"): OPEN,  # likewise, on the OTLP port
    ("GET", "/ui/style.css"): OPEN,
    ("GET", "/ui/script/{name}"): OPEN,
    ("GET", "/ui/login"): OPEN,  # the form is the key
    ("POST", "/ui/login"): OPEN,
    ("POST", "/ui/logout"): OPEN,
    ("GET", "/ui/attachment"): READ,
    ("GET", "/ui/steps"): READ,
    ("POST", "/ui/test-trace"): SEND,
    ("POST", "/ui/feedback"): SEND,
    ("POST", "/ui/dataset-rows"): SEND,
    ("POST", "/ui/view"): WRITE,
    ("POST", "/ui/view/delete"): WRITE,
    ("GET", "/ui/dashboard.json"): READ,
    ("POST", "/ui/dashboard"): WRITE,
    ("POST", "/ui/dashboard/import"): WRITE,
    ("POST", "/ui/dashboard/delete"): WRITE,
    ("POST", "/ui/dataset"): WRITE,
    ("POST", "/ui/prompt"): WRITE,
    ("POST", "/ui/prompt/environment"): WRITE,
    ("POST", "/ui/prompt/environment/delete"): WRITE,
    ("POST", "/ui/record"): SEND,
    ("POST", "/ui/record/delete"): SEND,
    ("GET", "/app"): READ,
    ("GET", "/app/{org}/compare"): READ,
    ("GET", "/app/{org}/object"): READ,
    ("GET", "/app/{org}/p/{project}"): READ,
    ("GET", "/app/{org}/p/{project}/logs"): READ,
    ("GET", "/app/{org}/p/{project}/logs/live"): READ,
    ("GET", "/app/{org}/p/{project}/logs/words"): READ,
    ("GET", "/app/{org}/p/{project}/monitor"): READ,
    ("GET", "/app/{org}/p/{project}/dashboard"): READ,
    ("GET", "/app/{org}/p/{project}/dashboards"): READ,
    ("GET", "/app/{org}/p/{project}/dashboards/{name}"): READ,
    ("GET", "/app/{org}/p/{project}/review"): READ,
    ("GET", "/app/{org}/p/{project}/experiments"): READ,
    ("GET", "/app/{org}/p/{project}/comparison"): READ,
    ("GET", "/app/{org}/p/{project}/experiments/{name}"): READ,
    ("GET", "/app/{org}/p/{project}/datasets"): READ,
    ("GET", "/app/{org}/p/{project}/record"): READ,
    ("GET", "/app/{org}/p/{project}/versions"): READ,
    ("GET", "/app/{org}/p/{project}/datasets/{name}"): READ,
    ("GET", "/app/{org}/p/{project}/playground"): READ,
    ("POST", "/app/{org}/p/{project}/playground"): PROXY,  # it asks models
    ("GET", "/app/{org}/p/{project}/prompt"): READ,
    ("GET", "/app/{org}/p/{project}/prompts"): READ,
    ("GET", "/app/{org}/p/{project}/prompts/{name}"): READ,
    ("GET", "/app/{rest}"): READ,  # there is no such page
    ("GET", "/metrics"): METRICS,
    ("POST", "/btql"): READ,
    ("POST", "/api/apikey/login"): ANY,
    ("GET", "/ping"): ANY,
    ("GET", "/version"): ANY,
    ("POST", "/v1/insert"): SEND,
    ("POST", "/v1/feedback"): OPEN,  # the token is the key
    ("POST", "/logs3"): SEND,
    ("POST", "/logs3/overflow"): SEND,
    ("PUT", "/logs3/overflow/{key}"): OPEN,  # the URL is the key: 192 random bits, for an hour
    ("POST", "/attachment"): SEND,
    ("GET", "/attachment"): READ,
    ("POST", "/attachment/status"): SEND,
    ("PUT", "/attachment/data/{token}"): OPEN,  # the URL is signed
    ("GET", "/attachment/data/{token}"): OPEN,
    ("GET", "/v1/project"): FETCH,
    ("POST", "/v1/project"): SEND,
    ("GET", "/v1/project/{project_id}"): ANY,
    ("PATCH", "/v1/project/{project_id}"): ADMIN,
    ("DELETE", "/v1/project/{project_id}"): ADMIN,
    ("GET", "/api/project"): ANY,
    ("POST", "/api/project/register"): SEND,
    ("POST", "/api/project/get"): FETCH,
    ("GET", "/v1/experiment/{object_id}/summarize"): READ,
    ("GET", "/v1/dataset/{object_id}/summarize"): READ,
    ("POST", "/v1/project_score/{object_id}/test"): READ,
    ("POST", "/v1/project_score/{object_id}/backfill"): WRITE,
    ("POST", "/function/invoke"): PROXY,  # it asks models
    ("POST", "/v1/function/{object_id}/invoke"): PROXY,
    ("GET", "/v1/explain/{span_id}"): READ,
    ("GET", "/v1/receipts"): READ,
    ("GET", "/v1/delivery"): ADMIN,
    ("GET", "/v1/quotas"): ADMIN,
    ("POST", "/v1/delivery/replay"): ADMIN,
    ("GET", "/v1/retention"): ADMIN,
    ("POST", "/v1/retention"): ADMIN,
    ("POST", "/v1/backup"): ADMIN,
    ("POST", "/insert-functions"): WRITE,
    ("GET", "/environment-object/{object_type}/{object_id}"): READ,
    ("GET", "/environment-object/{object_type}/{object_id}/{environment}"): READ,
    ("PUT", "/environment-object/{object_type}/{object_id}/{environment}"): WRITE,
    ("DELETE", "/environment-object/{object_type}/{object_id}/{environment}"): WRITE,
    ("GET", "/xact-id"): READ,
    ("POST", "/api/dataset_snapshot/get"): READ,
    ("POST", "/api/dataset_snapshot/register"): WRITE,
    ("POST", "/api/dataset_snapshot/patch_id"): WRITE,
    ("POST", "/api/dataset_snapshot/delete_id"): WRITE,
    ("POST", "/v1/dataset/{object_id}/restore/preview"): READ,
    ("POST", "/v1/dataset/{object_id}/restore"): WRITE,
    ("POST", "/api/experiment/register"): WRITE,
    ("POST", "/api/experiment/get"): READ,
    ("POST", "/api/base_experiment/get_id"): READ,
    ("POST", "/api/dataset/register"): WRITE,
    ("GET", "/experiment-comparison2"): READ,
    ("GET", "/dataset-summary"): READ,
    **_merged(_rows(kind) for kind in _ROW_KINDS),
    **_merged(_objects(f"/v1/{kind}") for kind in _KINDS),
    **_objects("/environment"),
    # Who says how long rows are kept can remove them all.
    **{key: READ if key[0] == "GET" else ADMIN for key in _objects("/v1/project_automation")},
    **_otlp(),
    **_proxy(),
}
"""Method and path -> what it needs."""


STREAMED: Final = frozenset({("PUT", "/attachment/data/{token}")})
"""What writes its body to disk piece by piece, so that it takes no room in memory."""

ROWS: Final = frozenset(
    {
        ("POST", "/logs3"),
        ("POST", "/logs3/overflow"),
        ("POST", "/v1/insert"),
        ("POST", "/function/invoke"),
        ("POST", "/v1/function/{object_id}/invoke"),
        ("POST", "/app/{org}/p/{project}/playground"),
        *(key for key in _proxy() if key[0] == "POST"),
        *(
            ("POST", f"/v1/{kind}/{{object_id}}/{rows}")
            for kind in _ROW_KINDS
            for rows in ("insert", "feedback")
        ),
    }
)
"""What brings rows in that count for a quota; OTLP asks by itself (`ingest.Ingest.admit`)."""


class Rules:
    """The rules of the endpoints of one application."""

    def __init__(self, routes: Iterable[BaseRoute], rules: Mapping[tuple[str, str], Need] = RULES) -> None:
        self._routes = list(routes)
        self._rules = rules

    def need(self, scope: AsgiScope) -> Need:
        """Return what a request needs; any key for one that no endpoint takes."""
        endpoint = self._endpoint(scope)
        return ANY if endpoint is None else self._rules.get(endpoint, ADMIN)

    def streams(self, scope: AsgiScope) -> bool:
        """Tell whether the body of a request is not kept in memory."""
        return self._endpoint(scope) in STREAMED

    def brings_rows(self, scope: AsgiScope) -> bool:
        """Tell whether a request brings rows that count for the quota of its caller."""
        return self._endpoint(scope) in ROWS

    def _endpoint(self, scope: AsgiScope) -> tuple[str, str] | None:
        for route in self._routes:
            match, _ = route.matches(scope)
            if match is Match.FULL:
                method = "GET" if scope["method"] == "HEAD" else str(scope["method"])
                return method, template_of(route)
        return None


def template_of(route: BaseRoute) -> str:
    """Return the path of an endpoint with its parameters in braces; empty where it has none."""
    return str(getattr(route, "path_format", ""))
