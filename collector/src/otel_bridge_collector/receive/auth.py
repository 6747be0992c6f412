"""Who is asking: the key in a header or in metadata, checked. What a key is good for, its scopes and projects say.

| keys | a caller without a key | with a key that is not valid |
| --- | --- | --- |
| none was ever made, none is required | may do everything | may do everything: any key does |
| otherwise | 401 | 401; many of them from one address, 429 |
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from otel_bridge_collector.access import OWNER, Access
from otel_bridge_collector.errors import OverloadedError, UnauthenticatedError
from otel_bridge_collector.store.keys import KeyRing
from otel_bridge_collector.telemetry import RareLog

logger = logging.getLogger(__name__)

MAX_FAILURES: Final = 20
"""Wrong keys that one address may show in `FAILURE_WINDOW_S`."""

FAILURE_WINDOW_S: Final = 60.0

_MAX_ADDRESSES: Final = 10_000
_SCHEME: Final = "bearer"
_HOW_TO: Final = (
    "send the header 'Authorization: Bearer KEY' (BRAINTRUST_API_KEY or OTEL_BRIDGE_API_KEY for our own and"
    " Braintrust's SDKs, OTEL_EXPORTER_OTLP_HEADERS='authorization=Bearer%20KEY' for others); make a key with:"
    " otel-bridge-collector keys create"
)


class Authenticator:
    """Tells what the bearer of a key may do; for one event loop."""

    def __init__(
        self, keys: KeyRing, *, is_required: bool, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        """Check keys.

        Args:
            keys: those that there are.
            is_required: a key is needed even while there is none.
            now_s: seconds of a clock that never goes back.
        """
        self._keys = keys
        self._is_required = is_required
        self._failures = _Failures(now_s)
        self._refusals = RareLog(logger)

    def access_of(self, authorization: str | None, *, address: str) -> Access:
        """Return what a caller may do.

        Args:
            authorization: the header or metadata of this name; None where there is none.
            address: where the caller is, without its port.

        Raises:
            UnauthenticatedError: it has no key, or one that is not valid.
            OverloadedError: it has no valid key, and too many came from there that had none.
        """
        if access := self.known(authorization):
            return access
        if _bearer(authorization) is None:
            raise UnauthenticatedError(f"a key is needed here: {_HOW_TO}")
        # A valid key passes in any case, so that nobody can lock out another behind the same address.
        self._failures.count(address)
        self._refusals.warning("a key that is unknown, expired or revoked was shown from %s", address)
        raise UnauthenticatedError(f"this key is unknown, expired or revoked: {_HOW_TO}")

    def known(self, authorization: str | None) -> Access | None:
        """Return what a caller may do; None for one that `access_of` refuses, which is not counted here."""
        if not self._is_required and self._keys.is_empty():
            return OWNER
        text = _bearer(authorization)
        key = self._keys.find(text) if text else None
        return key.access() if key else None


class _Failures:
    """How often each address failed of late; it remembers the addresses that failed last."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._since: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def count(self, address: str) -> None:
        """Count one more failure of an address.

        Raises:
            OverloadedError: it has had too many.
        """
        now_s = self._now_s()
        start_s, failures = self._since.pop(address, (now_s, 0))
        if now_s - start_s >= FAILURE_WINDOW_S:
            start_s, failures = now_s, 0
        self._since[address] = (start_s, failures + 1)
        if len(self._since) > _MAX_ADDRESSES:
            self._since.popitem(last=False)
        if failures >= MAX_FAILURES:
            raise OverloadedError(
                f"more than {MAX_FAILURES} wrong keys came from {address} within {FAILURE_WINDOW_S:.0f} s",
                retry_after_s=max(1, round(start_s + FAILURE_WINDOW_S - now_s)),
                is_own=True,
            )


def _bearer(authorization: str | None) -> str | None:
    """Return the key in a header; SDKs write the scheme in any case, and may leave a line end behind the key."""
    scheme, _, key = (authorization or "").strip().partition(" ")
    return key.strip() or None if scheme.lower() == _SCHEME else None
