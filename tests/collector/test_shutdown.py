"""The time that the stages share."""

from otel_bridge_collector.shutdown import Shutdown


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_the_time_runs_from_the_first_question_on() -> None:
    clock = Clock()
    shutdown = Shutdown(10, clock)
    clock.now_s += 50

    assert shutdown.left_s() == 10


def test_a_stage_leaves_the_next_one_what_it_did_not_take() -> None:
    clock = Clock()
    shutdown = Shutdown(10, clock)

    first = shutdown.left_s(0.5)
    clock.now_s += 2

    assert (first, shutdown.left_s(0.5)) == (5, 4)


def test_no_time_is_left_after_the_end() -> None:
    clock = Clock()
    shutdown = Shutdown(10, clock)
    shutdown.left_s()
    clock.now_s += 11

    assert shutdown.left_s() == 0
