"""What each caller may still send: just within its quota and just beyond, with a clock that the test moves."""

import pytest

from otel_bridge_collector.access import Access, asking
from otel_bridge_collector.errors import QuotaError
from otel_bridge_collector.quota import quotas as module
from otel_bridge_collector.quota.quotas import Quotas
from tests.support.quotas import Clock, Names, key, quotas_of

NOISY, QUIET = key("noisy"), key("quiet")


def send(quotas: Quotas, caller: Access, *, size_bytes: int = 0, spans: int = 0) -> int:
    """Send a request as a receiver does; return the seconds after which it is to come back, 0 for none."""
    with asking(caller):
        try:
            quotas.check(None)
            quotas.take(None, size_bytes=size_bytes, spans=spans)
        except QuotaError as error:
            return error.retry_after_s
    return 0


def test_the_last_span_of_a_quota_passes_and_the_next_does_not() -> None:
    quotas = quotas_of(Clock(), spans_per_second=10, burst=2)

    assert [send(quotas, NOISY, spans=1) for _ in range(21)] == [0] * 20 + [1]


def test_what_each_has_used_and_how_often_it_was_refused_is_told_the_most_refused_first() -> None:
    names = Names(keys={"noisy": "importer"})
    quotas = quotas_of(Clock(), names, spans_per_second=10, bytes_per_second="1KiB", burst=2)
    send(quotas, QUIET, spans=3, size_bytes=100)
    for _ in range(4):
        send(quotas, NOISY, spans=15, size_bytes=1)

    told = [
        (each.who, each.unit, each.per_second, each.used, each.left, each.refused) for each in quotas.usages()
    ]
    assert told == [
        ("key importer (noisy)", "spans", 10, 30, -10, 2),
        ("key importer (noisy)", "bytes", 1024, 2, 2046, 0),
        ("key quiet", "bytes", 1024, 100, 1948, 0),
        ("key quiet", "spans", 10, 3, 17, 0),
    ]


def test_the_last_byte_of_a_quota_passes_and_the_next_does_not() -> None:
    quotas = quotas_of(Clock(), bytes_per_second="1KiB", burst=1)

    assert [send(quotas, NOISY, size_bytes=1023), send(quotas, NOISY, size_bytes=1)] == [0, 0]
    assert send(quotas, NOISY, size_bytes=1) == 1


def test_who_sends_as_much_as_it_may_is_never_refused() -> None:
    clock = Clock()
    quotas = quotas_of(clock, spans_per_second=10, burst=1)

    for _ in range(1_000):
        assert send(quotas, NOISY, spans=5) == 0
        clock.now_s += 0.5


def test_who_sends_a_little_more_is_refused_in_the_end() -> None:
    clock = Clock()
    quotas = quotas_of(clock, spans_per_second=10, burst=1)
    answers: list[int] = []

    for _ in range(1_000):
        answers.append(send(quotas, NOISY, spans=5))
        clock.now_s += 0.45

    assert any(answers)


def test_who_comes_back_when_told_passes() -> None:
    clock = Clock()
    quotas = quotas_of(clock, spans_per_second=10, burst=1)
    send(quotas, NOISY, spans=40)
    after_s = send(quotas, NOISY, spans=1)

    clock.now_s += after_s - 1
    too_early = send(quotas, NOISY, spans=1)
    clock.now_s += 1

    assert (after_s, too_early, send(quotas, NOISY, spans=1)) == (4, 1, 0)


def test_the_quota_that_is_owed_most_says_when_to_come_back() -> None:
    quotas = quotas_of(Clock(), spans_per_second=10, bytes_per_second=10, burst=1)
    send(quotas, NOISY, spans=20, size_bytes=60)

    with asking(NOISY), pytest.raises(QuotaError, match=r"quota of 10 bytes a second is used up: .* in 6 s"):
        quotas.check(None)


def test_one_callers_noise_is_not_anothers() -> None:
    quotas = quotas_of(Clock(), spans_per_second=10)
    send(quotas, NOISY, spans=1_000_000)

    assert send(quotas, NOISY, spans=1) > 0
    assert send(quotas, QUIET, spans=1) == 0


def test_keys_of_one_project_share_its_quota() -> None:
    quotas = quotas_of(Clock(), spans_per_second=10, burst=1)
    send(quotas, key("a", "p"), spans=10)

    assert send(quotas, key("b", "p"), spans=1) == 1


