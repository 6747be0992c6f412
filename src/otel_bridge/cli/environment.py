"""What the command line says of the surroundings of an evaluation, as the variables that everything else reads.

Source: `braintrust` 0.47.0 SDK, `cli/eval`: `--env-file`, `--api-key`, `--org-name`, `--app-url`, `--num-workers`.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from otel_bridge.api.evaluation.call import set_thread_pool_max_workers
from otel_bridge.dotenv import assignments
from otel_bridge.settings import process_environment

_VARIABLES: Final[Mapping[str, str]] = {
    "api_key": "BRAINTRUST_API_KEY",
    "org_name": "BRAINTRUST_ORG_NAME",
    "app_url": "BRAINTRUST_APP_URL",
}


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the flags to those of the command."""
    add = parser.add_argument
    add("--env-file", type=Path, metavar="FILE", help="set the variables of the file that are not set")
    for flag, variable in _VARIABLES.items():
        add(f"--{flag.replace('_', '-')}", help=f"instead of {variable}")
    add("--num-workers", type=_count, metavar="N",
        help="plain functions that run at a time; by default as many as there are processors")  # fmt: skip


def apply(given: argparse.Namespace) -> None:
    """Let the rest of the process see what was given.

    Raises:
        OSError: the file cannot be read.
        UnicodeDecodeError: it is no text.
    """
    variables = process_environment()
    if given.env_file:
        for name, value in assignments(given.env_file.read_text(encoding="utf-8")).items():
            variables.setdefault(name, value)
    for flag, variable in _VARIABLES.items():
        if (value := getattr(given, flag)) is not None:
            variables[variable] = value
    if given.num_workers is not None:
        set_thread_pool_max_workers(given.num_workers)


def _count(text: str) -> int:
    if (count := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of workers: 1 is the least")
    return count
