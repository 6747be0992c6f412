"""Write the list of endpoints in docs/api.md: one curl line for each operation, in an order in which they can be run.

usage: python -m tests.support.api_docs
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast

from otel_bridge_collector.api.backup import backup_operations
from otel_bridge_collector.api.delivery import delivery_operations
from otel_bridge_collector.api.explain import explain_operations
from otel_bridge_collector.api.functions import FunctionsEndpoint, function_operations
from otel_bridge_collector.api.kinds import FUNCTION, KINDS, PROJECT_SCORE, Kind
from otel_bridge_collector.api.metrics import metrics_operations
from otel_bridge_collector.api.online_scores import online_score_operations
from otel_bridge_collector.api.probes import probe_operations
from otel_bridge_collector.api.quotas import quota_operations
from otel_bridge_collector.api.receipts import receipt_operations
from otel_bridge_collector.api.retention import retention_operations
from otel_bridge_collector.health import Health
from otel_bridge_collector.receive.probes import Probes
from tests.support.api import caught_up_at_once, client_of
from tests.support.rows import Asking

PAGE: Final = Path(__file__).parents[2] / "docs" / "api.md"
BEGIN: Final = "<!-- endpoints: made by `make docs` -->"
END: Final = "<!-- end of endpoints -->"

_ROW: Final = {"id": "r1", "input": "hi", "output": "hello", "scores": {"good": 1}}
_BODIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "experiment": {"project_id": "shop", "name": "first"},
    "dataset": {"project_id": "shop", "name": "questions"},
    "dataset_snapshot": {"dataset_id": "cases", "name": "before", "xact_id": "1000197156530614077"},
    "prompt": {
        "project_id": "shop",
        "name": "Greeting",
        "slug": "greeting",
        "prompt_data": {
            "prompt": {"type": "completion", "content": "Say hello"},
            "options": {"model": "gpt-5"},
        },
    },
    "function": {
        "project_id": "shop",
        "name": "Close",
        "slug": "close",
        "function_type": "scorer",
        "function_data": {"type": "global", "name": "Levenshtein"},
    },
    "project_tag": {"project_id": "shop", "name": "triage", "color": "#ff0000", "description": "look at it"},
    "project_score": {
        "project_id": "shop",
        "name": "Close",
        "score_type": "online",
        "config": {"online": {"scorers": [{"type": "global", "name": "Levenshtein"}], "sampling_rate": 0.5}},
    },
    "project_automation": {
        "project_id": "shop",
        "name": "Keep a month",
        "config": {"event_type": "retention", "object_type": "project_logs", "retention_days": 30},
    },
    "view": {
        "object_type": "project",
        "object_id": "shop",
        "name": "Errors",
        "view_type": "logs",
        "view_data": {"search": {"filter": ["error IS NOT NULL"]}},
    },
    "environment": {"name": "Production", "slug": "production"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """How to call one operation.

    Attributes:
        url: the path and query, or a variable that holds the whole URL.
        body: what is sent: JSON, or a text as it is.
        keeps: shell variable -> field of the answer that later lines need.
        saves: the file that the answer goes to; empty for one that can be printed.
    """

    url: str
    body: Mapping[str, Any] | str | None = None
    keeps: Mapping[str, str] | None = None
    saves: str = ""


def _kind_examples() -> dict[str, Example]:
    found: dict[str, Example] = {}
    for kind in KINDS:
        variable = kind.name.upper()
        body, one = _BODIES[kind.name], f"{kind.path}/${variable}"
        of_one = f"{kind.path}/{{object_id}}"
        owner = "" if kind.owner == "org_id" else f"?{kind.owner}={body[kind.owner]}"
        found |= {
            f"POST {kind.path}": Example(url=kind.path, body=body, keeps={variable: "id"}),
            f"GET {kind.path}": Example(url=f"{kind.path}{owner}"),
            f"PUT {kind.path}": Example(url=kind.path, body=body),
            f"GET {of_one}": Example(url=one),
            f"PATCH {of_one}": Example(url=one, body={"name": f"{body['name']} again"}),
            **{
                f"POST {of_one}/{name}": Example(url=f"{one}/{name}", body=said) for name, said in _more(kind)
            },
            f"DELETE {of_one}": Example(url=one),
        }
    return found


def _more(kind: Kind) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What else an object of a kind can be asked for, before it is deleted."""
    if kind is FUNCTION:
        yield "invoke", {"input": {"output": "helo", "expected": "hello"}, "parent": "project_name:shop"}
    if kind is PROJECT_SCORE:
        yield "test", {"limit": 10}
        yield "backfill", {"since": "2026-01-31T10:30:00Z"}


