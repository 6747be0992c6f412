"""What the built wheels require and hold."""

import shutil
import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Final

import pytest

pytestmark = pytest.mark.one_python

ROOT: Final = Path(__file__).parents[2]


def build_wheel(project: Path, folder: Path) -> Path:
    command = [
        sys.executable,
        "-m",
        "build",
        "--no-isolation",
        "--wheel",
        "--outdir",
        str(folder),
        str(project),
    ]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(name).decode())


@pytest.fixture(scope="module")
def app_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(ROOT, tmp_path_factory.mktemp("app"))


@pytest.fixture(scope="module")
def collector_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(ROOT / "collector", tmp_path_factory.mktemp("collector"))


@pytest.fixture(scope="module")
def native_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("cargo") is None:
        pytest.skip("there is no cargo")
    return build_wheel(ROOT / "native", tmp_path_factory.mktemp("native"))


def test_the_app_requires_opentelemetry_only(app_wheel: Path) -> None:
    required = [line for line in metadata(app_wheel).get_all("Requires-Dist", []) if "extra ==" not in line]

    assert sorted(line.split(">")[0] for line in required) == [
        "opentelemetry-api",
        "opentelemetry-exporter-otlp-proto-http",
        "opentelemetry-sdk",
    ]


def test_the_app_wheel_holds_the_app_side_only(app_wheel: Path) -> None:
    with zipfile.ZipFile(app_wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}

    assert tops == {"otel_bridge", "otel_bridge_plugins", f"{app_wheel.name.split('-py3')[0]}.dist-info"}


def test_both_wheels_carry_their_types(app_wheel: Path, collector_wheel: Path) -> None:
    names: set[str] = set()
    for wheel in (app_wheel, collector_wheel):
        with zipfile.ZipFile(wheel) as archive:
            names.update(archive.namelist())

    assert {"otel_bridge/py.typed", "otel_bridge_collector/py.typed"} <= names


def test_both_wheels_share_one_version(app_wheel: Path, collector_wheel: Path) -> None:
    assert metadata(app_wheel)["Version"] == metadata(collector_wheel)["Version"]


def test_the_collector_requires_the_app_of_its_own_version(app_wheel: Path, collector_wheel: Path) -> None:
    version = metadata(app_wheel)["Version"]

    assert f"otel-bridge=={version}" in metadata(collector_wheel).get_all("Requires-Dist", [])


def test_one_wheel_of_the_compiled_receiver_is_for_every_python(native_wheel: Path) -> None:
    with zipfile.ZipFile(native_wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("otel_bridge_native/")}

    assert "-py3-none-linux_" in native_wheel.name
    assert held == {
        f"otel_bridge_native/{name}" for name in ("__init__.py", "libotel_bridge_native.so", "py.typed")
    }
    assert metadata(native_wheel).get_all("Requires-Dist", []) == []


def test_the_collector_wants_the_compiled_receiver_of_its_own_version(
    native_wheel: Path, collector_wheel: Path
) -> None:
    version = metadata(native_wheel)["Version"]

    assert version == metadata(collector_wheel)["Version"]
    assert f"otel-bridge-native=={version}; extra == 'native'" in metadata(collector_wheel).get_all(
        "Requires-Dist", []
    )
