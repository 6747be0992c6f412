"""What an evaluation gives, told to OpenTelemetry: for the providers of logs and metrics that the app has set, and for nobody without them.

| what | as |
| --- | --- |
| a score, or a scorer that failed | an event `gen_ai.evaluation.result` in the span of the case: `gen_ai.evaluation.name`, `gen_ai.evaluation.score.value`; `error.type` |
| the scores of all cases | the histogram `otel_bridge.evaluation.score`, by `gen_ai.evaluation.name` and `otel_bridge.evaluation.name` |
| cases that are done | the counter `otel_bridge.evaluation.cases`, by `otel_bridge.evaluation.name`, and `error.type` where the task failed |

A scorer's explanation stays in its span, where masking looks at it. `BridgeLogRecordProcessor` and the sidecar pass over these events: their rows have the
scores already.

Source: OpenTelemetry semantic conventions for generative AI, events (development); they name no metric of evaluations.
"""

import logging
import time
from collections.abc import Iterable, Mapping
from typing import Final

from opentelemetry import metrics
from opentelemetry._logs import LogRecord, SeverityNumber, get_logger
from opentelemetry.util.types import AttributeValue

from otel_bridge.api.evaluation.judging import Judged
from otel_bridge.contract import names

logger = logging.getLogger(__name__)

SCORE_METRIC: Final = "otel_bridge.evaluation.score"
CASES_METRIC: Final = "otel_bridge.evaluation.cases"
EVALUATION: Final = "otel_bridge.evaluation.name"

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
            for name, score, failed in _told(judged):
                self._tell(name, score, failed)
        except Exception as fault:  # noqa: BLE001 - likewise
            logger.warning("the scores of an evaluation cannot be told: %s", type(fault).__name__)

    def _tell(self, name: str, score: float | None, failed: Exception | None) -> None:
        named: dict[str, AttributeValue] = {names.GEN_AI_EVALUATION_NAME: name}
        if score is not None:
            self._scores.record(score, {**self._of, **named})
            named[names.GEN_AI_EVALUATION_SCORE_VALUE] = score
        if failed is not None:
            named[names.ERROR_TYPE] = type(failed).__qualname__
        self._logger.emit(
            LogRecord(
                timestamp=time.time_ns(),
                severity_number=SeverityNumber.INFO if failed is None else SeverityNumber.WARN,
                attributes=named,
                event_name=names.GEN_AI_EVALUATION_RESULT_EVENT,
            )
        )


def _told(judged: Judged) -> Iterable[tuple[str, float | None, Exception | None]]:
    for scores in judged.given:
        for score in scores:
            yield score.name, None if score.score is None else float(score.score), None
    for name, error in judged.errors.items():
        yield name, None, error
