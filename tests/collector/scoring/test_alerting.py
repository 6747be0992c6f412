"""Alerts are posted at most once in their interval, and nothing is forgotten meanwhile."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from otel_bridge_collector.metrics.catalog import ALERTS
from otel_bridge_collector.scoring.alert import Alert, Matched
from otel_bridge_collector.scoring.alerting import Alerting
from otel_bridge_collector.scoring.ledger import ScoringLedger
from otel_bridge_collector.store.xact import xact_at
from otel_bridge_collector.telemetry import Counters
from tests.collector.scoring.test_alert import ALERT
from tests.support.webhook import Webhook, dripping_server, webhook_server

NOW_S = ALERT.created_s + 3_600


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with webhook_server() as running:
        yield running


class Ground:
    """Alerts over times at which rows were written that match."""

    def __init__(self, folder: Path, *alerts: Alert, timeout_s: float = 10) -> None:
        self.written_s: list[float] = []
        self.now_s = NOW_S
        self.alerts = list(alerts)
        self.counters = Counters()
        self.ledger = ScoringLedger(folder / "s.sqlite")
        self.alerting = Alerting(
            lambda: self.alerts, lambda _: ({"id": "o", "name": "local"}, "shop"), self,
            self.ledger, self.counters, interval_s=1, timeout_s=timeout_s, now_s=lambda: self.now_s,
        )  # fmt: skip

    async def matched(self, alert: Alert, after: int, until: int) -> Matched:
        del alert
        return Matched(count=sum(after < xact_at(each) <= until for each in self.written_s))

    def newest(self) -> int:
        return xact_at(max(self.written_s, default=0))

    def passes(self, *at_s: float) -> None:
        """Make a pass at each of some seconds."""

        async def run() -> None:
            for each in at_s:
                self.now_s = NOW_S + each
                await self.alerting.run()

        asyncio.run(run())


@pytest.fixture
def ground(tmp_path: Path, webhook: Webhook) -> Iterator[Ground]:
    made = Ground(tmp_path, replace(ALERT, url=webhook.url, interval_s=60))
    with closing(made.ledger):
        yield made


def test_logs_are_told_once(ground: Ground, webhook: Webhook) -> None:
    ground.written_s = [NOW_S - 10, NOW_S - 9]

    ground.passes(0, 100, 200)

    assert webhook.counts == [2]
    assert ground.counters.values(ALERTS) == {("posted",): 1}


def test_what_comes_within_the_interval_is_told_at_its_end(ground: Ground, webhook: Webhook) -> None:
    ground.written_s = [NOW_S - 10]
    ground.passes(0)
    ground.written_s += [NOW_S + 5, NOW_S + 6]
    ground.passes(30)
    before = list(webhook.counts)
    ground.passes(61)

    assert before == [1]
    assert webhook.counts == [1, 2]


def test_what_was_written_just_now_waits_for_the_next_pass(ground: Ground, webhook: Webhook) -> None:
    ground.written_s = [NOW_S - 1]
    ground.passes(0)
    before = list(webhook.counts)
    ground.passes(5)

    assert (before, webhook.counts) == ([], [1])


@pytest.mark.parametrize("status", [302, 400, 500])
def test_what_a_webhook_does_not_take_is_told_again(
    ground: Ground, webhook: Webhook, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    ground.written_s = [NOW_S - 10]
    webhook.status = status
    ground.passes(0)
    webhook.status = 200
    ground.passes(1)

    assert webhook.counts == [1]
    assert "could not be posted" in caplog.text
    assert webhook.url not in caplog.text


def test_a_webhook_that_is_away_holds_up_no_other(tmp_path: Path, webhook: Webhook) -> None:
    away = replace(ALERT, id="away", url="http://127.0.0.1:9/")
    ground = Ground(tmp_path, away, replace(ALERT, url=webhook.url))
    ground.written_s = [NOW_S - 10]

    with closing(ground.ledger):
        ground.passes(0)

    assert webhook.counts == [1]


def test_what_comes_while_an_alert_is_paused_or_was_there_before_it_is_not_told(
    ground: Ground, webhook: Webhook
) -> None:
    ground.written_s = [ALERT.created_s - 5, NOW_S - 10]
    (alert,) = ground.alerts
    ground.alerts = [replace(alert, is_active=False)]
    ground.passes(0)
    ground.alerts = [alert]
    ground.written_s.append(NOW_S + 5)
    ground.passes(10)

    assert webhook.counts == [1]


def test_alerts_that_cannot_be_read_are_read_again(
    ground: Ground, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground.written_s = [NOW_S - 10]
    alerts: Any = ground.alerts
    monkeypatch.delattr(ground, "alerts")
    ground.passes(0)
    monkeypatch.setattr(ground, "alerts", alerts, raising=False)
    ground.passes(1)

    assert webhook.counts == [1]


def test_a_webhook_whose_answer_never_ends_is_given_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with dripping_server(b"HTTP/1.1 200 OK\r\n", b"x-more: 1\r\n") as url:
        ground = Ground(tmp_path, replace(ALERT, url=url), timeout_s=0.5)
        ground.written_s = [NOW_S - 10]

        with closing(ground.ledger):
            ground.passes(0)

    assert ground.counters.values(ALERTS) == {("failed",): 1}
    assert "could not be posted (TimeoutError)" in caplog.text


def test_what_a_webhook_says_besides_its_status_is_not_waited_for(tmp_path: Path) -> None:
    with dripping_server(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n", b"x") as url:
        ground = Ground(tmp_path, replace(ALERT, url=url), timeout_s=5)
        ground.written_s = [NOW_S - 10]

        with closing(ground.ledger):
            ground.passes(0)

    assert ground.counters.values(ALERTS) == {("posted",): 1}


def test_webhooks_that_do_not_answer_hold_up_no_other(tmp_path: Path, webhook: Webhook) -> None:
    taken_s: list[float] = []
    with dripping_server(b"HTTP/1.1 200 OK\r\n", b"x-more: 1\r\n") as url:
        slow = [replace(ALERT, id=f"slow {number}", url=url) for number in range(4)]
        ground = Ground(tmp_path, *slow, replace(ALERT, url=webhook.url), timeout_s=3)
        ground.written_s = [NOW_S - 10]
        begun_s = time.monotonic()

        with closing(ground.ledger):
            ground.passes(0)
        taken_s.append(time.monotonic() - begun_s)

    assert webhook.counts == [1]
    assert taken_s[0] < 4 * 3  # as long as they take one after the other
