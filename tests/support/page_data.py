"""What the page is looked at with: recorded traces of many producers, an error, hostile text, experiments and a dataset."""

from dataclasses import dataclass
from typing import Any, Final

import httpx

from tests.support.collector import Collector
from tests.support.conventions import Case
from tests.support.page_talk import feed_talk

PROJECT: Final = "shop"
TAG_COLOR: Final = "#ffd400"
RECORDED: Final = (
    Case(convention="openinference", name="crewai-agent"),
    Case(convention="gen_ai", name="langchain-agent"),
    Case(convention="gen_ai", name="anthropic-cache"),
    Case(convention="gen_ai", name="botocore-tools"),
    Case(convention="gen_ai", name="google-stream"),
)
SCRIPT: Final = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title='taken'\">"
TURNED: Final = "pay \u202e001\u2066 only"
UNSEEN: Final = "no\u200bthing to\u2060 see\ufeff"
LARGE: Final = "large " * 180_000
TRACEBACK: Final = (
    "Traceback (most recent call last):\n"
    + '  File "shop.py", line 10, in answer\n    return call(question)\n' * 20
    + "ValueError: the answer has no price"
)
_START_S: Final = 1_790_000_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Ids of what was fed in.

    Attributes:
        talk_id: of a project of its own, with the traces of `page_talk`.
    """

    project_id: str
    experiment_id: str
    dataset_id: str
    talk_id: str = ""


def feed(collector: Collector, *, key: str = "") -> Seen:
    """Fill a sidecar with one project."""
    headers = {"authorization": f"Bearer {key}"} if key else {}
    for case in RECORDED:
        httpx.post(
            f"{collector.otlp_http}/v1/traces",
            content=case.traces(),
            headers={
                **headers,
                "content-type": "application/json",
                "x-bt-parent": f"project_name:{PROJECT}",
            },
            timeout=60,
        ).raise_for_status()
    with httpx.Client(base_url=collector.api, headers=headers, timeout=60) as client:
        project_id = client.post("/v1/project", json={"name": PROJECT}).json()["id"]
        experiments = [
            client.post("/v1/experiment", json={"project_id": project_id, "name": name}).json()["id"]
            for name in ("first", "second")
        ]
        dataset_id = client.post("/v1/dataset", json={"project_id": project_id, "name": "questions"}).json()[
            "id"
        ]
        tag = {"project_id": project_id, "name": "vip", "color": TAG_COLOR}
        client.post("/v1/project_tag", json=tag).raise_for_status()
        for question in ("Where is {{parcel}}?", "Where is the parcel {{parcel}} now?"):
            client.put("/v1/prompt", json=_prompt(project_id, question)).raise_for_status()
        client.post("/v1/view", json=_dashboard(project_id)).raise_for_status()
        rows = [
            *({"project_id": project_id, "log_id": "g", **row} for row in _log_rows()),
            *(
                {"experiment_id": experiment, **row}
                for each, experiment in enumerate(experiments)
                for row in _case_rows(each)
            ),
            *(
                {"dataset_id": dataset_id, "id": f"q{each}", "input": f"question {each}", "expected": "yes"}
                for each in range(3)
            ),
        ]
        client.post("/logs3", json={"rows": rows, "api_version": 2}).raise_for_status()
        return Seen(
            project_id=project_id,
            experiment_id=experiments[1],
            dataset_id=dataset_id,
            talk_id=feed_talk(client, _START_S + 500),
        )


def _prompt(project_id: str, question: str) -> dict[str, Any]:
    talk = [{"role": "system", "content": "You help customers."}, {"role": "user", "content": question}]
    data = {"prompt": {"type": "chat", "messages": talk}, "options": {"model": "example-model"}}
    return {"project_id": project_id, "name": "Where parcels are", "slug": "parcels", "prompt_data": data}


def _dashboard(project_id: str) -> dict[str, Any]:
    """With a chart for each way to look, one of hostile text, one that is wrong, and one without numbers."""
    charts = [
        {"title": "Tokens", "measure": "sum(metrics.tokens)", "by": "metadata.plan"},
        {"title": "Slowest calls", "measure": "percentile(duration, 0.95)", "filter": "span_attributes.type = 'llm'"},
        {"title": SCRIPT + TURNED, "measure": "count(error)"},
        {"title": "Wrong", "measure": "countt(1)"},
        {"title": "Nothing", "measure": "avg(scores.none)"},
    ]  # fmt: skip
    kept = {
        "object_type": "project",
        "view_type": "monitor",
        "view_data": {"otel_bridge": {"charts": charts}},
    }
    return {"object_id": project_id, "name": "Costs", **kept}


def _log_rows() -> list[dict[str, Any]]:
    return [
        *(_row(name, _START_S + 60 * each, input=text, output="answered")
          for each, (name, text) in enumerate({"script": SCRIPT, "turned": TURNED, "unseen": UNSEEN}.items())),
        _row("large", _START_S + 200, input=LARGE, output=LARGE),
        _row("broken", _START_S + 260, input="What does it cost?", error=TRACEBACK),
        _row(SCRIPT, _START_S + 320, row_id="named", input={SCRIPT: TURNED}, metadata={SCRIPT: UNSEEN}, tags=[SCRIPT, "vip"]),
        *_trace(_START_S + 400),
    ]  # fmt: skip


def _trace(start_s: float) -> list[dict[str, Any]]:
    root = _row(
        "answer", start_s, row_id="answer", took_s=4.0, kind="task",
        input="Where is my parcel?", output="It arrives on Friday.", scores={"Factuality": 0.9},
        tags=["vip"], metadata={"user_id": "1234", "plan": "gold"},
    )  # fmt: skip
    talk = [
        {"role": "system", "content": "You help customers of a shop."},
        {"role": "user", "content": "Where is my parcel?"},
    ]
    steps = [
        ("find order", "tool", 0.2, 0.7, {"order": "A-17"}, {"status": "on its way"}),
        ("chat example-model", "llm", 1.0, 2.6, talk, [{"role": "assistant", "content": "It arrives on Friday."}]),
        ("helpful?", "score", 3.7, 0.2, "It arrives on Friday.", 0.9),
    ]  # fmt: skip
    return [
        root,
        *(
            {
                **_row(
                    name, start_s + after, row_id=f"answer-{name}", took_s=took, kind=kind, input=a, output=b
                ),
                "root_span_id": "answer",
                "span_parents": ["answer"],
            }
            for name, kind, after, took, a, b in steps
        ),
    ]


def _row(
    name: str, start_s: float, *, row_id: str = "", took_s: float = 1.5, kind: str = "task", **fields: Any
) -> dict[str, Any]:
    own = row_id or name
    return {
        "id": own,
        "span_id": own,
        "root_span_id": own,
        "span_attributes": {"name": name, "type": kind},
        "metrics": {
            "start": start_s,
            "end": start_s + took_s,
            "prompt_tokens": 120,
            "completion_tokens": 40,
            "tokens": 160,
        },
        **fields,
    }


def _case_rows(run: int) -> list[dict[str, Any]]:
    """Cases of a run: in the second one is better, one is worse, two are the same."""
    scores = ((0.5, 1.0), (1.0, 0.25), (1.0, 1.0), (0.0, 0.0))
    return [
        _row(
            "eval", _START_S + 1_000 * run + each, row_id=f"case-{run}-{each}", kind="eval",
            input=f"question {each}", output=f"answer {each} of run {run}", expected=f"answer {each}",
            scores={"Factuality": scores[each][run]},
        )
        for each in range(4)
    ]  # fmt: skip
