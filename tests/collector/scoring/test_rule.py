"""Which rows a rule of online scoring takes, and what a rule may be."""

from collections.abc import Mapping
from typing import Any

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.scoring.rule import (
    Options,
    Rule,
    RuleError,
    check_rule,
    is_online,
    is_sampled,
    rule_of,
)
from otel_bridge_collector.store.project_objects import ProjectObject

SCORERS: list[Json] = [{"type": "global", "name": "Levenshtein"}]


def rule(**online: Any) -> Rule:
    return rule_of(
        ProjectObject(
            id="r", kind="project_score", project_id="p", name="n", created="2026-01-01T00:00:00+00:00",
            data={"score_type": "online", "config": {"online": {"scorers": SCORERS, **online}}},
        )
    )  # fmt: skip


def row(**fields: Any) -> Mapping[str, Json]:
    return {
        "id": "1",
        "root_span_id": "t",
        "span_attributes": {"name": "chat"},
        "span_parents": ["a"],
        **fields,
    }


ROOT = row(span_parents=None, span_attributes={"name": "request"})
JUDGED = row(span_attributes={"name": "chat", "purpose": "scorer"})


@pytest.mark.parametrize(
    ("online", "taken"),
    [
        pytest.param({}, [True, True], id="all"),
        pytest.param({"apply_to_root_span": True}, [False, True], id="roots"),
        pytest.param({"apply_to_span_names": ["chat"]}, [True, False], id="names"),
        pytest.param(
            {"apply_to_root_span": True, "apply_to_span_names": ["chat"]}, [True, True], id="either"
        ),
        pytest.param({"scope": {"type": "trace"}}, [False, True], id="trace"),
        pytest.param({"sampling_rate": 0}, [False, False], id="none"),
    ],
)
def test_a_rule_takes_the_spans_that_it_is_aimed_at(online: dict[str, Any], taken: list[bool]) -> None:
    assert [rule(**online).takes(each) for each in (row(), ROOT)] == taken


def test_what_scorers_wrote_is_not_scored() -> None:
    assert not rule().takes(JUDGED)


def test_a_share_of_the_traces_is_taken_and_always_the_same() -> None:
    first = [is_sampled("r", str(trace), 0.25) for trace in range(4_000)]

    assert first == [is_sampled("r", str(trace), 0.25) for trace in range(4_000)]
    assert 850 < sum(first) < 1_150
    assert first != [is_sampled("another", str(trace), 0.25) for trace in range(4_000)]


def test_what_a_rule_says_is_read() -> None:
    found = rule(
        status="paused", sampling_rate=0.5, btql_filter="error is null", skip_logging=True,
        scope={"type": "trace", "idle_seconds": 5}, scorers=[*SCORERS, *SCORERS],
    )  # fmt: skip

    assert (found.is_active, found.sampling_rate, found.condition) == (False, 0.5, "error is null")
    assert (found.skip_logging, found.scope, found.idle_s, found.scorers) == (
        True,
        "trace",
        5,
        {"Levenshtein": Options()},
    )
    assert found.created_s == 1_767_225_600


def test_what_a_rule_says_of_its_judges_is_read() -> None:
    judges = [
        {"type": "global", "name": "ClosedQA", "model": "gpt-5", "arguments": {"criteria": "a price"}},
        {"type": "global", "name": "EmbeddingSimilarity", "model": "embed"},
        {"type": "global", "name": "Battle"},
    ]

    assert rule(scorers=judges).scorers == {
        "ClosedQA": Options(model="gpt-5", arguments={"criteria": "a price"}),
        "EmbeddingSimilarity": Options(model="embed"),
        "Battle": Options(),
    }


@pytest.mark.parametrize(
    ("scorer", "said"),
    [
        pytest.param({"name": "ClosedQA"}, r'ClosedQA needs "arguments": \{"criteria"', id="no criteria"),
        pytest.param({"name": "Translation", "arguments": {"to": "de"}}, "not as expected", id="unknown"),
        pytest.param({"name": "Translation", "arguments": {"language": 1}}, "not as expected", id="no text"),
        pytest.param({"name": "Humor", "arguments": {"a": "b"}}, "expected: none", id="takes none"),
        pytest.param({"name": "ExactMatch", "model": "m"}, "or it asks none", id="asks none"),
        pytest.param({"name": "Humor", "model": 1}, "no name of one", id="no name"),
        pytest.param({"name": "EmbeddingSimilarity"}, 'needs the "model"', id="embeddings of which model"),
    ],
)
def test_what_a_rule_says_wrong_of_a_judge_is_told(scorer: dict[str, Any], said: str) -> None:
    with pytest.raises(RuleError, match=said):
        rule(scorers=[{"type": "global", **scorer}])


def test_one_judge_in_two_ways_needs_two_rules() -> None:
    two = [{"type": "global", "name": "Humor", "model": model} for model in ("a", "b")]

    with pytest.raises(RuleError, match="has Humor twice"):
        rule(scorers=two)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        pytest.param({}, 'needs "config"', id="nothing"),
        pytest.param({"online": {}}, "no list of scorers", id="no-scorers"),
        pytest.param(
            {"online": {"scorers": [{"type": "function", "id": "f"}]}}, "and no other", id="function"
        ),
        pytest.param({"online": {"scorers": SCORERS, "status": "on"}}, "status", id="status"),
        pytest.param({"online": {"scorers": SCORERS, "sampling_rate": 2}}, "from 0 to 1", id="rate"),
        pytest.param(
            {"online": {"scorers": SCORERS, "sampling_rate": True}}, "from 0 to 1", id="rate-boolean"
        ),
        pytest.param({"online": {"scorers": SCORERS, "btql_filter": 1}}, "no text", id="filter"),
        pytest.param(
            {"online": {"scorers": SCORERS, "scope": {"type": "group"}}}, "not there yet", id="group"
        ),
        pytest.param(
            {"online": {"scorers": SCORERS, "scope": {"type": "trace", "idle_seconds": -1}}},
            "seconds",
            id="idle",
        ),
        pytest.param(
            {"online": {"scorers": SCORERS, "apply_to_span_names": "chat"}}, "list of names", id="names"
        ),
        pytest.param({"online": {"scorers": SCORERS, "skip_logging": 1}}, "neither true", id="flag"),
    ],
)
def test_what_is_no_rule_is_told(config: dict[str, Json], said: str) -> None:
    with pytest.raises(RuleError, match=said):
        check_rule({"score_type": "online", "config": config})


def test_the_condition_of_a_good_rule_is_returned() -> None:
    fields: dict[str, Json] = {"config": {"online": {"scorers": SCORERS, "btql_filter": "is_root"}}}

    assert check_rule(fields) == "is_root"
    assert not is_online(fields)
    assert is_online({"score_type": "online"})
