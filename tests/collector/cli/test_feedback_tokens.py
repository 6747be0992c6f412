"""`feedback-tokens`: on a data folder, without a sidecar."""

import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from otel_bridge_collector.api.feedback_token import Grant, read_token
from otel_bridge_collector.cli.main import main
from otel_bridge_collector.store.feedback_secrets import FeedbackSecrets
from otel_bridge_collector.store.objects import Objects


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    objects = Objects(tmp_path / "objects.sqlite")
    objects.create_project("checkout")
    objects.close()
    return tmp_path


def run(folder: Path, *arguments: str) -> Result:
    command, *rest = arguments
    return CliRunner().invoke(main, ["feedback-tokens", command, "--data-dir", str(folder), *rest])


def create(folder: Path, *options: str) -> Result:
    return run(folder, "create", "--project", "checkout", "--id", "r", *options)


def grant(folder: Path, token: str, *, in_s: float = 0) -> Grant | None:
    accepted = FeedbackSecrets(folder / "feedback.json").accepted()
    return read_token(token.strip(), accepted, now_s=time.time() + in_s)


def test_a_token_is_for_what_was_said(folder: Path) -> None:
    token = create(folder, "--score", "helpful", "--field", "comment", "--expires", "1h").stdout
    made = grant(folder, token)

    assert made is not None
    assert (made.row_id, made.scores, made.fields) == ("r", frozenset({"helpful"}), frozenset({"comment"}))
    assert set(made.place) == {"project_id", "log_id"}
    assert grant(folder, token, in_s=3_700) is None


def test_a_token_for_nothing_is_refused(folder: Path) -> None:
    result = create(folder)

    assert (result.exit_code, "name what may be said" in result.output) == (1, True)


def test_a_token_for_ever_is_refused(folder: Path) -> None:
    assert "has to expire within a year" in create(folder, "--score", "s", "--expires", "never").output


def test_a_project_that_is_not_there_is_named(folder: Path) -> None:
    result = run(folder, "create", "--project", "nosuch", "--id", "r", "--score", "s")

    assert "there is no project 'nosuch'" in result.output


def test_a_rotation_ends_tokens_at_once_or_after_an_overlap(folder: Path) -> None:
    first = create(folder, "--score", "s").stdout
    run(folder, "rotate", "--overlap", "1h")
    second = create(folder, "--score", "s").stdout
    during = [grant(folder, token) is not None for token in (first, second)]
    run(folder, "rotate")

    assert during == [True, True]
    assert [grant(folder, token) for token in (first, second)] == [None, None]


def test_the_old_secret_has_to_end(folder: Path) -> None:
    assert "the old secret has to end" in run(folder, "rotate", "--overlap", "never").output