def _rows_examples() -> dict[str, Example]:
    found: dict[str, Example] = {}
    for kind, object_id in (("project_logs", "shop"), ("experiment", "trial"), ("dataset", "cases")):
        template, path = f"/v1/{kind}/{{object_id}}", f"/v1/{kind}/{object_id}"
        row = {"id": "r2", "input": "hi", "expected": "hello"} if kind == "dataset" else {**_ROW, "id": "r2"}
        told = {"id": "r2", "comment": "nice", "metadata": {"by": "ann"}}
        told |= {} if kind == "dataset" else {"scores": {"thumbs": 1}}
        found |= {
            f"POST {template}/insert": Example(url=f"{path}/insert", body={"events": [row]}),
            f"POST {template}/feedback": Example(url=f"{path}/feedback", body={"feedback": [told]}),
            f"POST {template}/feedback/token": Example(
                url=f"{path}/feedback/token",
                body={"id": "r2", "scores": ["helpful"], "fields": ["comment"]},
                keeps={"FEEDBACK": "token"},
            ),
            f"GET {template}/fetch": Example(url=f"{path}/fetch?limit=10"),
            f"POST {template}/fetch": Example(url=f"{path}/fetch", body={"limit": 10}),
        }
    return found


EXAMPLES: Final[Mapping[str, Example]] = {
    "GET /version": Example(url="/version"),
    "POST /logs3": Example(
        url="/logs3",
        body={
            "rows": [
                {"project_id": "shop", "log_id": "g", **_ROW},
                {"experiment_id": "trial", **_ROW},
                {"dataset_id": "cases", "id": "r1", "input": "hi", "expected": "hello"},
            ]
        },
    ),
    "POST /logs3/overflow": Example(
        url="/logs3/overflow", body={"size_bytes": 9000000}, keeps={"UPLOAD": "signedUrl"}
    ),
    "PUT /logs3/overflow/{key}": Example(url="$UPLOAD", body={"rows": [{"project_id": "shop", "id": "r3"}]}),
    "GET /livez": Example(url="/livez"),
    "GET /readyz": Example(url="/readyz"),
    "GET /healthz": Example(url="/healthz"),
    "GET /metrics": Example(url="/metrics"),
    "POST /btql": Example(
        url="/btql", body={"query": 'select: id, scores | from: project_logs("shop") | limit: 5'}
    ),
    "POST /api/apikey/login": Example(url="/api/apikey/login"),
    "GET /ping": Example(url="/ping"),
    **_rows_examples(),
    "POST /v1/feedback": Example(
        url="/v1/feedback", body={"token": "$FEEDBACK", "comment": "it was what I looked for"}
    ),
    "POST /v1/insert": Example(
        url="/v1/insert",
        body={
            "project_logs": {
                "shop": {"events": [{"id": "r4"}], "feedback": [{"id": "r4", "comment": "nice"}]}
            }
        },
    ),
    "GET /v1/experiment/{object_id}/summarize": Example(
        url="/v1/experiment/trial/summarize?summarize_scores=true"
    ),
    "GET /v1/dataset/{object_id}/summarize": Example(url="/v1/dataset/cases/summarize?summarize_data=true"),
    "GET /experiment-comparison2": Example(url="/experiment-comparison2?experiment_id=trial"),
    "GET /dataset-summary": Example(url="/dataset-summary?dataset_id=cases"),
    "POST /v1/project": Example(url="/v1/project", body={"name": "garden"}, keeps={"PROJECT": "id"}),
    "GET /v1/project": Example(url="/v1/project?project_name=garden"),
    "GET /v1/project/{project_id}": Example(url="/v1/project/$PROJECT"),
    "PATCH /v1/project/{project_id}": Example(
        url="/v1/project/$PROJECT", body={"settings": {"feedback_scores": "mean"}}
    ),
    "DELETE /v1/project/{project_id}": Example(url="/v1/project/$PROJECT"),
    "GET /api/project": Example(url="/api/project?name=shop"),
    "POST /api/project/register": Example(url="/api/project/register", body={"project_name": "shop"}),
    "POST /api/project/get": Example(url="/api/project/get", body={"name": "shop"}),
    "POST /attachment": Example(url="/attachment", body={"key": "k1"}, keeps={"UPLOAD": "signedUrl"}),
    "PUT /attachment/data/{token}": Example(url="$UPLOAD", body="hello"),
    "POST /attachment/status": Example(
        url="/attachment/status", body={"key": "k1", "status": {"upload_status": "done"}}
    ),
    "GET /attachment": Example(
        url="/attachment?key=k1&filename=a.txt&content_type=text/plain", keeps={"DOWNLOAD": "downloadUrl"}
    ),
    "GET /attachment/data/{token}": Example(url="$DOWNLOAD"),
    **_kind_examples(),
    "POST /function/invoke": Example(
        url="/function/invoke",
        body={"global_function": "ExactMatch", "input": {"output": "hello", "expected": "hello"}},
    ),
    "PUT /environment-object/{object_type}/{object_id}/{environment}": Example(
        url="/environment-object/dataset/cases/production", body={"object_version": "1000197156530614077"}
    ),
    "GET /environment-object/{object_type}/{object_id}": Example(url="/environment-object/dataset/cases"),
    "GET /environment-object/{object_type}/{object_id}/{environment}": Example(
        url="/environment-object/dataset/cases/production"
    ),
    "DELETE /environment-object/{object_type}/{object_id}/{environment}": Example(
        url="/environment-object/dataset/cases/production"
    ),
    "GET /xact-id": Example(url="/xact-id"),
    "POST /api/dataset_snapshot/register": Example(
        url="/api/dataset_snapshot/register",
        body={"dataset_id": "cases", "dataset_snapshot_name": "now", "xact_id": "1000197156530614077"},
        keeps={"SNAPSHOT": "dataset_snapshot.id"},
    ),
    "POST /api/dataset_snapshot/get": Example(url="/api/dataset_snapshot/get", body={"dataset_id": "cases"}),
    "POST /api/dataset_snapshot/patch_id": Example(
        url="/api/dataset_snapshot/patch_id", body={"id": "$SNAPSHOT", "name": "then"}
    ),
    "POST /api/dataset_snapshot/delete_id": Example(
        url="/api/dataset_snapshot/delete_id", body={"id": "$SNAPSHOT"}
    ),
    "POST /v1/dataset/{object_id}/restore/preview": Example(
        url="/v1/dataset/cases/restore/preview", body={"version": "1000197156530614077"}
    ),
    "POST /v1/dataset/{object_id}/restore": Example(
        url="/v1/dataset/cases/restore", body={"version": "1000197156530614077"}
    ),
    "POST /api/experiment/register": Example(
        url="/api/experiment/register",
        body={"project_name": "shop", "experiment_name": "second", "base_exp_id": "trial"},
        keeps={"SECOND": "experiment.id"},
    ),
    "POST /api/experiment/get": Example(
        url="/api/experiment/get", body={"project_name": "shop", "experiment_name": "second"}
    ),
    "POST /api/base_experiment/get_id": Example(url="/api/base_experiment/get_id", body={"id": "$SECOND"}),
    "POST /api/dataset/register": Example(
        url="/api/dataset/register", body={"project_name": "shop", "dataset_name": "questions"}
    ),
    "POST /insert-functions": Example(
        url="/insert-functions",
        body={
            "functions": [{**_BODIES["prompt"], "function_data": {"type": "prompt"}, "if_exists": "replace"}]
        },
    ),
    "GET /v1/explain/{span_id}": Example(url="/v1/explain/00f067aa0ba902b7"),
    "GET /v1/receipts": Example(url="/v1/receipts?limit=10"),
    "GET /v1/retention": Example(url="/v1/retention"),
    "POST /v1/retention": Example(url="/v1/retention", body={"dry_run": True}),
    "POST /v1/backup": Example(url="/v1/backup", saves="backup.tar"),
    "GET /v1/delivery": Example(url="/v1/delivery"),
    "GET /v1/quotas": Example(url="/v1/quotas"),
    "POST /v1/delivery/replay": Example(
        url="/v1/delivery/replay", body={"sink": "store", "since": "2026-01-31T10:30:00Z"}
    ),
}

