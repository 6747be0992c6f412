"""The extra that is not installed; tests/neighbours runs the real Presidio."""

from typing import Any

import pytest

from otel_bridge.errors import MaskingError
from otel_bridge.masking import presidio


def test_without_the_extra_it_says_what_to_install() -> None:
    with pytest.raises(MaskingError, match=r"pip install 'otel-bridge\[presidio\]'"):
        presidio()


def test_engines_of_the_app_are_asked_for_every_text() -> None:
    class Analyzer:
        def analyze(self, text: str, language: str, entities: list[str] | None) -> Any:
            return [text, language, entities]

    class Anonymized:
        def __init__(self, text: str) -> None:
            self.text = text

    class Anonymizer:
        def anonymize(self, text: str, analyzer_results: Any) -> Anonymized:
            return Anonymized(f"<{text} {analyzer_results[1]} {analyzer_results[2]}>")

    masker = presidio(language="de", entities=["PERSON"], analyzer=Analyzer(), anonymizer=Anonymizer())

    assert masker(["Ada", " "]) == ["<Ada de ['PERSON']>", " "]
