"""Where the process runs, as the variables of the place tell: continuous integration, a cloud, a developer's machine.

Source: `braintrust` 0.47.0 SDK, `span_origin.detect_environment` (spec/app-api.md section 1).
"""

from collections.abc import Mapping
from typing import Final

_CI: Final = {
    "GITHUB_ACTIONS": "github_actions", "GITLAB_CI": "gitlab_ci", "CIRCLECI": "circleci", "BUILDKITE": "buildkite",
    "JENKINS_URL": "jenkins", "JENKINS_HOME": "jenkins", "TF_BUILD": "azure_pipelines",
    "TEAMCITY_VERSION": "teamcity", "TRAVIS": "travis", "BITBUCKET_BUILD_NUMBER": "bitbucket", "CI": "ci",
}  # fmt: skip

_SITES: Final = {"VERCEL": "vercel", "NETLIFY": "netlify"}

_CONTAINERS: Final = {
    "ECS_CONTAINER_METADATA_URI": "ecs",
    "ECS_CONTAINER_METADATA_URI_V4": "ecs",
}

_CLOUDS: Final = {
    "AWS_LAMBDA_FUNCTION_NAME": "aws_lambda", "K_SERVICE": "cloud_run", "FUNCTION_TARGET": "gcp_functions",
    "KUBERNETES_SERVICE_HOST": "kubernetes", "DYNO": "heroku", "FLY_APP_NAME": "fly",
    "RAILWAY_ENVIRONMENT": "railway", "RENDER_SERVICE_NAME": "render",
}  # fmt: skip

_AWS_EXECUTION: Final = {"AWS_ECS_": "ecs", "AWS_Lambda_": "aws_lambda"}

_MODE_TYPES: Final = {"production": "server", "staging": "server", "development": "local", "local": "local"}


def detect_environment(variables: Mapping[str, str]) -> Mapping[str, str]:
    """Return `type` (`ci`, `server` or `local`) and `name` of the place; empty when nothing tells it."""
    if name := _first(variables, _CI):
        return {"type": "ci", "name": name}
    name = _first(variables, _SITES) or _first(variables, _CONTAINERS) or _aws(variables)
    if name := name or _first(variables, _CLOUDS):
        return {"type": "server", "name": name}
    return _mode(variables.get("PYTHON_ENV", ""))


def _first(variables: Mapping[str, str], names: Mapping[str, str]) -> str | None:
    return next((name for variable, name in names.items() if variables.get(variable)), None)


def _aws(variables: Mapping[str, str]) -> str | None:
    told = variables.get("AWS_EXECUTION_ENV", "")
    return next((name for prefix, name in _AWS_EXECUTION.items() if told.startswith(prefix)), None)


def _mode(mode: str) -> Mapping[str, str]:
    if not mode:
        return {}
    kind = _MODE_TYPES.get(mode.lower())
    return {"type": kind, "name": mode.lower()} if kind else {"name": mode}
