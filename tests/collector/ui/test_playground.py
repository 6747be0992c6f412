"""The playground at a real sidecar, whose models are a provider on loopback."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from otel_bridge_collector.ui.playground_stream import PART
from otel_bridge_collector.ui.trace import PART_HEADER
from tests.support.functions import CHAT, Ground, ground
from tests.support.keys import make_key
from tests.support.openai_server import REFUSED
from tests.support.page import form_token, logged_in
from tests.support.prompts import project_id, save_prompt
from tests.support.provider import END_EARLY, HANG

pytestmark = pytest.mark.one_python

PROJECT = "tried"
PATH = f"/app/local/p/{PROJECT}/playground"
MODEL = "gpt-4o-mini"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("playground")) as running:
        project_id(running.collector.api, PROJECT)
        yield running


@pytest.fixture
def here(shared: Ground) -> Ground:
    shared.provider.asked.clear()
    return shared


@pytest.fixture
def browser(here: Ground) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=here.collector.api, timeout=60) as client:
        yield client


def send(browser: httpx.Client, *, timeout_s: float = 60, **fields: Any) -> httpx.Response:
    """Send the form with one variant, some fields changed; names with a dot are written with `__`."""
    given = {
        "a__role": "user",
        "a__content": "Say {{word}}",
        "a__model": MODEL,
        "strict": "on",
        "step": "run",
    }
    named = {
        name.replace("__", "."): value for name, value in {**given, **fields}.items() if value is not None
    }
    data = {**named, "form_token": form_token(browser.get(PATH).text)}
    return browser.post(PATH, data=data, timeout=timeout_s)


def asked(here: Ground) -> list[str]:
    return [each.body["messages"][0]["content"] for each in here.provider.asked]


def make_dataset(here: Ground, name: str) -> str:
    api = here.collector.api
    body = {"project_id": project_id(api, PROJECT), "name": name}
    dataset_id: str = httpx.post(f"{api}/v1/dataset", json=body).json()["id"]
    rows = [
        {"id": f"{name}-{word}", "input": {"word": word}, "expected": f"{word}!"} for word in ("one", "two")
    ]
    httpx.post(f"{api}/v1/dataset/{dataset_id}/insert", json={"events": rows}).raise_for_status()
    return dataset_id


def test_a_prompt_is_run_once_and_what_it_gave_is_shown(here: Ground, browser: httpx.Client) -> None:
    text = send(browser, value__word="hello", a__params='{"temperature": 0}').text

    assert asked(here) == ["Say hello"]
    assert here.provider.asked[0].body["temperature"] == 0
    assert "<pre" in text
    assert ">hi</pre>" in text
    assert "5 tokens in, 2 out" in text
    assert " · $" in text


def test_a_run_is_logged_with_its_tag(here: Ground, browser: httpx.Client) -> None:
    send(browser, variables='{"word": "logged"}')

    found = [row for row in here.rows(PROJECT) if row["input"] == {"word": "logged"}]
    assert [(row["output"], row["tags"]) for row in found] == [("hi", ["playground"])]


def events(browser: httpx.Client, **fields: Any) -> list[tuple[str, Any]]:
    """Send the form as the script does; name and data of each event."""
    browser.headers[PART_HEADER] = PART
    answer = send(browser, **fields)
    assert answer.headers["content-type"].startswith("text/event-stream"), answer.text
    parts = [part.split("\n") for part in answer.text.split("\n\n")[:-1]]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in parts]


def test_for_the_script_an_answer_comes_piece_by_piece_and_then_the_whole_page(
    here: Ground, browser: httpx.Client
) -> None:
    *texts, (name, page) = events(browser, value__word="hello")

    assert here.provider.asked[0].body["stream"] is True
    assert "".join(data["text"] for _, data in texts) == "hi"
    assert {(name, data["variant"]) for name, data in texts} == {("text", "a")}
    assert name == "page"
    assert (">hi</pre>" in page["html"], "5 tokens in, 2 out" in page["html"]) == (True, True)


def test_an_error_after_some_pieces_stands_on_the_page_that_comes_last(
    here: Ground, browser: httpx.Client
) -> None:
    here.provider.faults.append(END_EARLY)

    *_, (name, page) = events(browser, value__word="hello")

    assert name == "page"
    assert 'role="alert"' in page["html"].split('aria-label="Variant A gave"')[1]


def test_what_is_wrong_is_told_to_the_script_as_a_page(here: Ground, browser: httpx.Client) -> None:
    ((name, page),) = events(browser, a__params="{")

    assert (name, "Parameters, line 1, column 2" in page["html"]) == ("page", True)
    assert asked(here) == []


def test_variants_are_run_side_by_side(here: Ground, browser: httpx.Client) -> None:
    text = send(
        browser, value__word="it", b__role="user", b__content="Shout {{word}}", b__model=MODEL,
    ).text  # fmt: skip

    assert sorted(asked(here)) == ["Say it", "Shout it"]
    assert text.count(">hi</pre>") == 2


def test_a_variable_that_is_missing_costs_nothing_and_is_told_at_its_field(
    here: Ground, browser: httpx.Client
) -> None:
    answer = send(browser)

    assert answer.status_code == 400
    assert "Missing: <code>word</code>" in answer.text
    assert 'name="value.word" rows="2" spellcheck="false" aria-invalid="true"' in answer.text
    assert asked(here) == []


def test_a_variable_may_be_missing_where_that_is_said(here: Ground, browser: httpx.Client) -> None:
    send(browser, strict=None)

    assert asked(here) == ["Say "]


def test_an_error_of_the_provider_stands_at_its_variant(browser: httpx.Client) -> None:
    text = send(
        browser, value__word="it", b__role="user", b__content="Shout", b__model=REFUSED,
    ).text  # fmt: skip

    of_a, of_b = text.split('aria-label="Variant A gave"')[1].split('aria-label="Variant B gave"')
    assert ">hi</pre>" in of_a
    assert "there is no such model" in of_b
    assert 'role="alert"' in of_b


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        pytest.param({"a__params": "{"}, "Parameters, line 1, column 2", id="parameters"),
        pytest.param({"a__content": ""}, "Message 1: says nothing", id="no message"),
        pytest.param({"a__content": "{{#word}}"}, "Message 1, line 1, column 1: a section", id="template"),
        pytest.param({"variables": "{"}, "Variables, line 1, column 2", id="variables"),
        pytest.param({"a__models": "m"}, "a.model may be meant", id="misspelt"),
        pytest.param({"step": "dataset"}, "Dataset: none is chosen", id="no dataset"),
        pytest.param({"step": "dataset", "records": "0"}, "Records: expected a number", id="records"),
        pytest.param({"step": "start"}, "step is &#34;start&#34;", id="step"),
        pytest.param({"a__prompt": "none"}, "there is no prompt", id="no such prompt"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_run(
    here: Ground, browser: httpx.Client, fields: dict[str, Any], told: str
) -> None:
    assert told in send(browser, **{"value__word": "it", **fields}).text
    assert asked(here) == []


def test_a_saved_prompt_is_tried_and_logged_as_itself(here: Ground, browser: httpx.Client) -> None:
    data = {
        "prompt": {"type": "chat", "messages": [{"role": "user", "content": "Say {{word}}"}]},
        "options": {"model": MODEL},
    }
    saved = save_prompt(here.collector.api, PROJECT, data, slug="greet")

    shown = browser.get(f"{PATH}?prompt=greet").text
    send(browser, a__prompt=saved["id"], a__version=saved["_xact_id"], value__word="itself")

    assert "Say {{word}}</textarea>" in shown
    (row,) = [row for row in here.rows(PROJECT) if row["input"] == {"word": "itself"}]
    assert row["metadata"]["function"]["version"] == saved["_xact_id"]
    assert row["span_attributes"]["name"] == "Greet"


def test_a_variant_is_kept_as_the_next_version_of_its_prompt(here: Ground, browser: httpx.Client) -> None:
    saved = save_prompt(here.collector.api, PROJECT, CHAT, slug="better")

    shown = send(browser, step="a.keep", a__prompt=saved["id"], a__content="Better {{word}}").text
    data = {
        "project": PROJECT,
        "prompt": saved["id"],
        "seen": saved["_xact_id"],
        "name": "Better",
        "slug": "better",
    }
    data |= {"role": "user", "content": "Better {{word}}", "form_token": form_token(shown)}
    browser.post("/ui/prompt", data=data)

    assert 'action="/ui/prompt"' in shown
    assert 'value="better"' in shown
    assert "Better {{word}}</textarea>" in shown
    assert f'name="seen" value="{saved["_xact_id"]}"' in shown
    now = httpx.get(f"{here.collector.api}/v1/prompt/{saved['id']}").json()
    assert now["prompt_data"]["prompt"]["messages"] == [{"role": "user", "content": "Better {{word}}"}]


def test_a_variant_that_began_as_none_is_kept_as_a_new_prompt(browser: httpx.Client) -> None:
    shown = send(browser, step="a.keep", a__content="New {{word}}").text

    assert "New prompt" in shown
    assert 'name="prompt" value=""' in shown
    assert "New {{word}}</textarea>" in shown


def test_a_prompt_runs_on_records_of_a_dataset(here: Ground, browser: httpx.Client) -> None:
    dataset_id = make_dataset(here, "words")

    text = send(browser, step="dataset", dataset=dataset_id, records="2").text

    assert sorted(asked(here)) == ["Say one", "Say two"]
    table = text.split('aria-label="Outputs of records"')[1]
    assert table.count(">hi</div>") == 2
    assert "expected: one!" in table
    assert "14 tokens" in table


@pytest.mark.parametrize(("has_dataset", "runs"), [(False, 1), (True, 0)])
def test_enter_runs_only_where_no_dataset_is_chosen(
    here: Ground, browser: httpx.Client, *, has_dataset: bool, runs: int
) -> None:
    dataset = make_dataset(here, "entered") if has_dataset else ""

    send(browser, step="enter", dataset=dataset, value__word="hello")

    assert len(asked(here)) == runs


def test_typed_variables_stand_in_where_a_record_has_none(here: Ground, browser: httpx.Client) -> None:
    dataset_id = make_dataset(here, "stood in")

    send(
        browser, step="dataset", dataset=dataset_id, records="2",
        a__content="Say {{word}} {{how}}", value__how="loudly", value__word="nothing",
    )  # fmt: skip

    assert sorted(asked(here)) == ["Say one loudly", "Say two loudly"]


def test_a_record_may_lack_a_variable_where_that_is_no_error(here: Ground, browser: httpx.Client) -> None:
    dataset_id = make_dataset(here, "lacking")

    send(browser, step="dataset", dataset=dataset_id, records="1", strict=None, a__content="Say {{how}}!")

    assert asked(here) == ["Say !"]


def test_a_run_on_fewer_records_costs_less(here: Ground, browser: httpx.Client) -> None:
    dataset_id = make_dataset(here, "fewer")

    send(browser, step="dataset", dataset=dataset_id, records="1")

    assert len(asked(here)) == 1


def test_a_run_on_a_dataset_is_kept_as_an_experiment(here: Ground, browser: httpx.Client) -> None:
    dataset_id = make_dataset(here, "kept")

    text = send(
        browser, step="dataset", dataset=dataset_id, records="2", experiment="first try",
        b__role="user", b__content="Shout {{word}}", b__model=MODEL,
    ).text  # fmt: skip

    assert "Kept as the experiment" in text
    found = httpx.get(
        f"{here.collector.api}/v1/experiment", params={"project_name": PROJECT}, timeout=60
    ).json()["objects"]
    kept = {each["name"]: each for each in found if each["dataset_id"] == dataset_id}
    assert kept.keys() == {"first try A", "first try B"}
    assert kept["first try A"]["dataset_id"] == dataset_id
    rows = here.collector.query(
        f"select: * | from: experiment('{kept['first try B']['id']}') | filter: is_root | sort: input"
    )
    assert [(row["input"], row["expected"], row["output"]) for row in rows] == [
        ({"word": "one"}, "one!", "hi"),
        ({"word": "two"}, "two!", "hi"),
    ]
    assert "experiments/first%20try%20A" in text


CHOICES = {"type": "llm_classifier", "use_cot": False, "choice_scores": {"good": 1, "bad": 0}}


def make_scorer(here: Ground, slug: str, prompt: str, parser: Any) -> str:
    """Save a prompt that scores; by its choice, where it has a parser."""
    api = here.collector.api
    data = {
        "prompt": {"type": "chat", "messages": [{"role": "user", "content": prompt}]},
        "options": {"model": MODEL},
        "parser": parser,
    }
    body = {
        "project_id": project_id(api, PROJECT), "name": slug, "slug": slug, "function_type": "scorer",
        "function_data": {"type": "prompt"}, "prompt_data": data,
    }  # fmt: skip
    made: str = httpx.post(f"{api}/v1/function", json=body).json()["id"]
    return made


def test_scorers_score_an_experiment(here: Ground, browser: httpx.Client) -> None:
    dataset_id = make_dataset(here, "scored")

    text = send(
        browser, step="dataset", dataset=dataset_id, records="2", experiment="with scores",
        scorer__ExactMatch="on", scorer__Levenshtein="on",
    ).text  # fmt: skip

    (kept,) = httpx.get(
        f"{here.collector.api}/v1/experiment", params={"experiment_name": "with scores"}, timeout=60
    ).json()["objects"]
    summary = httpx.get(
        f"{here.collector.api}/v1/experiment/{kept['id']}/summarize", params={"summarize_scores": "true"}
    ).json()
    rows: Any = here.collector.query(
        f"select: name, type, purpose, scores, input | from: experiment('{kept['id']}') | filter: type = 'score'"
    )
    assert {name: item["score"] for name, item in summary["scores"].items()} == {
        "ExactMatch": 0,
        "Levenshtein": 0,
    }
    assert {(row["name"], row["purpose"]) for row in rows} == {
        ("ExactMatch", "scorer"),
        ("Levenshtein", "scorer"),
    }
    assert {row["input"]["output"] for row in rows} == {"hi"}
    assert '<span class="score"><bdi>ExactMatch</bdi> 0</span>' in text
    assert 'name="scorer.ExactMatch" value="on" checked' in text


def test_scorers_of_the_project_score_runs_in_the_logs(here: Ground, browser: httpx.Client) -> None:
    dataset_id = make_dataset(here, "judged")
    judge = make_scorer(here, "judge", "Is {{output}} what {{expected}} says?", parser=CHOICES)
    talker = make_scorer(here, "talker", "How good is {{output}}?", parser=None)

    scorers: Any = {f"scorer.{judge}": "on", f"scorer.{talker}": "on"}

    text = send(browser, step="dataset", dataset=dataset_id, records="1", **scorers).text

    assert "Is hi what two! says?" in asked(here)
    assert '<span class="score"><bdi>judge</bdi> 1</span>' in text
    assert '<p class="mark"><bdi>talker</bdi>: talker gave something else than a score' in text
    rows: Any = here.collector.query(f"select: * | from: project_logs('{PROJECT}') | filter: name = 'judge'")
    assert [(row["span_attributes"]["purpose"], row["is_root"], row["scores"]) for row in rows] == [
        ("scorer", False, {"judge": 1})
    ]


def test_a_scorer_that_is_not_there_is_told_before_anything_is_asked(
    here: Ground, browser: httpx.Client
) -> None:
    answer = send(browser, step="dataset", dataset=make_dataset(here, "other"), scorer__NoSuch="on")

    assert (answer.status_code, "there is no scorer" in answer.text) == (400, True)
    assert asked(here) == []


def test_a_run_ends_with_the_browser_that_asked_for_it(here: Ground, browser: httpx.Client) -> None:
    here.provider.gone.clear()
    here.provider.faults.append(HANG)

    with pytest.raises(httpx.ReadTimeout):
        send(browser, value__word="it", timeout_s=4.0)

    assert here.provider.gone.wait(30)


def test_who_may_ask_no_model_is_told(tmp_path: Path) -> None:
    with ground(tmp_path) as other:
        project_id(other.collector.api, PROJECT)
        reads = make_key(other.collector.data_dir, "read", "write")
        with logged_in(other.collector.api, reads) as browser:
            shown = browser.get(PATH)
            answer = browser.post(PATH, data={"form_token": form_token(shown.text)})

        assert "key that has the scope proxy" in shown.text
        assert 'value="run"' not in shown.text
        assert answer.status_code == 403
        assert other.provider.asked == []


def test_who_may_write_nothing_makes_no_experiment(tmp_path: Path) -> None:
    with ground(tmp_path) as other:
        dataset_id = make_dataset(other, "words")
        asks = make_key(other.collector.data_dir, "read", "proxy")
        with logged_in(other.collector.api, asks) as browser:
            answer = send(browser, step="dataset", dataset=dataset_id, experiment="none")

        assert answer.status_code == 403
        assert other.provider.asked == []
