"""A shop's assistant, and one turn of the cycle that makes it better: instrument, observe, annotate, evaluate, deploy.

Braintrust's own workflow, step by step, with the calls of its SDK. The assistant's prompt is saved at the server; the fake model knows
only what its prompt says, so a better prompt truly gives better answers.

Run by `python examples/cycle.py`, which starts a sidecar and the fake model. By itself it needs OPENAI_BASE_URL and BRAINTRUST_API_URL.
"""

import os
from collections.abc import Sequence
from typing import Any, Final

import httpx
from autoevals import Levenshtein  # type: ignore[import-untyped]
from openai import OpenAI

import otel_bridge
from otel_bridge import Eval, traced

PROJECT: Final = "tea-shop"
API: Final = os.environ["BRAINTRUST_API_URL"]  # noqa: TID251 - an example reads its own environment
QUESTIONS: Final = ("When do you open on Sunday?", "Do you ship abroad?", "How long can I return the tea?")
FACTS: Final = "We open on Sunday at ten. We ship abroad within a week."
MORE_FACTS: Final = f"{FACTS} You can return the tea for thirty days."

client = OpenAI(api_key="not-needed")


@traced
def answer(question: str, environment: str = "production") -> str:
    """Answer with the prompt that the environment pins; this is the app, and the task that is evaluated."""
    prompt = otel_bridge.load_prompt(PROJECT, "assistant", environment=environment)
    said = client.chat.completions.create(**prompt.build(question=question))
    return str(said.choices[0].message.content)


def call(method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Use Braintrust's REST API, for what its SDK leaves to the web page."""
    answered = httpx.request(method, f"{API}{path}", json=body, timeout=30)
    answered.raise_for_status()
    told: dict[str, Any] = answered.json()
    return told


def query(text: str) -> list[dict[str, Any]]:
    """The rows that a BTQL query finds."""
    rows: list[dict[str, Any]] = call("POST", "/btql", {"query": text, "fmt": "json"})["data"]
    return rows


def save_prompt(facts: str) -> dict[str, Any]:
    """Save the assistant's prompt, a new version each time."""
    project = call("POST", "/v1/project", {"name": PROJECT})["id"]
    messages = [{"role": "system", "content": facts}, {"role": "user", "content": "{{{question}}}"}]
    data = {"prompt": {"type": "chat", "messages": messages}, "options": {"model": "gpt-4o-mini"}}
    named = {"project_id": project, "name": "Assistant", "slug": "assistant"}
    return call("PUT", "/v1/prompt", {**named, "prompt_data": data})


def deploy(prompt: dict[str, Any], environment: str) -> None:
    """Let an environment use this version of the prompt from now on."""
    path = f"/environment-object/prompt/{prompt['id']}/{environment}"
    call("PUT", path, {"object_version": prompt["_xact_id"]})


def ask(questions: Sequence[str]) -> None:
    """Let customers ask the app."""
    for question in questions:
        print(f"   {question:<32} {answer(question)}")
    otel_bridge.flush()


def annotate(logger: otel_bridge.Logger) -> None:
    """Rate the answers as a reviewer does, and write down what the bad one should have been."""
    for row in query(f"from: project_logs('{PROJECT}') | select: id, input, output | filter: is_root"):
        if "return" in row["output"] or "return" not in row["input"]["question"]:
            logger.log_feedback(id=row["id"], scores={"helpful": 1}, source="external")
        else:
            right = "You can return the tea for thirty days."
            logger.log_feedback(
                id=row["id"], scores={"helpful": 0}, expected=right, comment="Not what was asked."
            )
    otel_bridge.flush()


def keep_cases() -> "otel_bridge.Dataset":
    """Make cases of a dataset out of what was logged: the expected answer, else the one that was found helpful."""
    dataset = otel_bridge.init_dataset(PROJECT, "questions")
    for row in query(
        f"from: project_logs('{PROJECT}') | select: * | filter: is_root and scores.helpful IS NOT NULL"
    ):
        origin = {"object_type": "project_logs", "object_id": row["project_id"], "id": row["id"]}
        dataset.insert(
            id=row["id"], input=row["input"]["question"], expected=row["expected"] or row["output"],
            metadata={"origin": origin},
        )  # fmt: skip
    dataset.flush()
    return dataset


def evaluate(dataset: "otel_bridge.Dataset", environment: str) -> float:
    """Run the assistant over the dataset as it is in an environment; return its score."""
    outcome = Eval(
        PROJECT,
        data=dataset,
        task=lambda question: answer(question, environment),
        scores=[Levenshtein],
        experiment_name=environment,
    )
    return float(outcome.summary.scores["Levenshtein"].score)


def main() -> None:
    """Go once around."""
    otel_bridge.auto_instrument()
    logger = otel_bridge.init_logger(project=PROJECT)
    deploy(save_prompt(FACTS), "production")

    print("1. instrument and observe: customers ask")
    ask(QUESTIONS)

    print("2. annotate: a reviewer rates what was logged, and says what was wrong")
    annotate(logger)
    for row in query(f"from: project_logs('{PROJECT}') | select: input, scores | filter: scores.helpful < 1"):
        print(f"   not helpful: {row['input']['question']}")

    print("3. evaluate: what was annotated are the cases, the prompt in use is the base")
    dataset = keep_cases()
    before = evaluate(dataset, "production")
    better = save_prompt(MORE_FACTS)
    deploy(better, "staging")
    after = evaluate(dataset, "staging")

    print(f"4. deploy: {before:.2f} became {after:.2f}, so production uses the new prompt")
    if after <= before:
        raise SystemExit("the new prompt is not better: nothing was deployed")
    deploy(better, "production")
    ask(QUESTIONS[-1:])


if __name__ == "__main__":
    main()
