"""Whether a run fails by its conditions, and what an experiment says against its base, for people and as JSON.

A regression fails a run where the mean of its score fell by more than the condition allows *and* its 95 % interval lies below 0: a fall that chance
explains is told, and passes. What cannot be judged passes, and says why: the first run of a project has no base.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from otel_bridge.api.evaluation.result import EvalResult
from otel_bridge.api.evaluation.table import aligned
from otel_bridge.api.summary import ExperimentSummary
from otel_bridge.cli.condition import Condition
from otel_bridge.cli.evidence import Change, changes, flaky_cases
from otel_bridge.control.trials import TraceScores, canonical

_SHOWN_FLAKY: Final = 10
_SHOWN_CHARACTERS: Final = 80
_HEAD: Final = ("", "change", "95% from", "to", "cases", "would show")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a condition.

    Attributes:
        condition: as it was given.
        failed: whether the run fails by it.
        why: in words.
    """

    condition: str
    failed: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What an evaluation came to, as far as conditions look at it.

    Attributes:
        results: of its cases.
        summary: its means.
        base: name of the experiment that it is compared with; None without one.
        changes: of scores against the base.
        flaky: cases whose trials do not agree, with the scores in which they do not.
    """

    results: Sequence[EvalResult[Any, Any, Any]]
    summary: ExperimentSummary
    base: str | None = None
    changes: Mapping[str, Change] = field(default_factory=dict[str, Change])
    flaky: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])


def evidence_of(
    results: Sequence[EvalResult[Any, Any, Any]],
    summary: ExperimentSummary,
    trials: Sequence[TraceScores] | None,
    base: Sequence[TraceScores] | None,
) -> Evidence:
    """Put together what is known.

    Args:
        results: of the cases, as they ran here.
        summary: their means.
        trials: the traces of the experiment, as they are kept; None where none are.
        base: those of the other one; None without one.
    """
    here = _from_results(results) if trials is None else trials
    return Evidence(
        results=results,
        summary=summary,
        base=summary.comparison_experiment_name if base is not None else None,
        changes=changes(here, base or ()),
        flaky=flaky_cases(here),
    )


def scorers_failed(results: Sequence[EvalResult[Any, Any, Any]]) -> int:
    """Return in how many cases a scorer or classifier failed."""
    return sum(any(map(_metadata(each).get, ("scorer_errors", "classifier_errors"))) for each in results)


def _metadata(result: EvalResult[Any, Any, Any]) -> Mapping[str, object]:
    metadata: Mapping[str, object] | None = result.metadata
    return metadata or {}


def judge(condition: Condition, evidence: Evidence) -> Verdict:
    """Tell whether a run fails by a condition."""
    match condition.subject:
        case "regression":
            return _regression(condition, evidence)
        case "score":
            score = evidence.summary.scores.get(condition.name or "")
            return _compared(
                condition, None if score is None else score.score, _no_such("score", _scores(evidence))
            )
        case "metric":
            metric = evidence.summary.metrics.get(condition.name or "")
            return _compared(
                condition,
                None if metric is None else metric.metric,
                _no_such("metric", evidence.summary.metrics),
            )
        case "errors":
            return _compared(condition, sum(each.error is not None for each in evidence.results))
        case "scorer_errors":
            return _compared(condition, scorers_failed(evidence.results))
        case "flaky":
            return _compared(condition, len(evidence.flaky))


def told(evidence: Evidence, verdicts: Sequence[Verdict]) -> str:
    """Return it all as text."""
    blocks: list[str] = []
    if evidence.changes:
        head = f"against {evidence.base}, case by case"
        lines = [_change_line(name, change) for name, change in evidence.changes.items()]
        blocks.append(f"{head}\n{aligned([_HEAD, *lines])}")
    if evidence.flaky:
        shown = [
            f"  {_short(case)}: {', '.join(names)}"
            for case, names in list(evidence.flaky.items())[:_SHOWN_FLAKY]
        ]
        rest = len(evidence.flaky) - len(shown)
        more = [f"  and {rest} more"] if rest else []
        blocks.append("\n".join([f"flaky, trials do not agree: {len(evidence.flaky)} cases", *shown, *more]))
    if verdicts:
        blocks.append(
            "\n".join(
                f"{'FAILED' if each.failed else 'passed'}  {each.condition}: {each.why}" for each in verdicts
            )
        )
    return "\n\n".join(blocks)


def as_json(eval_name: str, evidence: Evidence, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Return it all as JSON: `eval_name`, `base`, `changes` by score, `flaky` by case, `conditions`."""
    return {
        "eval_name": eval_name,
        "base": evidence.base,
        "changes": {name: asdict(change) for name, change in evidence.changes.items()},
        "flaky": dict(evidence.flaky),
        "conditions": [asdict(each) for each in verdicts],
    }


