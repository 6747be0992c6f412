"""The secrets of feedback tokens."""

import stat
from pathlib import Path

from otel_bridge_collector.store.feedback_secrets import FeedbackSecrets


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def test_a_secret_is_made_once_for_its_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "feedback.json"

    first, second = FeedbackSecrets(path), FeedbackSecrets(path)

    assert first.signing() == second.signing()
    assert len(first.signing()) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_after_a_rotation_another_signs_and_the_old_one_is_good_no_more(tmp_path: Path) -> None:
    secrets = FeedbackSecrets(tmp_path / "feedback.json")
    old = secrets.signing()

    secrets.rotate()

    assert secrets.accepted() == [secrets.signing()]
    assert secrets.signing() != old


def test_an_overlap_keeps_the_old_one_for_a_while(tmp_path: Path) -> None:
    clock = Clock()
    secrets = FeedbackSecrets(tmp_path / "feedback.json", now_s=clock)
    old = secrets.signing()

    secrets.rotate(overlap_s=10)
    clock.now_s += 9
    during = secrets.accepted()
    clock.now_s += 1

    assert during == [secrets.signing(), old]
    assert secrets.accepted() == [secrets.signing()]


def test_a_second_rotation_does_not_lengthen_the_first_overlap(tmp_path: Path) -> None:
    clock = Clock()
    secrets = FeedbackSecrets(tmp_path / "feedback.json", now_s=clock)
    oldest = secrets.signing()

    secrets.rotate(overlap_s=10)
    secrets.rotate(overlap_s=100)
    clock.now_s += 50

    assert oldest not in secrets.accepted()
    assert len(secrets.accepted()) == 2


def test_what_another_process_changed_counts_at_once(tmp_path: Path) -> None:
    running, other = (FeedbackSecrets(tmp_path / "feedback.json") for _ in range(2))
    before = running.signing()

    other.rotate()

    assert running.accepted() == [other.signing()] != [before]
