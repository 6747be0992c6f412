"""Documentation that is checked against the code it describes."""

import re
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Final

import click
import pytest

from otel_bridge.settings import Settings as AppSettings
from otel_bridge_collector.cli.main import main
from otel_bridge_collector.config.load import Sources, load_config
from otel_bridge_collector.settings import Settings as CollectorSettings
from tests.support import app_docs, metric_docs
from tests.support.config_docs import pages, reference

pytestmark = pytest.mark.one_python

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
SETTING: Final = re.compile(
    r"(?<![\w./-])(?:extensions|service|receivers|exporters|processors)(?:\.[a-z_]+)+(?![\w(])"
)
"""A path of the configuration, as texts name it."""

OF_RESOURCES: Final = {"service.name", "service.version", "service.namespace", "service.instance.id"}
MARKDOWN: Final = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]


def test_every_setting_of_the_sidecar_is_described() -> None:
    text = (DOCS / "settings.md").read_text(encoding="utf-8")

    missing = [name for name in CollectorSettings.model_fields if f"OTEL_BRIDGE_{name.upper()}" not in text]

    assert missing == []


@pytest.mark.parametrize(("page", "text"), [pytest.param(*pair, id=pair[0].name) for pair in pages().items()])
def test_the_reference_of_the_configuration_is_that_of_the_code(page: Path, text: str) -> None:
    assert page.read_text(encoding="utf-8") == text, "run make docs"


def test_messages_and_pages_name_settings_that_exist() -> None:
    known = _configurable()
    named = {
        (found, source.name)
        for source in [*(ROOT / "src").rglob("*.py"), *(ROOT / "collector" / "src").rglob("*.py"), *MARKDOWN]
        for found in SETTING.findall(source.read_text(encoding="utf-8"))
        if found not in OF_RESOURCES
    }

    assert len(named) > 20
    assert {pair for pair in named if pair[0] not in known} == set()


def _configurable() -> set[str]:
    """Every path of the configuration, and what stands above it."""
    known: set[str] = set()
    section = ""
    for line in reference().splitlines():
        section = line.removeprefix("### ") if line.startswith("### ") else section
        key = re.match(r"\| `(\w+)` \|", line)
        parts = f"{section}.{key[1]}".split(".") if key else section.split(".")
        known |= {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
    return known


def test_the_table_of_metrics_is_that_of_the_code() -> None:
    assert metric_docs.PAGE.read_text(encoding="utf-8") == metric_docs.page(), "run make docs"


def test_the_example_of_the_configuration_can_be_used() -> None:
    example = (DOCS / "config.md").read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]

    load_config(
        Sources(files=[f"yaml:{example}"], environment={"BRAINTRUST_API_KEY": "k", "HONEYCOMB_KEY": "h"})
    )


def test_every_setting_of_the_app_is_described() -> None:
    assert is_dataclass(AppSettings)
    text = (DOCS / "settings.md").read_text(encoding="utf-8")

    missing = [field.name for field in fields(AppSettings) if f"`{field.name}`" not in text]

    assert missing == []


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_and_flag_is_described(name: str) -> None:
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    options = [
        option
        for parameter in main.commands[name].params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    ]

    missing = [option for option in options if f"`{option}" not in text and f" {option}" not in text]

    assert f"## {name}" in text
    assert missing == []


@pytest.mark.parametrize("name", sorted(main.commands))
def test_the_help_of_every_command_has_an_example(name: str) -> None:
    assert f"otel-bridge-collector {name}" in (main.commands[name].help or "") + (
        main.commands[name].epilog or ""
    )


@pytest.mark.parametrize("page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in MARKDOWN])
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]

    missing = [target for target in targets if target and not (page.parent / target).exists()]

    assert missing == []


@pytest.mark.skipif(
    sys.version_info[:2] != (3, 11), reason="made by 3.11, others print annotations differently"
)
def test_every_symbol_of_the_app_side_is_described_with_its_arguments() -> None:
    assert app_docs.PAGE.read_text(encoding="utf-8") == app_docs.page(), "run make docs"


def test_every_limit_names_its_tests_and_these_exist() -> None:
    table = (
        (DOCS / "limits.md")
        .read_text(encoding="utf-8")
        .partition("tests on both sides |\n")[2]
        .partition("\n\n")[0]
    )
    limits = [line.split(" | ") for line in table.splitlines()[1:]]
    named = {limit[0].strip("| "): re.findall(r"`(test_\w+)`", limit[-1]) for limit in limits}
    there = {
        name
        for module in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", module.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert len(named) > 15
    assert {limit: tests for limit, tests in named.items() if not tests or set(tests) - there} == {}
