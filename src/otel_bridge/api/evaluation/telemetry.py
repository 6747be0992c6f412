"""What an evaluation gives, told to OpenTelemetry: for the providers of logs and metrics that the app has set, and for nobody without them.

| what | as |
| --- | --- |
| a score, or a scorer that failed | an event `gen_ai.evaluation.result` in the span of the case: `gen_ai.evaluation.name`, `gen_ai.evaluation.score.value`; of a judge `gen_ai.evaluation.score.label` and `gen_ai.evaluation.explanation`; `error.type` |
| the scores of all cases | the histogram `otel_bridge.evaluation.score`, by `gen_ai.evaluation.name` and `otel_bridge.evaluation.name` |
| cases that are done | the counter `otel_bridge.evaluation.cases`, by `otel_bridge.evaluation.name`, and `error.type` where the task failed |

Label and explanation are the `choice` and the `rationale` in the metadata of a score, masked as attributes of spans are. `BridgeLogRecordProcessor` and the sidecar pass over these events: their rows have the
scores already.

Source: OpenTelemetry semantic conventions for generative AI, events (development); they name no metric of evaluations.
"""

import logging
import time
from collections.abc import Mapping
from typing import Any, Final, cast

from opentelemetry import metrics
from opentelemetry._logs import LogRecord, SeverityNumber, get_logger
from opentelemetry.util.types import AttributeValue

from otel_bridge.api.evaluation.judging import Judged
from otel_bridge.api.evaluation.score import ScoreLike
from otel_bridge.contract import names
from otel_bridge.processor.masking import Masking
from otel_bridge.state import mask_rules

logger = logging.getLogger(__name__)

SCORE_METRIC: Final = "otel_bridge.evaluation.score"
CASES_METRIC: Final = "otel_bridge.evaluation.cases"
EVALUATION: Final = "otel_bridge.evaluation.name"

_REASONS: Final = {
    "choice": names.GEN_AI_EVALUATION_SCORE_LABEL,
    "rationale": names.GEN_AI_EVALUATION_EXPLANATION,
}
"""Member of the metadata of a score, as `autoevals` and functions name it -> attribute."""

_TENTHS: Final = [tenth / 10 for tenth in range(11)]


class Telemetry:
    """Tells of the cases of one evaluation; never raises.

    Args:
        eval_name: what people call it.
    """

    def __init__(self, eval_name: str) -> None:
        self._of: Mapping[str, AttributeValue] = {EVALUATION: eval_name}
        self._logger = get_logger(names.SCOPE)
        meter = metrics.get_meter(names.SCOPE)
        self._scores = meter.create_histogram(
            SCORE_METRIC, "1", "Scores of cases, 0 to 1.", explicit_bucket_boundaries_advisory=_TENTHS
        )
        self._cases = meter.create_counter(CASES_METRIC, "{case}", "Cases that are done.")

    def done(self, error: Exception | None) -> None:
        """Count a case, with what its task raised, or None."""
        failed: dict[str, AttributeValue] = (
            {} if error is None else {names.ERROR_TYPE: type(error).__qualname__}
        )
        try:
            self._cases.add(1, {**self._of, **failed})
        except Exception as fault:  # noqa: BLE001 - the app's providers may raise anything
            logger.warning("the metrics of an evaluation cannot be told: %s", type(fault).__name__)

    def scored(self, judged: Judged) -> None:
        """Tell of the scores of a case, in whose context this is called."""
        try:
            for score in (each for group in judged.given for each in group):
                self._tell_score(score)
            for name, error in judged.errors.items():
                failed: dict[str, AttributeValue] = {names.ERROR_TYPE: type(error).__qualname__}
                self._emit({names.GEN_AI_EVALUATION_NAME: name, **failed}, SeverityNumber.WARN)
        except Exception as fault:  # noqa: BLE001 - likewise
            logger.warning("the scores of an evaluation cannot be told: %s", type(fault).__name__)

    def _tell_score(self, score: ScoreLike) -> None:
        named: dict[str, AttributeValue] = {names.GEN_AI_EVALUATION_NAME: score.name}
        if score.score is not None:
            value = float(score.score)
            self._scores.record(value, {**self._of, **named})
            named[names.GEN_AI_EVALUATION_SCORE_VALUE] = value
        self._emit({**named, **_reasons(score.metadata)}, SeverityNumber.INFO)

    def _emit(self, attributes: Mapping[str, AttributeValue], severity: SeverityNumber) -> None:
        self._logger.emit(
            LogRecord(
                timestamp=time.time_ns(),
                severity_number=severity,
                attributes=attributes,
                event_name=names.GEN_AI_EVALUATION_RESULT_EVENT,
            )
        )


def _reasons(metadata: Any) -> dict[str, AttributeValue]:
    """What a judge chose and why, as far as it says so; masked, since the app's own exporters do not."""
    nothing: Mapping[str, object] = {}
    given = cast("Mapping[str, object]", metadata) if isinstance(metadata, Mapping) else nothing
    said = {attribute: text for key, attribute in _REASONS.items() if isinstance(text := given.get(key), str)}
    rules = mask_rules()
    if rules is None:
        return dict(said)
    masking = Masking(rules)
    return {attribute: masking.value(attribute, text, attribute) for attribute, text in said.items()}
