"""Bodies of the API: rows at `/logs3` and the REST inserts, feedback, objects, attachments; as JSON that is almost right."""

from random import Random
from typing import Any, Final

import httpx

from tests.fuzz.bytes import dumped, mutated_bytes, mutated_json
from tests.fuzz.http import exchange, request
from tests.fuzz.running import RunningTarget
from tests.fuzz.target import Input

_ROW: Final[dict[str, Any]] = {
    "id": "r1", "project_id": "PROJECT", "log_id": "g", "input": {"a": [1, "x"]}, "output": "out", "expected": None, "error": None, "tags": ["t"],
    "scores": {"s": 0.5}, "metrics": {"start": 1.5, "end": 2.5, "tokens": 3, "prompt_tokens": 1}, "metadata": {"model": "m", "b": {"c": 1}},
    "span_id": "s1", "root_span_id": "s1", "span_parents": [], "span_attributes": {"name": "n", "type": "llm"}, "created": "2026-01-01T00:00:00Z",
    "_is_merge": True, "_merge_paths": [["metadata", "b"]], "_object_delete": False, "_parent_id": "r0", "_xact_id": "1", "context": {"caller_line": 1},
    "origin": {"object_type": "dataset", "object_id": "d", "id": "i"}, "comment": {"text": "hi"}, "_audit_source": "app", "_array_concat": [["tags"]],
}  # fmt: skip
_BODIES: Final[dict[str, Any]] = {
    "/logs3": {"rows": [_ROW, {**_ROW, "_is_merge": False}], "api_version": 2},
    "/v1/project_logs/PROJECT/insert": {"events": [{key: value for key, value in _ROW.items() if key not in ("project_id", "log_id")}]},
    "/v1/project_logs/PROJECT/feedback": {"feedback": [{"id": "r1", "scores": {"a": 1}, "comment": "c", "expected": 1, "metadata": {}, "tags": ["x"], "source": "app"}]},
    "/v1/project_logs/PROJECT/fetch": {"limit": 3, "cursor": "x", "filters": [], "version": "1", "max_xact_id": "5", "max_root_span_id": "a"},
    "/v1/project": {"name": "p", "org_name": "o"},
    "/v1/experiment": {"project_id": "PROJECT", "name": "e", "repo_info": {"commit": "c", "dirty": True}, "metadata": {"a": 1}, "public": False, "tags": ["a"]},
    "/v1/dataset": {"project_id": "PROJECT", "name": "d", "description": "x", "metadata": {}},
    "/v1/prompt": {"project_id": "PROJECT", "name": "p", "slug": "p", "prompt_data": {"prompt": {"type": "chat", "messages": [{"role": "user", "content": "x"}]}}, "tags": []},
    "/v1/function": {"project_id": "PROJECT", "name": "f", "slug": "f", "function_data": {"type": "code", "data": {"type": "inline", "code": "x"}}},
    "/v1/project_score": {"project_id": "PROJECT", "name": "s", "score_type": "slider", "categories": [{"name": "a", "value": 1}], "config": {"multi_select": True}},
    "/api/experiment/register": {"project_name": "p", "experiment_name": "e", "update": True, "base_experiment": "b", "ancestor_commits": ["a"], "repo_info": {}},
    "/api/project/register": {"project_name": "p", "org_id": "o"},
    "/api/dataset/register": {"project_name": "p", "dataset_name": "d"},
    "/attachment": {"key": "k", "filename": "f", "content_type": "text/plain", "org_id": "o"},
    "/attachment/status": {"key": "k", "org_id": "o", "status": {"upload_status": "done", "error_message": "x"}},
    "/insert-functions": {"functions": [{"project_id": "PROJECT", "name": "f", "slug": "f", "function_data": {"type": "prompt"}, "if_exists": "replace"}]},
    "/v1/delivery/replay": {"sink": "store", "since": "7d", "dead_letters": True},
}  # fmt: skip
_TYPES: Final = (
    "application/json",
    "application/json; charset=utf-8",
    "text/plain",
    "",
    "application/x-www-form-urlencoded",
)


class RowsTarget(RunningTarget):
    """Bodies by path."""

    name = "rows"

    def prepare(self) -> None:
        """See `RunningTarget`."""
        self._project = httpx.post(
            f"{self.sidecar.api}/v1/project", json={"name": "fuzz"}, timeout=60
        ).json()["id"]

    def close(self) -> None:
        """See `Target`."""
        answer = httpx.get(f"{self.sidecar.api}/livez", timeout=30)
        assert answer.status_code == 200, answer.text
        super().close()

    def make(self, chance: Random) -> Input:
        """See `Target`."""
        path = "/logs3" if chance.random() < 0.3 else chance.choice(list(_BODIES))
        body = dumped(mutated_json(_BODIES[path], chance, changes=4))
        if chance.random() < 0.15:
            body = mutated_bytes(body, chance)
        return Input(f"POST {path} {chance.choice(_TYPES) if chance.random() < 0.1 else _TYPES[0]}", body)

    def check(self, given: Input) -> None:
        """See `Target`."""
        method, path, media = given.kind.split(" ", 2)
        body = given.body.replace(b"PROJECT", self._project.encode())
        headers = [
            ("host", "localhost"),
            ("connection", "close"),
            ("content-length", str(len(body))),
            ("content-type", media),
        ]
        sent = request(method, path.replace("PROJECT", self._project), headers, body)
        status = exchange(self.sidecar.api.removeprefix("http://"), sent)
        if status >= 500 or not status:
            raise AssertionError(f"{path} answered {status}: {self._last_lines()}")

    def _last_lines(self) -> str:
        return self.sidecar.log.read_text(errors="replace")[-600:]
