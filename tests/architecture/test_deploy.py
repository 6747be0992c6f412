"""The files of deploy/ fit the sidecar; `make deploy` judges their form."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from otel_bridge_collector.settings import Settings

pytestmark = pytest.mark.one_python

DEPLOY: Final = Path(__file__).parents[2] / "deploy"
FILES: Final = sorted(path for path in DEPLOY.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in FILES])
def test_every_variable_is_a_setting(path: Path) -> None:
    named = set(re.findall(r"OTEL_BRIDGE_([A-Z_]+)", path.read_text(encoding="utf-8")))

    assert {name.lower() for name in named} <= set(Settings.model_fields)


def containers() -> list[Any]:
    pods = [
        each["spec"]["template"]["spec"]
        for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
        for each in yaml.safe_load_all(path.read_text(encoding="utf-8"))
        if each["kind"] == "Deployment"
    ]
    return [
        pytest.param(pod, container, id=f"{container['name']} {index}")
        for index, pod in enumerate(pods)
        for container in (*pod.get("initContainers", []), *pod["containers"])
        if container["name"] == "otel-bridge"
    ]


@pytest.mark.parametrize(("pod", "container"), containers())
def test_a_pod_runs_without_root_and_writes_to_its_volumes_alone(pod: Any, container: Any) -> None:
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert {each["mountPath"] for each in container["volumeMounts"]} == {"/var/lib/otel-bridge", "/tmp"}  # noqa: S108
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()
