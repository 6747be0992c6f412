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
_READS_CHOICES: Final = "_postprocess_response"


def choice_fault(judge: object, error: BaseException) -> str | None:
    """Return what was wrong with the choice of a model; None where something else was wrong.

    Args:
        judge: the scorer that failed.
        error: what it raised, with its traceback.
    """
    scores = getattr(judge, "choice_scores", None)
    frames = {frame.name for frame in traceback.extract_tb(error.__traceback__)}
    name = getattr(judge, "name", type(judge).__name__)
    if _READS_CHOICES in frames and isinstance(error, KeyError) and error.args == ("choices",):
        return (
            f"the judge {name} cannot read the answer of its model, which is no chat completion: where it asks by the"
            " responses API, as for gpt-5, an asynchronous client needs autoevals.init(client=..., is_async=True)"
        )
    if _READS not in frames or not isinstance(scores, Mapping):
        return None
    expected = (
        f"expected a call of {TOOL} with one of {', '.join(map(str, cast('Mapping[str, object]', scores)))}"
    )
    if isinstance(error, KeyError) and error.args not in {("choice",), ("function",), ("name",)}:
        return f"the model of the judge {name} chose {error.args[0]!r}: {expected}"
    return f"the model of the judge {name} did not choose: {expected}"