def _regression(condition: Condition, evidence: Evidence) -> Verdict:
    known = _scores(evidence)
    if condition.name is not None and condition.name not in {*known, *evidence.changes}:
        return Verdict(condition=condition.text, failed=True, why=_no_such("score", known))
    looked_at = {name: change for name, change in evidence.changes.items() if condition.name in {None, name}}
    if not looked_at:
        return Verdict(condition=condition.text, failed=False, why=_not_judged(condition, evidence))
    beyond = {name: change for name, change in looked_at.items() if condition.holds_for(-change.mean)}
    falls = [name for name, change in beyond.items() if change.is_fall]
    if falls:
        why = ", ".join(f"{name} fell by {_percent(-beyond[name].mean)}" for name in falls)
        return Verdict(condition=condition.text, failed=True, why=why)
    if beyond:
        why = ", ".join(_by_chance(name, change) for name, change in beyond.items())
        return Verdict(condition=condition.text, failed=False, why=why)
    least = min(change.mean for change in looked_at.values())
    why = f"the largest fall is {_percent(-least)}" if least < 0 else "nothing fell"
    return Verdict(condition=condition.text, failed=False, why=why)


def _scores(evidence: Evidence) -> Collection[str]:
    """The names of the scores of this run, also where the server may not tell."""
    here = (name for each in evidence.results for name in each.scores)
    return dict.fromkeys([*evidence.summary.scores, *here])


def _no_such(what: str, known: Collection[str]) -> str:
    return f"there is no such {what}, known are {', '.join(known)}" if known else f"there is no {what} at all"


def _not_judged(condition: Condition, evidence: Evidence) -> str:
    if evidence.base is None:
        return "not judged, there is no experiment to compare with"
    what = f"score {condition.name}" if condition.name else "score"
    return f"not judged, no case has a {what} here and in {evidence.base}"


def _by_chance(name: str, change: Change) -> str:
    fell = f"{name} fell by {_percent(-change.mean)}"
    if change.detectable is None:
        return f"{fell} in one case, which says nothing"
    return (
        f"{fell}, which chance explains: {change.cases} such cases show {_percent(change.detectable)} or more"
    )


def _compared(condition: Condition, value: float | None, absent: str = "") -> Verdict:
    if value is None:
        # A condition on what is not there guards nothing: nobody should believe that it does.
        return Verdict(condition=condition.text, failed=True, why=absent)
    return Verdict(condition=condition.text, failed=condition.holds_for(value), why=f"it is {value:.6g}")


def _change_line(name: str, change: Change) -> tuple[str, ...]:
    interval = (
        ("", "")
        if change.low is None or change.high is None
        else (f"{change.low * 100:+.2f}%", f"{change.high * 100:+.2f}%")
    )
    detectable = "" if change.detectable is None else _percent(change.detectable)
    return (name, f"{change.mean * 100:+.2f}%", *interval, str(change.cases), detectable)


def _percent(share: float) -> str:
    return f"{share * 100:.2f}%"


def _short(case: str) -> str:
    return case if len(case) <= _SHOWN_CHARACTERS else f"{case[: _SHOWN_CHARACTERS - 3]}..."


def _from_results(results: Sequence[EvalResult[Any, Any, Any]]) -> list[TraceScores]:
    return [
        TraceScores(
            case=canonical(each.input),
            scores={name: float(score) for name, score in each.scores.items() if score is not None},
        )
        for each in results
    ]