_SPAN: Final = {
    "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
    "spanId": "00f067aa0ba902b7",
    "name": "answer",
    "startTimeUnixNano": "1767600000000000000",
    "endTimeUnixNano": "1767600001000000000",
}
_LOG: Final = {"timeUnixNano": "1767600000000000000", "body": {"stringValue": "hello"}}
OTLP: Final[Sequence[Example]] = (
    Example(url="/v1/traces", body={"resourceSpans": [{"scopeSpans": [{"spans": [_SPAN]}]}]}),
    Example(url="/otel/v1/traces", body={"resourceSpans": [{"scopeSpans": [{"spans": [_SPAN]}]}]}),
    Example(url="/v1/logs", body={"resourceLogs": [{"scopeLogs": [{"logRecords": [_LOG]}]}]}),
    Example(url="/otel/v1/logs", body={"resourceLogs": [{"scopeLogs": [{"logRecords": [_LOG]}]}]}),
)
"""The paths of OTLP, which other specifications describe; as JSON here, and as protobuf from most exporters."""


def page(openapi: Mapping[str, Any]) -> str:
    """Return the text of the page, with the list made anew from an OpenAPI description.

    Raises:
        KeyError: an operation has no example.
    """
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n\n{_listed(openapi)}\n{END}{after}"


