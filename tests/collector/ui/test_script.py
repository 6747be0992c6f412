"""The script of the page."""

import pytest
from starlette.testclient import TestClient

from otel_bridge_collector.ui.script import Script, built_script

needs_script = pytest.mark.skipif(not built_script().entry, reason="the script was not built: make ui")


@needs_script
def test_a_page_names_a_script_that_is_kept_for_a_year(browser: TestClient) -> None:
    name = built_script().entry

    answer = browser.get(f"/ui/script/{name}")

    assert f'src="/ui/script/{name}"' in browser.get("/app").text
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]


@needs_script
def test_the_licenses_of_what_is_inside_come_with_it() -> None:
    assert b"preact" in built_script().contents["THIRD_PARTY_LICENSES.txt"]


@pytest.mark.parametrize("name", ["none.js", "manifest.json", "..%2Fstyle.css"])
def test_there_is_no_other_file(browser: TestClient, name: str) -> None:
    assert browser.get(f"/ui/script/{name}").status_code == 404


def test_only_our_own_files_may_run(browser: TestClient) -> None:
    policy = browser.get("/app").headers["content-security-policy"]

    assert "script-src 'self'; connect-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_page_without_its_script_names_none(browser: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Script(entry="", styles=(), contents={})
    monkeypatch.setattr("otel_bridge_collector.ui.render.built_script", lambda: nothing)

    assert "<script" not in browser.get("/app").text
