"""Feedback tokens: what one lets its bearer say of one row, as a text that nobody else can make. Pure.

Whoever has one may say each thing that it allows once: feedback that comes again is the same feedback.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import orjson

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.signature import read_signed, sign

RowsOf: TypeAlias = Literal["project_logs", "experiment", "dataset"]

FIELDS: Final = ("expected", "tags", "comment")
"""What a token may allow beside scores."""

_OPERATION: Final = "feedback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a token lets its bearer do.

    Attributes:
        place: the ids of the row's object, as rows have them.
        project_id: the object's project.
        row_id: the id of the row, or of its span or trace.
        rating_id: names the token; each thing that is said with it has its id from it.
        scores: names of the scores that may be given.
        fields: those of `FIELDS` that may be given.
        metadata: what the audit log says besides, for example who was asked.
    """

    place: Mapping[str, str]
    project_id: str
    row_id: str
    rating_id: str
    scores: frozenset[str]
    fields: frozenset[str]
    metadata: Json = None


def token_of(grant: Grant, secret: bytes, *, expires_s: float) -> str:
    """Return a token that is good until `expires_s`, Unix seconds."""
    claims = {
        "place": dict(grant.place),
        "project": grant.project_id,
        "row": grant.row_id,
        "rating": grant.rating_id,
        "scores": sorted(grant.scores),
        "fields": sorted(grant.fields),
        "metadata": grant.metadata,
    }
    signed = {"operation": _OPERATION, "grant": orjson.dumps(claims).decode()}
    return sign(signed, secret, expires_s=expires_s)


def read_token(token: str, secrets: Iterable[bytes], *, now_s: float) -> Grant | None:
    """Return what a token grants; None when it was signed with none of `secrets`, or has expired."""
    read = (read_signed(token, secret, now_s=now_s) for secret in secrets)
    signed = next((each for each in read if each is not None), None)
    if signed is None or signed.get("operation") != _OPERATION:
        return None
    claims = orjson.loads(signed["grant"])
    return Grant(
        place=claims["place"],
        project_id=claims["project"],
        row_id=claims["row"],
        rating_id=claims["rating"],
        scores=frozenset(claims["scores"]),
        fields=frozenset(claims["fields"]),
        metadata=claims["metadata"],
    )