def test_without_keys_each_project_has_its_quota() -> None:
    quotas = quotas_of(Clock(), access=lambda: key(""), spans_per_second=10, burst=1)
    quotas.take("project_name:noisy", size_bytes=0, spans=10)

    quotas.check("project_name:quiet")
    with pytest.raises(QuotaError):
        quotas.check("project_name:noisy")


def test_who_may_only_be_known_by_its_request_is_not_asked_before() -> None:
    quotas = quotas_of(Clock(), access=lambda: key(""), spans_per_second=10, burst=1)
    quotas.take(None, size_bytes=0, spans=10)

    quotas.check_known()


def test_a_request_that_was_let_in_with_others_is_refused_when_they_took_all() -> None:
    quotas = quotas_of(Clock(), spans_per_second=10, burst=1)

    with asking(NOISY):
        quotas.check(None)
        quotas.check(None)
        quotas.take(None, size_bytes=0, spans=10)
        with pytest.raises(QuotaError):
            quotas.take(None, size_bytes=0, spans=10)


def test_what_is_refused_does_not_count() -> None:
    clock = Clock()
    quotas = quotas_of(clock, spans_per_second=10, burst=1)
    send(quotas, NOISY, spans=10)
    for _ in range(100):
        send(quotas, NOISY, spans=10)

    clock.now_s += 1

    assert send(quotas, NOISY, spans=1) == 0


def test_what_cannot_be_read_counts_by_its_bytes() -> None:
    quotas = quotas_of(Clock(), bytes_per_second=10, spans_per_second=1, burst=1)

    with asking(NOISY):
        quotas.take_unread(None, size_bytes=10)

    assert send(quotas, NOISY, size_bytes=1) == 1


def test_without_a_quota_nobody_is_asked_who_it_is() -> None:
    def nobody() -> Access:
        raise AssertionError("asked")

    quotas = quotas_of(Clock(), access=nobody)
    quotas.check(None)
    quotas.check_known()
    quotas.take(None, size_bytes=1 << 40, spans=1 << 40)
    quotas.take_unread(None, size_bytes=1 << 40)

    assert not quotas.is_on


def test_a_quota_of_one_project_alone_is_a_quota() -> None:
    quotas = quotas_of(Clock(), projects={"p": {"spans_per_second": 10}}, burst=1)
    for caller in (key("a", "p"), NOISY):
        send(quotas, caller, spans=10)

    assert quotas.is_on
    assert (send(quotas, key("a", "p"), spans=1), send(quotas, NOISY, spans=1)) == (1, 0)


def test_a_reload_with_the_same_quotas_forgives_nobody() -> None:
    quotas = quotas_of(Clock(), spans_per_second=10, burst=1)
    other = quotas_of(Clock(), spans_per_second=20, burst=1)
    send(quotas, NOISY, spans=10)

    quotas.reload(quotas_of(Clock(), spans_per_second=10, burst=1)._config)
    same = send(quotas, NOISY, spans=1)
    quotas.reload(other._config)

    assert (same, send(quotas, NOISY, spans=1)) == (1, 0)


def test_who_was_silent_for_longest_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ACCOUNTS", 2)
    quotas = quotas_of(Clock(), spans_per_second=10, burst=1)
    for name in ("a", "b"):
        send(quotas, key(name), spans=10)
    remembered = send(quotas, key("a"), spans=1)

    send(quotas, key("c"), spans=10)

    assert remembered == 1
    assert [send(quotas, key(name), spans=1) for name in ("a", "c", "b")] == [1, 1, 0]


def test_the_log_names_the_key_once(caplog: pytest.LogCaptureFixture) -> None:
    quotas = quotas_of(Clock(), spans_per_second=10, burst=1)
    for _ in range(5):
        send(quotas, NOISY, spans=10)

    assert caplog.messages == ["the quota of spans a second of key noisy is used up"]


def test_the_sidecar_itself_has_no_quota_and_nobody_gets_it_by_a_name() -> None:
    own = Access(name="own", scopes=frozenset(), projects=frozenset({"canary"}))
    namesake = Access(name="canary", scopes=frozenset(), projects=frozenset({"shop"}))
    quotas = quotas_of(Clock(), spans_per_second=1, burst=1, free=frozenset({"canary"}))

    assert [send(quotas, own, spans=5) for _ in range(3)] == [0, 0, 0]
    assert [send(quotas, namesake, spans=5) > 0 for _ in range(2)] == [False, True]
