"""Spans in threads."""

import threading
from concurrent.futures import ThreadPoolExecutor

from otel_bridge import TracedThreadPoolExecutor, start_span
from tests.support.app import App
from tests.support.program import run_program


def test_v40_a_traced_pool_goes_on_in_the_span_of_the_caller(app: App) -> None:
    with TracedThreadPoolExecutor(max_workers=1) as pool, start_span("p") as p:
        pool.submit(lambda: start_span("submitted").end()).result()
        list(pool.map(lambda name: start_span(name).end(), ["mapped"]))

    assert [app.parent_of(name) for name in ("submitted", "mapped")] == [p.span_id] * 2


def test_v40_a_plain_thread_starts_a_root(app: App) -> None:
    with start_span("p"):
        thread = threading.Thread(target=lambda: start_span("c").end())
        thread.start()
        thread.join()

    assert app.parent_of("c") == ""
    assert app.attributes("c")["braintrust.parent"] == "project_name:p"


def test_a_traced_pool_passes_arguments_and_errors() -> None:
    with TracedThreadPoolExecutor(max_workers=1) as pool:
        assert pool.submit(int, "101", base=2).result() == 5
        assert isinstance(pool.submit(int, "x").exception(), ValueError)


SETUP = """
    import os, threading
    from concurrent.futures import ThreadPoolExecutor
    import otel_bridge as braintrust
    from opentelemetry.sdk.trace import TracerProvider
    {setup}
    braintrust.init_logger(project="p", tracer_provider=TracerProvider())
    runs = []
    def fails():
        runs.append(braintrust.current_span().span_id)
        raise KeyError("why")
    errors = []
    threading.excepthook = lambda hook: errors.append(hook.exc_type.__name__)
    with braintrust.start_span("p") as p, ThreadPoolExecutor() as pool:
        assert isinstance(pool.submit(fails).exception(), KeyError)
        thread = threading.Thread(target=fails)
        thread.start()
        thread.join()
    assert runs == [p.span_id] * 2, runs
    assert errors == ["KeyError"], errors
"""


def test_v84_threads_go_on_when_asked_and_failing_functions_run_once() -> None:
    run_program(SETUP.format(setup="assert braintrust.setup_threads() and braintrust.setup_threads()"))


def test_r11_threads_go_on_by_the_environment() -> None:
    run_program(SETUP.format(setup=""), BRAINTRUST_INSTRUMENT_THREADS="on")


def test_nothing_is_patched_unless_asked(app: App) -> None:
    with start_span("p"), ThreadPoolExecutor() as pool:
        pool.submit(lambda: start_span("c").end()).result()

    assert app.parent_of("c") == ""
