"""Every page that there is, by name, over what `page_data` feeds in."""

from urllib.parse import quote, urlencode

from tests.support.page_data import PROJECT, Seen


def page_paths(seen: Seen) -> dict[str, str]:
    """Name -> path with its query."""
    project = f"/app/local/p/{PROJECT}"
    return {
        "login": "/ui/login",
        "projects": "/app",
        "logs": f"{project}/logs",
        "logs-of-spans": f"{project}/logs?rows=spans&since=",
        "logs-with-fault": f"{project}/logs?filter={quote('scores.Factuality >> 1')}",
        "logs-without-rows": f"{project}/logs?filter={quote('id = ' + repr('none'))}",
        "logs-with-columns": f"{project}/logs?columns={quote('name, metadata.user_id, scores.Factuality, cost, error')}",
        "logs-with-wrong-columns": f"{project}/logs?columns=metadatas.x",
        "logs-by-tag": f"{project}/logs?by=tags",
        "logs-with-slips": f"{project}/logs?row=spans&from=yesterdayy",
        "monitor": f"{project}/monitor",
        "monitor-by-model": f"{project}/monitor?by=metadata.model&since=30d",
        "monitor-zoomed": f"{project}/monitor?from=2026-01-01T00:00&until=2099-01-01T00:00",
        "dashboards": f"{project}/dashboards",
        "dashboard": f"{project}/dashboards/Costs",
        "new-dashboard": f"{project}/dashboard",
        "edited-dashboard": f"{project}/dashboard?dashboard=Costs",
        "review": f"{project}/review",
        "trace": row_path("project_logs", seen.project_id, "answer"),
        "trace-with-everything": row_path("project_logs", seen.talk_id, "talk"),
        "trace-as-conversation": row_path("project_logs", seen.talk_id, "talk") + "&view=conversation",
        "row-with-tools-and-picture": row_path("project_logs", seen.talk_id, "talk-2"),
        "compared": compare_path("project_logs", seen.talk_id, "talk", "talk-again"),
        "row-of-conversation": row_path("project_logs", seen.project_id, "answer-chat example-model"),
        "row-with-error": row_path("project_logs", seen.project_id, "broken"),
        "row-with-hostile-text": row_path("project_logs", seen.project_id, "named"),
        "row-of-experiment": row_path("experiment", seen.experiment_id, "case-1-1"),
        "experiments": f"{project}/experiments",
        "experiment": f"{project}/experiments/second",
        "comparison": f"{project}/comparison?experiment=first&experiment=second",
        "comparison-what-differs": f"{project}/comparison?experiment=first&experiment=second&diff=on&show=improved",
        "datasets": f"{project}/datasets",
        "dataset": f"{project}/datasets/questions",
        "prompts": f"{project}/prompts",
        "prompt": f"{project}/prompts/parcels",
        "playground": f"{project}/playground",
        "playground-with-prompt": f"{project}/playground?prompt=parcels",
        "new-prompt": f"{project}/prompt",
        "edited-prompt": f"{project}/prompt?prompt=parcels",
        "new-record": f"{project}/record?dataset={seen.dataset_id}",
        "edited-record": f"{project}/record?dataset={seen.dataset_id}&id=q1",
        "versions": f"{project}/versions?dataset={seen.dataset_id}&before=0",
        "record": row_path("dataset", seen.dataset_id, "q1"),
        "no-such-page": "/app/nothing/here",
        "not-there": f"{project}/experiments/none",
    }


def row_path(kind: str, object_id: str, row_id: str) -> str:
    """The page of a row."""
    return "/app/local/object?" + urlencode({"object_type": kind, "object_id": object_id, "id": row_id})


def compare_path(kind: str, object_id: str, left: str, right: str) -> str:
    """The page of two traces of one object."""
    asked = {"object_type": kind, "object_id": object_id, "id": left, "with": right}
    return "/app/local/compare?" + urlencode(asked)
