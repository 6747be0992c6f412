"""Filters of cases."""

import pytest

from otel_bridge import Attachment, EvalCase
from otel_bridge.cli.case_filter import parse_filter, wanted_by


@pytest.mark.parametrize(
    ("text", "is_wanted"),
    [
        pytest.param("input=he", True, id="begins so"),
        pytest.param("input=llo", False, id="only within"),
        pytest.param("metadata.a.b=12", True, id="number"),
        pytest.param("metadata.c=true", True, id="boolean as JSON"),
        pytest.param("metadata.nosuch=.*", False, id="not there"),
        pytest.param("input.a=.*", False, id="a text has no members"),
        pytest.param("expected=.*", False, id="absent"),
    ],
)
def test_a_case_passes_by_the_text_at_the_path(text: str, is_wanted: bool) -> None:  # noqa: FBT001 - parametrized
    case: EvalCase[str, None] = EvalCase(input="hello", metadata={"a": {"b": 123}, "c": True})

    assert wanted_by([parse_filter(text)])(case) is is_wanted


def test_an_input_that_cannot_be_copied_is_no_hindrance() -> None:
    case: EvalCase[Attachment, None] = EvalCase(
        input=Attachment(data=b"x", filename="f", content_type="text/plain"), metadata={"k": "v"}
    )

    assert wanted_by([parse_filter("metadata.k=v")])(case)


@pytest.mark.parametrize("text", ["input", "=x", "input=("])
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        parse_filter(text)
