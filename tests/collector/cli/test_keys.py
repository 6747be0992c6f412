"""`keys`: on a data folder, without a sidecar."""

import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from otel_bridge_collector.cli.main import main
from otel_bridge_collector.store.keys import KeyRing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def run(folder: Path, *arguments: str) -> Result:
    command, *rest = arguments
    return CliRunner().invoke(main, ["keys", command, "--data-dir", str(folder), *rest])


def create(folder: Path, *options: str) -> str:
    result = run(folder, "create", "--name", "app", "--scope", "ingest", *options)
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def listed(folder: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in run(folder, "list", "--json").stdout.splitlines()]


def is_good(folder: Path, key: str) -> bool:
    ring = KeyRing(folder / "objects.sqlite")
    try:
        return ring.find(key) is not None
    finally:
        ring.close()


def test_a_key_is_made_where_there_was_no_data_folder_for_its_user_alone(folder: Path) -> None:
    key = create(folder)

    assert is_good(folder, key)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "objects.sqlite").stat().st_mode) == 0o600


def test_stdout_has_the_key_alone_and_stderr_what_to_know(folder: Path) -> None:
    result = run(folder, "create", "--name", "app", "--scope", "read", "--expires", "90d")

    assert result.stdout.startswith("obk_")
    assert len(result.stdout.split()) == 1
    assert "shown this once" in result.stderr
    assert "good until" in result.stderr


def test_the_list_tells_everything_but_the_secret(folder: Path) -> None:
    key = create(folder, "--scope", "read", "--project", "checkout", "--expires", "1h")

    (shown,) = listed(folder)

    assert {name: shown[name] for name in ("name", "state", "scopes", "projects")} == {
        "name": "app",
        "state": "active",
        "scopes": "ingest, read",
        "projects": "checkout",
    }
    assert key.rpartition("_")[2] not in str(shown)
    assert shown["id"] in run(folder, "list").stdout


def test_a_project_is_named_by_name_or_id_and_made_where_there_is_none(folder: Path) -> None:
    create(folder, "--project", "checkout")
    create(folder, "--project", "checkout")

    assert [each["projects"] for each in listed(folder)] == ["checkout", "checkout"]


def test_a_revoked_key_is_good_no_more(folder: Path) -> None:
    key = create(folder)

    result = run(folder, "revoke", listed(folder)[0]["id"])

    assert result.exit_code == 0
    assert not is_good(folder, key)


def test_a_key_can_be_revoked_by_its_own_text(folder: Path) -> None:
    key = create(folder)

    run(folder, "revoke", key)

    assert not is_good(folder, key)


def test_a_rotated_key_makes_way_for_its_successor(folder: Path) -> None:
    old = create(folder)

    new = run(folder, "rotate", listed(folder)[0]["id"]).stdout.strip()

    assert [is_good(folder, key) for key in (old, new)] == [False, True]


def test_an_overlap_keeps_the_old_key_for_a_while(folder: Path) -> None:
    old = create(folder)

    run(folder, "rotate", listed(folder)[0]["id"], "--overlap", "1d")

    assert is_good(folder, old)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("revoke", "nothing"), "there is no key 'nothing'", id="unknown"),
        pytest.param(
            ("create", "--name", "a", "--scope", "read", "--expires", "soon"), "is no duration", id="expiry"
        ),
        pytest.param(("create", "--name", "a"), "Missing option '--scope'", id="no scope"),
        pytest.param(("create", "--name", "a", "--scope", "all"), "'all' is not one of", id="scope"),
    ],
)
def test_what_cannot_be_done_is_said(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    result = run(folder, *arguments)

    assert result.exit_code != 0
    assert message in result.output


def test_a_key_that_has_ended_is_not_rotated(folder: Path) -> None:
    create(folder)
    key_id = listed(folder)[0]["id"]
    run(folder, "revoke", key_id)

    result = run(folder, "rotate", key_id)

    assert result.exit_code == 1
    assert "is revoked: make a new one" in result.output


def test_no_keys_is_said_so(folder: Path) -> None:
    assert "there are no keys" in run(folder, "list").stderr


def test_the_list_makes_no_data_folder(folder: Path) -> None:
    assert run(folder, "list").exit_code == 0

    assert not folder.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files for others")
def test_a_key_that_root_makes_is_for_the_folders_owner(folder: Path) -> None:
    folder.mkdir()
    os.chown(folder, 12_345, 12_345)

    create(folder)

    assert {path.stat().st_uid for path in folder.iterdir()} == {12_345}
