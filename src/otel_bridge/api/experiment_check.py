"""What a case that is logged as a whole must have, with Braintrust's own messages.

Source: `braintrust` 0.47.0 SDK, `logger._validate_and_sanitize_experiment_log_full_args`, measured (spec/evaluate.md
section 2.1).
"""

from typing import Any


def check_logged(input: Any, output: Any, scores: Any) -> None:
    """Check that a case has an input, an output and scores.

    Raises:
        ValueError: one is None, or scores are no dictionary.
    """
    if input is None:
        raise ValueError("Exactly one of input or inputs (deprecated) must be specified. Prefer input.")
    if output is None:
        raise ValueError("output must be specified")
    if scores is None:
        raise ValueError("scores must be specified")
    if not isinstance(scores, dict):
        raise ValueError("scores must be a dictionary of names with scores")  # noqa: TRY004 - Braintrust's type
