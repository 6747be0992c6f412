"""The review: rows that nobody has said anything of, one after the other, over the example rows."""

import re

from starlette.testclient import TestClient

from tests.support.page import form_token
from tests.support.rows import Asking

REVIEW = "/app/o/p/p/review"


def judge(browser: TestClient, example: Asking, row_id: str) -> str:
    place = {
        "object_type": "project_logs",
        "object_id": example.project_id,
        "id": row_id,
        "to": "/app/o/p/p/review",
    }
    token = form_token(browser.get(REVIEW).text)
    return browser.post("/ui/feedback", data={**place, "thumb": "down", "form_token": token}).text


def test_the_newest_row_comes_first_and_the_next_one_after_it(browser: TestClient, example: Asking) -> None:
    first = browser.get(REVIEW).text
    second = judge(browser, example, "e")

    assert ("3 rows waiting" in first, "How many apples?" in first) == (True, True)
    assert ("2 rows waiting" in second, "50% off" in second) == (True, True)


def test_a_row_is_skipped(browser: TestClient) -> None:
    link = browser.get(REVIEW).text.split('rel="next" href="')[1].split('"')[0]

    assert "50% off" in browser.get(REVIEW + link.replace("&amp;", "&")).text


def test_a_filter_narrows_the_queue(browser: TestClient) -> None:
    text = browser.get(REVIEW, params={"filter": "scores.Tone = 1"}).text

    assert ("1 row waiting" in text, "50% off" in text) == (True, True)


def test_a_time_narrows_the_queue_and_stays_in_the_links(browser: TestClient) -> None:
    text = browser.get(REVIEW, params={"from": "2026-01-09", "search": "off"}).text

    assert ("1 row waiting" in text, "50% off" in text) == (True, True)
    assert "from=2026-01-09" in text.split('rel="next" href="')[1].split('"')[0]


def test_a_wrong_filter_is_told(browser: TestClient) -> None:
    answer = browser.get(REVIEW, params={"filter": "a >"})

    assert (answer.status_code, 'role="alert"' in answer.text) == (400, True)


def test_every_row_comes_with_the_focus_above_its_answers(browser: TestClient, example: Asking) -> None:
    for text in (browser.get(REVIEW).text, judge(browser, example, "e")):
        assert re.findall(r"<[^>]* autofocus[^>]*>", text) == ['<h2 id="feedback" tabindex="-1" autofocus>']


def test_a_link_skips_to_the_answers(browser: TestClient) -> None:
    text = browser.get(REVIEW).text

    assert '<a class="skip" href="#feedback">Skip to the answers</a>' in text
    assert 'id="feedback"' in text


def test_the_page_of_a_row_has_no_keys_of_the_review(browser: TestClient, example: Asking) -> None:
    text = browser.get(f"/app/local/object?object_type=project_logs&object_id={example.project_id}&id=c").text

    assert ("data-key" in text, "autofocus" in text) == (False, False)


def test_an_empty_queue_is_said(browser: TestClient) -> None:
    assert "No row is waiting" in browser.get(REVIEW, params={"filter": "id = 'none'"}).text
