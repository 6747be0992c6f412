"""Judge an evaluation that has ended: read what conditions look at, and say what became of each."""

import json
import sys
from collections.abc import Sequence

from otel_bridge.api.evaluation.evaluation import Evaluation, Outcome
from otel_bridge.cli.condition import Condition
from otel_bridge.cli.gate import Evidence, as_json, evidence_of, judge, told
from otel_bridge.control.objects import find_experiment
from otel_bridge.control.trials import read_trials


def tell_verdicts(
    evaluation: Evaluation, outcome: Outcome, conditions: Sequence[Condition], *, jsonl: bool
) -> bool:
    """Say what was found; return whether any condition is met.

    Raises:
        ControlError: the experiments could not be read.
    """
    evidence = _evidence(evaluation, outcome)
    verdicts = [judge(each, evidence) for each in conditions]
    said = json.dumps(as_json(evaluation.name, evidence, verdicts)) if jsonl else told(evidence, verdicts)
    if said:
        sys.stdout.write(f"{said}\n")
    return any(each.failed for each in verdicts)


def _evidence(evaluation: Evaluation, outcome: Outcome) -> Evidence:
    """Read the scores of the experiment and of its base, where there are any."""
    summary, account = outcome.summary, evaluation.options.account
    if summary.experiment_id is None or summary.project_id is None:
        return evidence_of(outcome.results, summary, None, None)
    base_name = summary.comparison_experiment_name
    base = find_experiment(account, base_name, {"project_id": summary.project_id}) if base_name else None
    return evidence_of(
        outcome.results,
        summary,
        read_trials(account, summary.experiment_id),
        read_trials(account, str(base.get("id"))) if base else None,
    )
