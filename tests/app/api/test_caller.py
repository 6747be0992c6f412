"""Where in the app a span was started."""

from pathlib import PurePath

from otel_bridge import start_span, traced
from otel_bridge.api.caller import caller_context, caller_name
from otel_bridge.contract.row import Json
from tests.support.app import App

HERE = PurePath(__file__).name


def test_the_line_of_the_app_is_told() -> None:
    context = caller_context({})

    assert PurePath(str(context["caller_filename"])).name == HERE
    assert context["caller_functionname"] == "test_the_line_of_the_app_is_told"
    assert isinstance(context["caller_lineno"], int)


def test_the_frames_of_this_library_are_passed_over(app: App) -> None:
    @traced
    def f() -> None:
        with start_span("inner"):
            pass

    f()

    assert app.attributes("f")["code.function.name"] == "test_the_frames_of_this_library_are_passed_over"
    assert app.attributes("inner")["code.function.name"] == "f"


def test_the_origin_names_this_library_and_the_environment() -> None:
    origin = caller_context({"type": "ci"})["span_origin"]

    assert isinstance(origin, dict)
    assert origin["name"] == "otel-bridge.python"
    assert origin["environment"] == {"type": "ci"}


def test_a_name_is_made_of_function_file_and_line() -> None:
    context: dict[str, Json] = {"caller_functionname": "f", "caller_filename": "/a/b.py", "caller_lineno": 3}

    assert caller_name(context) == "f:b.py:3"
    assert caller_name({}) == "subspan"
