"""How a function fails."""

from otel_bridge_collector.functions.piece import FunctionError


def test_the_status_says_whether_it_was_run() -> None:
    assert FunctionError("x").status == 500
    assert FunctionError("x", is_refused=True).status == 400
    assert FunctionError("x", is_refused=True, status=503).status == 503


def test_the_function_is_named_once() -> None:
    named = FunctionError("no model", is_refused=True).of('function "f"')

    assert (str(named), named.status) == ('function "f": no model', 400)
    assert named.of('function "f"') is named