def _listed(openapi: Mapping[str, Any]) -> str:
    summaries = {
        f"{method.upper()} {path}": (operation["tags"][0], operation["summary"])
        for path, operations in openapi["paths"].items()
        for method, operation in operations.items()
    }
    unknown = EXAMPLES.keys() - summaries.keys()
    if unknown:
        raise KeyError(f"no such operations: {sorted(unknown)}")
    if missing := summaries.keys() - EXAMPLES.keys():
        raise KeyError(f"operations without an example: {sorted(missing)}")
    sections: dict[str, list[str]] = {"OTLP": [line(each, "POST", "") for each in OTLP]}
    for name, example in EXAMPLES.items():
        tag, summary = summaries[name]
        sections.setdefault(tag, []).append(line(example, name.partition(" ")[0], summary))
    return "\n".join(f"### `{tag}`\n\n```sh\n{chr(10).join(lines)}\n```\n" for tag, lines in sections.items())


def line(example: Example, method: str, summary: str) -> str:
    """Return the line of one operation: a call, and what it is."""
    parts = ["curl"]
    usual = "GET" if example.body is None else "POST"
    if method != usual:
        parts.append(f"-X {method}")
    parts.append(f'"{example.url}"' if example.url.startswith("$") else f'"$API{example.url}"')
    if example in OTLP:
        parts.append("-H 'content-type: application/json'")
    if example.body is not None:
        text = example.body if isinstance(example.body, str) else json.dumps(example.body)
        parts.append("-d '{}'".format(re.sub(r"\$\w+", r"'\g<0>'", text)))
    if example.saves:
        parts.append(f"--output {example.saves}")
    told = f"  # {summary}" if summary else ""
    for variable, field in (example.keeps or {}).items():
        told += f"; ${variable} is its {field}"
    return " ".join(parts) + told


def described() -> Mapping[str, Any]:
    """Return the OpenAPI description of the code."""
    with TemporaryDirectory() as folder:
        asking = Asking(Path(folder))
        try:
            nothing = cast("Any", None)  # no operation runs
            probes = Probes(Health())
            more = [
                *explain_operations(asking.store, nothing, nothing, caught_up_at_once, nothing),
                *receipt_operations(nothing, caught_up_at_once),
                *delivery_operations(nothing, nothing),
                *retention_operations(nothing),
                *quota_operations(nothing),
                *backup_operations(nothing),
                *online_score_operations(nothing, nothing),
                *function_operations(FunctionsEndpoint(nothing, nothing, nothing)),
                *probe_operations(probes.live, probes.ready),
                *metrics_operations(nothing),
            ]
            app = client_of(asking, more=more)
            return cast("Mapping[str, Any]", app.get("/openapi.json").json())
        finally:
            asking.close()


if __name__ == "__main__":
    PAGE.write_text(page(described()), encoding="utf-8")
