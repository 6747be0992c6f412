"""What each caller may still send: asked before a request is read, and charged once it was. It reads no request."""

import logging
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, TypeAlias

from otel_bridge_collector.access import Access
from otel_bridge_collector.config.quota import Quotas as QuotasConfig
from otel_bridge_collector.config.quota import Rates
from otel_bridge_collector.errors import QuotaError
from otel_bridge_collector.quota.bucket import Bucket
from otel_bridge_collector.quota.tenant import Names, Tenants
from otel_bridge_collector.telemetry import RareLog

logger = logging.getLogger(__name__)

MAX_ACCOUNTS: Final = 10_000
"""Tenants that are remembered; who has been silent for longest is forgotten first, and begins anew."""

DEFAULT_BURST_S: Final = 10.0

_Account: TypeAlias = Mapping[str, Bucket]
"""Unit -> what is left of it; only units that have a rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How far one quota of somebody is used up.

    Attributes:
        who: as people read it: a key with its name and id, a project, or all others.
        unit: `bytes` or `spans`, with log records and rows.
        per_second: the quota.
        used: what was counted since the start, or since the quotas changed.
        left: what may come at once; below 0, what is owed.
        refused: requests that were refused since then.
    """

    who: str
    unit: str
    per_second: float
    used: int
    left: int
    refused: int


class Quotas:
    """What each caller may still send; for one event loop.

    Attributes:
        is_on: whether there is any quota.
    """

    def __init__(
        self,
        config: QuotasConfig,
        names: Names,
        access: Callable[[], Access],
        *,
        default_parent: str,
        free: AbstractSet[str] = frozenset(),
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Let everyone begin with a full quota.

        Args:
            config: what each may send.
            names: of keys and projects.
            access: who sends the running request.
            default_parent: where a request goes that names no object.
            free: projects of the sidecar itself: a caller that reaches nothing else has no quota.
            now_s: seconds of a clock that never goes back.
        """
        self._free = free
        self._names = names
        self._access = access
        self._default_parent = default_parent
        self._now_s = now_s
        self._refusals = RareLog(logger)
        self._begin(config)

    def reload(self, config: QuotasConfig) -> None:
        """Go by another configuration; everyone begins anew if it differs."""
        if config != self._config:
            self._begin(config)

    def check(self, parent: str | None) -> None:
        """See that something is left for the caller, before its request is read.

        Args:
            parent: what the request says, as it came; None where it names none.

        Raises:
            QuotaError: nothing is.
        """
        if self._applies():
            self._check(self._account(parent))

    def check_known(self) -> None:
        """Do as `check` for a caller whose key says whom it counts for; others pass.

        Raises:
            QuotaError: nothing is left.
        """
        if self._applies() and (tenant := self._tenants.of_caller(self._access())) is not None:
            self._check(self._account_of(tenant))

    def take(self, parent: str | None, *, size_bytes: int, spans: int) -> None:
        """Count a request that was read; one that is refused does not count.

        Args:
            parent: where it goes by itself; None where it names no object.
            size_bytes: its body, decompressed.
            spans: spans, log records or rows.

        Raises:
            QuotaError: nothing is left.
        """
        if self._applies():
            account = self._account(parent)
            self._check(account)
            self._charge(account, {"bytes": size_bytes, "spans": spans})

    def take_unread(self, parent: str | None, *, size_bytes: int) -> None:
        """Count a request in which nothing could be read."""
        if self._applies():
            self._charge(self._account(parent), {"bytes": size_bytes})

    def usages(self) -> Sequence[Usage]:
        """Return how far the quotas are used up of those who have sent anything, as far as they are remembered: the most refused first."""
        now_s = self._now_s()
        found = [
            Usage(
                who=self._tenants.called(tenant),
                unit=unit,
                per_second=bucket.rate_per_s,
                used=round(bucket.taken),
                left=math.floor(bucket.left(now_s)),
                refused=bucket.refusals,
            )
            for tenant, account in self._accounts.items()
            for unit, bucket in account.items()
        ]
        return sorted(found, key=lambda each: (-each.refused, each.who, each.unit))

    def _applies(self) -> bool:
        return self.is_on and not self._is_own(self._access())

    def _is_own(self, caller: Access) -> bool:
        return caller.projects is not None and caller.projects <= self._free

    def _begin(self, config: QuotasConfig) -> None:
        self._config = config
        self.is_on = any(
            _per_second(rates) for rates in (config, *config.keys.values(), *config.projects.values())
        )
        self._tenants = Tenants(config, self._names, default_parent=self._default_parent)
        self._accounts: OrderedDict[str, _Account] = OrderedDict()

    def _check(self, account: _Account) -> None:
        now_s = self._now_s()
        waits = {unit: bucket.wait_s(now_s) for unit, bucket in account.items()}
        owed = {unit: wait_s for unit, wait_s in waits.items() if wait_s is not None}
        if owed:
            unit = max(owed, key=lambda each: owed[each])
            account[unit].refusals += 1
            raise self._refusal(unit, account[unit], owed[unit])

    def _refusal(self, unit: str, bucket: Bucket, wait_s: float) -> QuotaError:
        key_id = self._access().name
        who = f"key {key_id}" if key_id else "a caller without a key"
        self._refusals.warning("the quota of %s a second of %s is used up", unit, who)
        # A moment later than what is owed, so that something is left then.
        after_s = math.floor(wait_s) + 1
        return QuotaError(
            f"the quota of {bucket.rate_per_s:.15g} {unit} a second is used up: send this again in {after_s} s, send"
            " less, or let extensions.quotas allow more",
            retry_after_s=after_s,
        )

    def _charge(self, account: _Account, amounts: Mapping[str, int]) -> None:
        now_s = self._now_s()
        for unit, bucket in account.items():
            bucket.take(amounts.get(unit, 0), now_s)

    def _account(self, parent: str | None) -> _Account:
        tenant = self._tenants.of_caller(self._access())
        return self._account_of(self._tenants.at(parent) if tenant is None else tenant)

    def _account_of(self, tenant: str) -> _Account:
        account = self._accounts.pop(tenant, None)
        if account is None:
            account = self._new_account(tenant)
        self._accounts[tenant] = account
        if len(self._accounts) > MAX_ACCOUNTS:
            self._accounts.popitem(last=False)
        return account

    def _new_account(self, tenant: str) -> _Account:
        burst_s, now_s = self._config.burst or DEFAULT_BURST_S, self._now_s()
        rates = _per_second(self._tenants.rates(tenant))
        return {unit: Bucket(rate, burst_s=burst_s, now_s=now_s) for unit, rate in rates.items()}


def _per_second(rates: Rates) -> Mapping[str, float]:
    units = {"bytes": rates.bytes_per_second, "spans": rates.spans_per_second}
    return {unit: float(rate) for unit, rate in units.items() if rate is not None}
