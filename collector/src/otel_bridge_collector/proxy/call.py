"""One call of the proxy, as its headers and its body say it. Pure.

Source: features.md S42; Braintrust documentation, "AI proxy", and `proxy.ts` of braintrustdata/braintrust-proxy (spec/evaluate.md section 7).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from otel_bridge.contract.parent import Parent, parse_parent
from otel_bridge.contract.row import Json
from otel_bridge_collector.decode.header import as_utf8
from otel_bridge_collector.providers.client import Operation

CacheMode: TypeAlias = Literal["auto", "always", "never"]

_MODES: Final[Mapping[str, CacheMode]] = {"auto": "auto", "always": "always", "never": "never"}
MAX_TTL_S: Final = 7 * 86_400
_DIGITS: Final = 18
_ALWAYS_THE_SAME: Final = ("embeddings", "moderations")
"""What the cache takes in the mode `auto`, whatever the request says."""

_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


class CallError(ValueError):
    """A header says what cannot be done; the message says what can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caching:
    """What a caller says of the cache.

    Attributes:
        mode: which calls are looked up and kept.
        ttl_s: how long an answer may be kept.
        max_age_s: the oldest answer that will do; 0 for none.
        is_kept: whether the answer may be kept.
    """

    mode: CacheMode = "auto"
    ttl_s: int = MAX_TTL_S
    max_age_s: float = MAX_TTL_S
    is_kept: bool = True

    def reads(self, operation: Operation, asked: Mapping[str, Json]) -> bool:
        """Tell whether a call may be answered out of the cache."""
        return self.max_age_s > 0 and self._takes(operation, asked)

    def writes(self, operation: Operation, asked: Mapping[str, Json]) -> bool:
        """Tell whether the answer of a call may go into the cache."""
        return self.is_kept and self._takes(operation, asked)

    def _takes(self, operation: Operation, asked: Mapping[str, Json]) -> bool:
        if self.mode != "auto":
            return self.mode == "always"
        is_repeatable = asked.get("temperature") == 0 or asked.get("seed") is not None
        return operation in _ALWAYS_THE_SAME or is_repeatable


@dataclass(frozen=True, slots=True, kw_only=True)
class Parenthood:
    """Where the row of a call goes.

    Attributes:
        parent: the object, and maybe the span.
        trace_id: of `traceparent`, where no slug says the span; empty for none.
        span_id: likewise.
    """

    parent: Parent
    trace_id: str = ""
    span_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a caller wants.

    Attributes:
        operation: of OpenAI's API.
        asked: the body.
        text: the body as it came.
        token: what the caller showed as its key; empty for none.
        caching: what it says of the cache.
        provider: the name of the provider that it wants; None for whichever serves the model.
        logged: where its row goes; None for no row.
    """

    operation: Operation
    asked: Mapping[str, Json]
    text: bytes
    token: str
    caching: Caching
    provider: str | None
    logged: Parenthood | None

    @property
    def is_streamed(self) -> bool:
        """Whether the answer is wanted piece by piece."""
        return bool(self.asked.get("stream"))


def read_call(
    operation: Operation, asked: Mapping[str, Json], text: bytes, headers: Mapping[str, str]
) -> Call:
    """Return the call of a request.

    Args:
        operation: of OpenAI's API.
        asked: the body.
        text: the body as it came.
        headers: with small letters.

    Raises:
        CallError: a header says what cannot be done.
        ParentError: `x-bt-parent` names no object.
    """
    return Call(
        operation=operation,
        asked=asked,
        text=text,
        token=bearer(headers.get("authorization", "")),
        caching=_caching(headers),
        provider=headers.get("x-bt-endpoint-name", "").strip() or None,
        logged=_parenthood(headers),
    )


def bearer(authorization: str) -> str:
    """Return the key in a header; empty where there is none."""
    scheme, _, key = authorization.strip().partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _caching(headers: Mapping[str, str]) -> Caching:
    said = headers.get("x-bt-use-cache", "").strip().lower() or "auto"
    mode = _MODES.get(said)
    if mode is None:
        raise CallError(f"x-bt-use-cache is {said!r}: expected auto, always or never")
    ttl = headers.get("x-bt-cache-ttl", "").strip() or str(MAX_TTL_S)
    if not (ttl.isascii() and ttl.isdecimal()):
        raise CallError(f"x-bt-cache-ttl is {ttl!r}: expected whole seconds, from 1 to {MAX_TTL_S}")
    directives = [each.strip().lower() for each in headers.get("cache-control", "").split(",")]
    ages = [each.partition("=")[2].strip('"') for each in directives if each.startswith("max-age=")]
    max_age_s = min([MAX_TTL_S, *(_seconds(age) for age in ages if age.isascii() and age.isdecimal())])
    return Caching(
        mode=mode,
        ttl_s=max(_seconds(ttl), 1),
        max_age_s=0 if "no-cache" in directives else max_age_s,
        is_kept="no-store" not in directives,
    )


def _seconds(digits: str) -> int:
    """Return seconds, the most that there may be for more; Python reads no number of very many digits."""
    return min(int(digits), MAX_TTL_S) if len(digits) <= _DIGITS else MAX_TTL_S


def _parenthood(headers: Mapping[str, str]) -> Parenthood | None:
    text = as_utf8(headers.get("x-bt-parent", "")).strip()
    if not text:
        return None
    parent = parse_parent(text)
    traced = _TRACEPARENT.match(headers.get("traceparent", "").strip().lower())
    if traced is None or parent.span:
        return Parenthood(parent=parent)
    return Parenthood(parent=parent, trace_id=traced[1], span_id=traced[2])
