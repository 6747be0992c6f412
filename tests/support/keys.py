"""API keys of a data folder, made by the command line as a user makes them."""

import subprocess
from pathlib import Path

from tests.support.collector import COMMAND


def make_key(data_dir: Path, *scopes: str, projects: tuple[str, ...] = ()) -> str:
    """Make a key, with the sidecar running or not."""
    options = [part for scope in scopes for part in ("--scope", scope)]
    options += [part for project in projects for part in ("--project", project)]
    made = subprocess.run(
        [COMMAND, "keys", "create", "--name", "test", "--data-dir", str(data_dir), *options],
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.strip()


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def revoke_key(data_dir: Path, key: str) -> None:
    """Revoke a key, with the sidecar running or not; its id is the second part of it."""
    command = [COMMAND, "keys", "revoke", key.split("_")[1], "--data-dir", str(data_dir)]
    subprocess.run(command, capture_output=True, check=True)
