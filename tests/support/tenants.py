"""Two tenants in one sidecar: what one of them has, and every request that might reach it.

One universal request fits all endpoints: whatever an endpoint reads from path, query string or body, it finds an id or a
name of the victim there. So a new endpoint is tried as it comes; where the universal request is not enough, the owner's own
run shows it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx

from otel_bridge_collector.receive.rules import OPEN, RULES

SECRET: Final = "the-secret-of-beta"  # noqa: S105 - it is to be found in answers
OVERWRITTEN: Final = "overwritten-by-alpha"
TRACE_ID: Final = "ab" * 16
SPAN_ID: Final = "cd" * 8
_PAGES: Final = ("/app/", "/ui/steps", "/ui/dashboard.json")
_KINDS: Final = (
    "experiment", "dataset", "prompt", "function", "project_tag", "project_score", "view", "dataset_snapshot", "project_automation",
)  # fmt: skip
_RETENTION: Final = {"event_type": "retention", "object_type": "experiment", "retention_days": 36500}
_RULE: Final = {"online": {"sampling_rate": 0, "scorers": [{"type": "global", "name": "ExactMatch"}]}}
_SCORER: Final = {"type": "global", "name": "ExactMatch"}
_PROMPT: Final = {"prompt": {"type": "chat", "messages": [{"role": "user", "content": SECRET}]}}


@dataclass(frozen=True, slots=True)
class Victim:
    """A project with one of everything.

    Attributes:
        ids: kind -> id; `row` is the id of a row, of its span and of its comment.
    """

    client: httpx.Client
    project_id: str
    ids: dict[str, str]

    def world(self) -> list[object]:
        """All that the victim has, as it sees it itself."""
        answers = [self.client.get(f"/v1/{kind}").json() for kind in _KINDS]
        for source in _sources(self):
            for options in ({}, {"audit_log": True}):
                body = {"query": f"select: * | from: {source} | sort: id", "fmt": "json", **options}
                answers.append(self.client.post("/btql", json=body).json().get("data"))
        found = self.client.get("/attachment", params={"key": self.ids["attachment"]}).json()
        answers.append(httpx.get(found["downloadUrl"]).text)
        answers.append(self.client.get(f"/environment-object/prompt/{self.ids['prompt']}").json())
        return answers


def settle(client: httpx.Client, project: str) -> Victim:
    """Make one of everything in a project that is there."""
    (found,) = client.get("/v1/project", params={"project_name": project}).json()["objects"]
    project_id: str = found["id"]
    ids: dict[str, str] = {"project": project_id, "row": SPAN_ID, "attachment": "the-attachment"}
    for kind in _KINDS:
        body: dict[str, Any] = {"project_id": project_id, "name": "planted", "slug": "planted"}
        body |= {"prompt_data": _PROMPT} if kind == "prompt" else {}
        body |= {"function_data": {**_SCORER, "config": {"is": SECRET}}} if kind == "function" else {}
        body |= {"config": _RETENTION} if kind == "project_automation" else {}
        body |= {"description": SECRET} if kind in ("experiment", "dataset") else {}
        body |= {"object_id": project_id, "object_type": "project", "view_type": "logs"}
        body |= {"dataset_id": ids["dataset"], "xact_id": "1"} if kind == "dataset_snapshot" else {}
        ids[kind] = _ok(client.post(f"/v1/{kind}", json=body)).json()["id"]
    for kind in ("experiment", "dataset_snapshot"):
        second = {"project_id": project_id, "dataset_id": ids["dataset"], "name": "second", "xact_id": "1"}
        ids[f"second {kind}"] = _ok(client.post(f"/v1/{kind}", json=second)).json()["id"]
    charts = {"otel_bridge": {"charts": [{"title": SECRET, "measure": "count(1)"}]}}
    board = {"object_id": project_id, "object_type": "project", "view_type": "monitor", "view_data": charts}
    ids["dashboard"] = _ok(client.post("/v1/view", json={"name": "dashboard", **board})).json()["id"]
    rule = {"project_id": project_id, "name": "rule", "score_type": "online", "config": _RULE}
    ids["rule"] = _ok(client.post("/v1/project_score", json=rule)).json()["id"]
    made = client.post("/environment", json={"name": "planted", "slug": "planted"})
    if made.is_success:  # environments are for all projects, and not for a key of one
        ids["environment"] = made.json()["id"]
    rows = [
        {"id": SPAN_ID, "span_id": SPAN_ID, "root_span_id": TRACE_ID, "input": SECRET, **place}
        for place in (
            {"project_id": project_id, "log_id": "g"},
            {"experiment_id": ids["experiment"]},
            {"dataset_id": ids["dataset"]},
        )
    ]
    _ok(client.post("/logs3", json={"rows": rows}))
    _ok(client.post("/v1/traces", json=_otlp(f"project_id:{project_id}", SECRET)))
    _attach(client, ids["attachment"], SECRET)
    version = _ok(client.get(f"/v1/prompt/{ids['prompt']}")).json()["_xact_id"]
    _ok(client.put(f"/environment-object/prompt/{ids['prompt']}/prod", json={"object_version": version}))
    return Victim(client=client, project_id=project_id, ids=ids)


def attempts(victim: Victim, method: str, template: str) -> Iterator[dict[str, Any]]:
    """The universal request to one endpoint, once for each thing that its path may name."""
    names = re.findall(r"\{(\w+)\}", template)
    is_named = bool(names) or template.endswith("_id")
    for target in victim.ids.values() if is_named else [victim.project_id]:
        path = template
        for name in names:
            fixed = {"environment": "prod", "object_type": "prompt", "project": victim.project_id}.get(name)
            path = path.replace(f"{{{name}}}", fixed or target)
        for text in _queries(victim) if template == "/btql" else [""]:
            body = {**_body(victim), "id": target, "query": text}
            body |= {"version": "1"} if "restore" in template else {}
            by_name = ["project_name:beta"] if template.startswith(("/v1/traces", "/v1/logs")) else []
            for parent in [f"project_id:{victim.project_id}", *by_name]:
                yield {
                    "method": method,
                    "url": path,
                    "params": {
                        **_parameters(victim),
                        **(_row_of(victim) if template.startswith(_PAGES) else {}),
                    },
                    "headers": {"x-bt-parent": parent, "content-type": "application/json"},
                    "json": None if method == "GET" else body,
                }


ENDPOINTS: Final[Sequence[tuple[str, str]]] = [key for key, need in RULES.items() if need is not OPEN]
"""What needs a key."""

ANSWERED_WITH_NO: Final = frozenset(
    key
    for key in ENDPOINTS
    if (
        key[1].startswith(("/ui/", "/v1/proxy/"))
        and key[1] not in ("/ui/attachment", "/ui/steps", "/ui/dashboard.json")
    )
    or key == ("POST", "/app/{org}/p/{project}/playground")
    or key[1] in ("/otel", "/otel/{rest}", "/app/{rest}")
)
"""What succeeds for nobody: there is nothing else under /otel and /app, a form needs its page's cookie, and
no provider is there."""


def overwrite_attachment(client: httpx.Client, key: str) -> None:
    """Put other bytes under a key, and say so."""
    _attach(client, key, OVERWRITTEN)


def _attach(client: httpx.Client, key: str, text: str) -> None:
    asked = {"key": key, "filename": "f", "content_type": "text/plain", "org_id": "o"}
    signed = _ok(client.post("/attachment", json=asked)).json()
    _ok(httpx.put(signed["signedUrl"], content=text.encode()))
    _ok(client.post("/attachment/status", json={"key": key, "status": {"upload_status": "done"}}))


def _sources(victim: Victim) -> list[str]:
    ids = victim.ids
    return [
        f"project_logs('{victim.project_id}')",
        f"experiment('{ids['experiment']}')",
        f"dataset('{ids['dataset']}')",
        f"project_prompts('{victim.project_id}')",
        f"project_functions('{victim.project_id}')",
    ]


def _queries(victim: Victim) -> list[str]:
    kinds = ("project_logs", "experiment", "dataset", "project_prompts", "project_functions")
    named = [*_sources(victim), "project_logs('beta')", "experiment('planted')", "dataset('planted')"]
    shapes = [
        f"select: * | from: {source} {shape}" for source in named for shape in ("spans", "traces", "summary")
    ]
    everything = [f"select: * | from: {kind}()" for kind in kinds] + [
        f"select: * | from: {kind}" for kind in kinds
    ]
    grouped = "from: project_logs() | dimensions: input | measures: count(1) as n"
    return [*shapes, *everything, grouped]


def _parameters(victim: Victim) -> dict[str, str]:
    ids = victim.ids
    return {
        "id": victim.project_id,
        "project_id": victim.project_id,
        "experiment_id": ids["experiment"],
        "base_experiment_id": ids["experiment"],
        "comparison_experiment_id": ids["experiment"],
        "dataset_id": ids["dataset"],
        "slug": "planted",
        "key": ids["attachment"],
        "summarize_scores": "true",
        "for_s": "0",  # nobody listens for long
        "summarize_data": "true",
    }


def _row_of(victim: Victim) -> dict[str, str | list[str]]:
    """What the pages of rows and their objects ask for."""
    ids = victim.ids
    return {
        "object_type": "project_logs", "object_id": victim.project_id, "id": SPAN_ID, "with": SPAN_ID,
        "project": victim.project_id, "dashboard": ids["dashboard"], "prompt": ids["prompt"],
        "dataset": ids["dataset"], "experiment": [ids["experiment"], ids["second experiment"]],
    }  # fmt: skip


def _body(victim: Victim) -> dict[str, Any]:
    ids = victim.ids
    row = {"id": SPAN_ID, "_is_merge": True, "output": OVERWRITTEN}
    return {
        **_otlp(f"project_id:{victim.project_id}", OVERWRITTEN),
        "resourceMetrics": [],
        "project_id": victim.project_id,
        "project_name": "beta",
        "name": "planted",
        "slug": "planted",
        "description": OVERWRITTEN,
        "experiment_name": "planted",
        "dataset_name": "planted",
        "dataset_id": ids["dataset"],
        "dataset_snapshot_name": "planted",
        "update": True,
        "sink": "store",
        "since": "2026-01-01",
        "xact_id": "2",
        "object_id": victim.project_id,
        "object_type": "project",
        "view_type": "logs",
        "config": _RETENTION,
        "function_data": {**_SCORER, "config": {"is": OVERWRITTEN}},
        "function_id": ids["function"],
        "parent": f"project_id:{victim.project_id}",
        "input": {"output": OVERWRITTEN, "expected": OVERWRITTEN},
        "prompt_data": {"prompt": {"type": "completion", "content": OVERWRITTEN}},
        "rows": [
            {**row, "project_id": victim.project_id, "log_id": "g"},
            {**row, "experiment_id": ids["experiment"]},
            {**row, "dataset_id": ids["dataset"]},
        ],
        "events": [row],
        "feedback": [{"id": SPAN_ID, "scores": {"up": 1}, "comment": OVERWRITTEN}],
        "functions": [
            {
                "project_id": victim.project_id,
                "name": "planted",
                "slug": "planted",
                "function_data": {"type": "prompt"},
                "prompt_data": {"prompt": {"type": "completion", "content": OVERWRITTEN}},
                "if_exists": "replace",
            }
        ],
        "fields": ["comment"],
        "key": "alphas-own",
        "filename": "f",
        "content_type": "text/plain",
        "status": {"upload_status": "done"},
        "object_version": "1",
    }


def _otlp(parent: str, text: str) -> dict[str, Any]:
    named = {"key": "braintrust.parent", "value": {"stringValue": parent}}
    said = {"key": "braintrust.input", "value": {"stringValue": text}}
    span = {
        "traceId": TRACE_ID,
        "spanId": SPAN_ID,
        "name": "answer",
        "startTimeUnixNano": "1700000000000000000",
        "endTimeUnixNano": "1700000001000000000",
        "attributes": [named, said],
    }
    record = {"traceId": TRACE_ID, "spanId": SPAN_ID, "body": {"stringValue": text}, "attributes": [named]}
    return {
        "resourceSpans": [{"scopeSpans": [{"spans": [span]}]}],
        "resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}],
    }


def _ok(response: httpx.Response) -> httpx.Response:
    assert response.status_code == 200, f"{response.request.url}: {response.text}"
    return response
