"""Why a judge of `autoevals` gave no score: its model did not choose, or chose what there is not. Pure.

The judge reads the first tool call of an answer, whether there is one or not, and fails with whatever Python says of that.

Source: `autoevals` 0.4.1, `llm.OpenAILLMClassifier._process_response`.
"""

import traceback
from collections.abc import Mapping
from typing import Final, cast

TOOL: Final = "select_choice"
"""The tool by which a model chooses."""

_READS: Final = "_process_response"


def choice_fault(judge: object, error: BaseException) -> str | None:
    """Return what was wrong with the choice of a model; None where something else was wrong.

    Args:
        judge: the scorer that failed.
        error: what it raised, with its traceback.
    """
    scores = getattr(judge, "choice_scores", None)
    read = any(frame.name == _READS for frame in traceback.extract_tb(error.__traceback__))
    if not read or not isinstance(scores, Mapping):
        return None
    expected = (
        f"expected a call of {TOOL} with one of {', '.join(map(str, cast('Mapping[str, object]', scores)))}"
    )
    name = getattr(judge, "name", type(judge).__name__)
    if isinstance(error, KeyError) and error.args not in {("choice",), ("function",), ("name",)}:
        return f"the model of the judge {name} chose {error.args[0]!r}: {expected}"
    return f"the model of the judge {name} did not choose: {expected}"
