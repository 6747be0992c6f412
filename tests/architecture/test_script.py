"""The script of the page is built from the sources beside it, its lock file names no registry, and an installation does without it."""

import os
import runpy
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest

pytestmark = pytest.mark.one_python

ROOT: Final = Path(__file__).parents[2]
HOOK: Final[dict[str, Any]] = runpy.run_path(str(ROOT / "collector" / "hatch_build.py"))
ENTRY: Final = "otel_bridge_collector/ui/static/script/manifest.json"


def build(tmp_path: Path, wish: str) -> "subprocess.CompletedProcess[str]":
    """Build the wheel of a fresh checkout, where npm is out of reach."""
    project = tmp_path / "collector"
    shutil.copytree(
        ROOT / "collector", project, ignore=shutil.ignore_patterns("node_modules", "script", "__pycache__")
    )
    nowhere = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_cache": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(tmp_path / "dist")]
    return subprocess.run(
        [*command, str(project)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **nowhere, "OTEL_BRIDGE_BUILD_UI": wish},  # noqa: TID251 - of another program
    )


def names(tmp_path: Path) -> list[str]:
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.mark.skipif(not HOOK["STAMP"].is_file(), reason="the script was not built: make ui")
def test_the_script_is_what_its_sources_say() -> None:
    built_from = HOOK["STAMP"].read_text(encoding="utf-8")

    assert built_from == HOOK["digest_of_sources"](), "the script is an old one: make ui"


@pytest.mark.parametrize("folder", ["collector/ui", "tests/compat/javascript"])
def test_a_lock_file_names_no_registry(folder: str) -> None:
    lock = (ROOT / folder / "package-lock.json").read_text(encoding="utf-8")

    assert '"resolved"' not in lock
    assert "registry" not in lock


@pytest.mark.parametrize("wish", ["0", "1"])
def test_without_npm_a_wheel_comes_without_the_script(tmp_path: Path, wish: str) -> None:
    done = build(tmp_path, wish)

    assert done.returncode == 0, done.stderr
    assert ENTRY not in names(tmp_path)
    assert ("the page comes without its script" in done.stdout + done.stderr) == (wish == "1")


def test_a_build_that_requires_the_script_fails_without_npm(tmp_path: Path) -> None:
    assert build(tmp_path, "require").returncode != 0
