"""A masker on Microsoft Presidio, which finds names, places and more by a language model; an optional extra.

Source: presidio-analyzer and presidio-anonymizer 2.2, their documented engines.
"""

import importlib
from collections.abc import Sequence
from typing import Any

from otel_bridge.errors import MaskingError
from otel_bridge.masking.text import Masker


def presidio(
    *,
    language: str = "en",
    entities: Sequence[str] | None = None,
    analyzer: Any = None,
    anonymizer: Any = None,
) -> Masker:
    """Return a masker that replaces what Presidio finds by its kind, for example `<PERSON>`.

    It is slow (a model looks at every text) and runs in the background, where spans are sent.

    Args:
        language: of the texts; a model for it has to be there.
        entities: kinds to look for, by default all that the analyzer knows.
        analyzer: a `presidio_analyzer.AnalyzerEngine` of yours; by default one with its standard model.
        anonymizer: a `presidio_anonymizer.AnonymizerEngine` of yours.

    Raises:
        MaskingError: Presidio is not installed.
    """
    analyzing = analyzer or _module("presidio_analyzer").AnalyzerEngine()
    anonymizing = anonymizer or _module("presidio_anonymizer").AnonymizerEngine()

    def replace(text: str) -> str:
        if not text.strip():
            return text
        found = analyzing.analyze(text=text, language=language, entities=entities and list(entities))
        masked: str = anonymizing.anonymize(text=text, analyzer_results=found).text
        return masked

    return Masker(f"presidio({language!r}, {sorted(entities or ())!r})", replace, numbers=True)


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MaskingError(
            f"masking by Presidio needs {name}, which is not installed: pip install 'otel-bridge[presidio]'"
        ) from error
