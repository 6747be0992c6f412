"""Online scoring: what a rule may be, what it would say of past logs (`test`), and a back-fill.

Source of the rules: Braintrust's `project_score` with `score_type` "online" (spec/evaluate.md section 6); the two endpoints are ours.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import read_object
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.operation import Operation, Tag
from otel_bridge_collector.api.schemas import COUNT, OBJECT, TEXT, list_of, of
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.condition import check_condition
from otel_bridge_collector.scoring.executor import Verdict
from otel_bridge_collector.scoring.online import Tried
from otel_bridge_collector.scoring.rule import Rule, RuleError, check_rule, is_online, rule_of
from otel_bridge_collector.store.objects import Objects

MAX_TRIED: Final = 50
"""Rows that one test looks at, as at Braintrust."""


def online_fault(fields: Mapping[str, Json]) -> str:
    """Say what is wrong with the fields of a `project_score`; empty when it is no rule of online scoring, or a good one."""
    if not is_online(fields):
        return ""
    try:
        condition = check_rule(fields)
        if condition:
            check_condition(condition)
    except RuleError as error:
        return str(error)
    except QueryError as error:
        return f"config.online.btql_filter: {error}"
    return ""


class Scoring(Protocol):
    """Online scoring; `scoring.online.OnlineScoring` does."""

    async def attempt(self, rule: Rule, limit: int) -> Sequence[Tried]:
        """Return what a rule would say of the newest rows."""
        ...

    async def back_fill(self, rule: Rule, since_s: float) -> None:
        """Let past rows be scored."""
        ...


def online_score_operations(scoring: Scoring, objects: Objects) -> list[Operation]:
    """Return what this module answers, for `routes.build_routes`."""
    endpoint = OnlineScoresEndpoint(scoring, objects)
    tag = Tag("project_score")
    path = "/v1/project_score/{object_id}"
    return [
        tag.post(
            f"{path}/test",
            endpoint.test,
            body=of({}, {"limit": COUNT}),
            answer=of({"rows": list_of(OBJECT)}),
        ),
        tag.post(
            f"{path}/backfill", endpoint.back_fill, body=of({"since": TEXT}), answer=of({"since": TEXT})
        ),
    ]


class OnlineScoresEndpoint:
    """Answers for the rules of online scoring."""

    def __init__(self, scoring: Scoring, objects: Objects, *, now_s: Callable[[], float] = time.time) -> None:
        self._scoring, self._objects, self._now_s = scoring, objects, now_s

    async def test(self, request: Request) -> Response:
        """Return what a rule, also a paused one, would say of the newest rows that it takes; nothing of it is kept."""
        limit = (await read_object(request)).get("limit", MAX_TRIED)
        if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MAX_TRIED:
            raise RequestError(f'"limit" is no number from 1 to {MAX_TRIED}', code="invalidJson")
        tried = await self._scoring.attempt(await self._rule(request), limit)
        rows: list[Json] = [
            {"id": each.row["id"], "scores": {name: _told(said) for name, said in each.verdicts.items()}}
            for each in tried
        ]
        return JSONResponse({"rows": rows})

    async def back_fill(self, request: Request) -> Response:
        """Let an active rule score what was written since a time, as far as it is not scored yet or failed, within its daily budget."""
        given = (await read_object(request)).get("since")
        try:
            since = datetime.fromisoformat(str(given))
        except ValueError as error:
            message = f'"since" is no time: {given!r}; write it like 2026-01-31T10:30:00Z'
            raise RequestError(message, code="badTimestamp") from error
        since = since if since.tzinfo else since.replace(tzinfo=UTC)
        if since.timestamp() > self._now_s():
            raise RequestError(f'"since" is in the future: {given!r}', code="badTimestamp")
        rule = await self._rule(request)
        if not rule.is_active:
            raise RequestError(
                f"the project_score {rule.id} is paused: it scores nothing",
                code="invalidJson",
                hint='set config.online.status to "active" first',
            )
        await self._scoring.back_fill(rule, max(0.0, since.timestamp()))
        return JSONResponse({"since": since.isoformat()})

    async def _rule(self, request: Request) -> Rule:
        object_id = str(request.path_params["object_id"])
        found = await anyio.to_thread.run_sync(self._objects.in_projects.get, object_id)
        if found is None or found.kind != "project_score":
            raise RequestError(f"there is no project_score {object_id}", code="notFound", status=404)
        if not is_online(found.data):
            raise RequestError(
                f"the project_score {object_id} is no rule of online scoring", code="invalidJson"
            )
        try:
            return rule_of(found)
        except RuleError as error:
            raise RequestError(str(error), code="invalidJson") from error


def _told(said: Verdict) -> dict[str, Json]:
    return {"error": said.error} if said.error else {"score": said.score, "metadata": said.metadata}
