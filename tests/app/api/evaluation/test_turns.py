"""Threads take turns more often while an evaluation runs, and as before afterwards."""

import sys

from otel_bridge import Eval
from otel_bridge.api.evaluation.turns import short_turns


def test_turns_are_short_while_cases_run_and_as_before_afterwards() -> None:
    before_s = sys.getswitchinterval()

    outcome = Eval("p", [{"input": 1}], lambda _: sys.getswitchinterval(), [], no_send_logs=True)

    assert outcome.results[0].output is not None
    assert outcome.results[0].output < before_s
    assert sys.getswitchinterval() == before_s


def test_evaluations_that_overlap_restore_what_was_there_before_the_first() -> None:
    before_s = sys.getswitchinterval()
    first, second = short_turns(), short_turns()

    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    between_s = sys.getswitchinterval()
    second.__exit__(None, None, None)

    assert between_s < before_s
    assert sys.getswitchinterval() == before_s
