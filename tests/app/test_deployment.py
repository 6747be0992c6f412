"""Where the process runs, as the real SDK tells it."""

import os

import pytest
from braintrust.span_origin import detect_environment as theirs

from otel_bridge.deployment import detect_environment


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"GITHUB_ACTIONS": "true", "CI": "true"}, id="github"),
        pytest.param({"CI": "1", "VERCEL": "1"}, id="ci before a cloud"),
        pytest.param({"GITHUB_ACTIONS": "", "NETLIFY": "1"}, id="an empty one is absent"),
        pytest.param({"ECS_CONTAINER_METADATA_URI_V4": "u", "K_SERVICE": "s"}, id="ecs"),
        pytest.param({"AWS_EXECUTION_ENV": "AWS_ECS_FARGATE"}, id="fargate"),
        pytest.param({"AWS_EXECUTION_ENV": "AWS_Lambda_python3.11"}, id="lambda by its environment"),
        pytest.param({"AWS_LAMBDA_FUNCTION_NAME": "f"}, id="lambda"),
        pytest.param({"AWS_EXECUTION_ENV": "EC2", "DYNO": "d"}, id="another aws"),
        pytest.param({"KUBERNETES_SERVICE_HOST": "h"}, id="kubernetes"),
        pytest.param({"PYTHON_ENV": "Production"}, id="production"),
        pytest.param({"PYTHON_ENV": "local"}, id="local"),
        pytest.param({"PYTHON_ENV": "Demo"}, id="another mode"),
    ],
)
def test_places_are_those_of_braintrust(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:  # noqa: TID251 - the test sets the stage
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert dict(detect_environment(variables)) == (theirs() or {})
