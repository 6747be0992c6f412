"""Feedback from browsers: tokens for it, and what comes with one.

A token is made with a key, for one row; who has it can say of this row what it allows, and nothing else. So it may stand in a
web page, where a key may not.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Final, cast

from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.access import Access, Scope, asking
from otel_bridge_collector.api.body import json_response
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.feedback_rows import feedback_rows
from otel_bridge_collector.api.feedback_token import FIELDS, Grant, RowsOf, read_token, token_of
from otel_bridge_collector.api.place import Placed, place_of
from otel_bridge_collector.api.writing import RowWriter, read_json
from otel_bridge_collector.store.feedback_secrets import FeedbackSecrets
from otel_bridge_collector.store.objects import Objects

LIFETIME_S: Final = 7 * 86_400.0
"""How long a token is good unless it is said; no longer than `MAX_LIFETIME_S`."""

MAX_LIFETIME_S: Final = 366 * 86_400.0
MAX_BODY_BYTES: Final = 64 << 10
_MAX_SCORES: Final = 100
_RATING_BYTES: Final = 12


class FeedbackEndpoint:
    """Makes tokens, and takes feedback with them."""

    def __init__(
        self,
        objects: Objects,
        writer: RowWriter,
        signing: FeedbackSecrets,
        *,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._objects = objects
        self._writer = writer
        self._signing = signing
        self._now_s = now_s

    def create(self, kind: RowsOf) -> "TokenEndpoint":
        """Return the endpoint that makes tokens for rows of one kind of object."""
        return TokenEndpoint(kind, self._objects, self._signing, self._now_s)

    async def post(self, request: Request) -> Response:
        """Keep what a browser says of the row of its token.

        It needs no key. Each score and field is taken once with one token; what comes again changes nothing.
        """
        given = await read_json(request, max_bytes=MAX_BODY_BYTES)
        grant = read_token(_text(given, "token"), self._signing.accepted(), now_s=self._now_s())
        if grant is None:
            raise RequestError("this token is not valid, or has expired", code="forbidden", status=403)
        said = {name: value for name, value in given.items() if name != "token" and value is not None}
        _check_said(said, grant)
        rows = [row for part in _parts(said) for row in _rows(part, grant)]
        if not rows:
            raise RequestError("this says nothing, expected scores or a field", code="badRow")
        only_here = Access(
            name=f"feedback/{grant.project_id}",
            scopes=frozenset({Scope.INGEST}),
            projects=frozenset({grant.project_id}),
        )
        with asking(only_here):
            await self._writer.write(rows)
        return json_response({"status": "success"})


class TokenEndpoint:
    """Makes feedback tokens for rows of objects of one kind."""

    def __init__(
        self, kind: RowsOf, objects: Objects, signing: FeedbackSecrets, now_s: Callable[[], float]
    ) -> None:
        self._kind: RowsOf = kind
        self._objects = objects
        self._signing = signing
        self._now_s = now_s

    async def post(self, request: Request) -> Response:
        """Return a token with which a browser can give feedback on one row.

        `id` is that of the row, of its span or its trace; the row may come later. `scores` names the scores that may be given, `fields`
        what else: expected, tags, comment. `metadata` stands in the audit log of what is said.
        """
        given = await read_json(request, max_bytes=MAX_BODY_BYTES)
        placed = place_of(self._objects, self._kind, request.path_params["object_id"])
        lifetime_s = _lifetime_s(given)
        expires_s = self._now_s() + lifetime_s
        token = token_of(grant_of(placed, given), self._signing.signing(), expires_s=expires_s)
        return json_response({"token": token, "expires_in_s": lifetime_s})


def grant_of(placed: Placed, given: Mapping[str, Json]) -> Grant:
    """Return what a request for a token asks for.

    Raises:
        RequestError: it names no row, or allows nothing or something that there is not.
    """
    scores, fields = _names(given, "scores"), _names(given, "fields")
    if unknown := fields.difference(FIELDS):
        raise RequestError(f'"fields" has {min(unknown)!r}, expected {", ".join(FIELDS)}', code="invalidJson")
    if not scores and not fields:
        raise RequestError('name what may be said, in "scores" and "fields"', code="invalidJson")
    return Grant(
        place=placed.ids,
        project_id=placed.project_id,
        row_id=_text(given, "id"),
        rating_id=secrets.token_urlsafe(_RATING_BYTES),
        scores=scores,
        fields=fields,
        metadata=given.get("metadata"),
    )


def _parts(said: Mapping[str, Json]) -> list[tuple[str, Mapping[str, Json]]]:
    """Return each thing that is said alone, with its name."""
    scores = cast("Mapping[str, Json]", said.get("scores") or {})
    return [
        *((f"scores.{name}", {"scores": {name: score}}) for name, score in scores.items()),
        *((name, {name: said[name]}) for name in FIELDS if name in said),
    ]


def _rows(part: tuple[str, Mapping[str, Json]], grant: Grant) -> list[Json]:
    name, said = part
    told = {**said, "id": grant.row_id, "source": "external", "metadata": grant.metadata}
    return feedback_rows(0, told, grant.place, said_id=f"{grant.rating_id}:{name}")


def _check_said(said: Mapping[str, Json], grant: Grant) -> None:
    scores = said.get("scores", {})
    if not isinstance(scores, Mapping):
        raise RequestError('"scores" is no object of names and numbers', code="badRow")
    if "comment" in said and not isinstance(said["comment"], str):
        raise RequestError('"comment" is no text', code="badRow")
    beyond = [*(set(said) - {"scores"} - grant.fields), *(set(scores) - grant.scores)]
    if beyond:
        allowed = ", ".join(sorted(grant.scores | grant.fields))
        raise RequestError(f"this token is for {allowed} only", code="forbidden", status=403)
    for score in scores.values():
        if not isinstance(score, int | float) or isinstance(score, bool) or not 0 <= score <= 1:
            raise RequestError("a score is a number from 0 to 1", code="badRow")


def _names(given: Mapping[str, Json], name: str) -> frozenset[str]:
    value = given.get(name)
    if value is None:
        return frozenset()
    names = [each for each in value if isinstance(each, str)] if isinstance(value, list) else None
    if names is None or len(names) > _MAX_SCORES or len(names) != len(cast("list[Json]", value)):
        raise RequestError(f'"{name}" is no list of at most {_MAX_SCORES} names', code="invalidJson")
    return frozenset(names)


def _lifetime_s(given: Mapping[str, Json]) -> float:
    value = given.get("expires_in_s")
    if value is None:
        return LIFETIME_S
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= MAX_LIFETIME_S:
        raise RequestError(
            f'"expires_in_s" is no number of seconds up to {MAX_LIFETIME_S:.0f}', code="invalidJson"
        )
    return float(value)


def _text(given: Mapping[str, Json], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise RequestError(f'the body has no "{name}"', code="invalidJson")
    return value
