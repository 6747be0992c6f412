"""When a provider counts as away."""

from otel_bridge_collector.providers.circuit import OPEN_AFTER, REST_S, Circuit


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def failed(times: int = OPEN_AFTER) -> tuple[Circuit, Clock]:
    clock = Clock()
    circuit = Circuit(clock=clock)
    for _ in range(times):
        circuit.note(is_failure=True)
    return circuit, clock


def test_a_few_failures_keep_nobody_away() -> None:
    circuit, _ = failed(OPEN_AFTER - 1)

    assert circuit.closed_in_s() == 0


def test_more_in_a_row_do_for_a_while() -> None:
    circuit, clock = failed()
    clock.now_s += 1

    assert circuit.closed_in_s() == REST_S - 1


def test_then_one_call_tries() -> None:
    circuit, clock = failed()
    clock.now_s += REST_S

    assert (circuit.closed_in_s(), circuit.closed_in_s()) == (0, REST_S)


def test_it_tells_when_that_changes() -> None:
    circuit, _ = failed(OPEN_AFTER - 1)

    told = [circuit.note(is_failure=failure) for failure in (True, True, False, False)]

    assert told == [True, False, True, False]


def test_a_call_that_goes_well_lets_all_others_ask() -> None:
    circuit, _ = failed()
    circuit.note(is_failure=False)

    assert circuit.closed_in_s() == 0
