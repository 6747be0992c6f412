"""`audit-mask`: tell what of a stopped sidecar's data the masking rules at its door would mask. It changes nothing."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from otel_bridge_collector.cli.config_options import config_options
from otel_bridge_collector.cli.progress import progress
from otel_bridge_collector.cli.table import print_whole_table
from otel_bridge_collector.errors import CollectorError

if TYPE_CHECKING:
    from otel_bridge_collector.audit.findings import Findings

_FOUND: Final = 1
_CANNOT: Final = 2


@click.command("audit-mask")
@config_options
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of a sidecar that does not run, or a copy of one.",
)
@click.option(
    "--format",
    "output",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="What to print.",
)
def audit_mask(
    files: tuple[str, ...], assignments: tuple[str, ...], data_dir: Path | None, output: str
) -> None:
    """Look for what the masking rules at the door would mask in what was kept: place, field, rule and count, never a value.

    It reads spool, store, objects, dead letters, what is known of attachments, and the files that exporters wrote. What rules have
    put there (replacements, hashes, pseudonyms) is not found. The sidecar has to be stopped.

    Exit code 0: nothing was found. 1: something was. 2: it cannot be told, since there are no rules or something cannot be read.

    \b
    otel-bridge-collector audit-mask --config sidecar.yaml
    otel-bridge-collector audit-mask --config new-rules.yaml --data-dir /backup/otel-bridge --format json
    """  # noqa: D301 - click reads \b as: keep these lines
    try:
        findings = _audit(files, assignments, data_dir)
    except (CollectorError, OSError) as error:
        click.echo(f"the audit cannot be made: {error}", err=True)
        raise click.exceptions.Exit(_CANNOT) from error
    _print(findings, output)
    for place, count in sorted((+findings.unreadable).items()):
        click.echo(f"{place}: {count} parts cannot be read, and were not looked at", err=True)
    if findings.listed():
        sys.exit(_FOUND)
    if +findings.unreadable:
        sys.exit(_CANNOT)


def _audit(files: tuple[str, ...], assignments: tuple[str, ...], data_dir: Path | None) -> "Findings":
    """Return what is found.

    Raises:
        CollectorError: settings, store or spool cannot be used, or there are no rules.
        OSError: a file cannot be read.
    """
    from otel_bridge_collector.audit.folder import audit_folder  # noqa: PLC0415 - duckdb and protobuf take their time
    from otel_bridge_collector.audit.products import audit_rules  # noqa: PLC0415 - as above
    from otel_bridge_collector.errors import SettingsError  # noqa: PLC0415 - as above
    from otel_bridge_collector.settings import config_sources, load_settings  # noqa: PLC0415 - as above
    from otel_bridge_collector.spool.lock import FolderLock  # noqa: PLC0415 - as above

    settings = load_settings(config_sources(files, assignments), data_dir=data_dir)
    rules = audit_rules(settings.config)
    if rules is None:
        raise SettingsError(
            "no masking processor stands in a pipeline with the store: name one with --config FILE"
        )
    folder = settings.data_dir
    if not (folder / "spool").is_dir():
        raise SettingsError(f"{folder} is no data folder of a sidecar: name one with --data-dir")
    lock = FolderLock(folder)
    try:
        return audit_folder(folder, settings.config, rules, progress)
    finally:
        lock.release()


def _print(findings: "Findings", output: str) -> None:
    listed = findings.listed()
    if output == "json":
        click.echo(
            json.dumps(
                {
                    "findings": [asdict(each) for each in listed],
                    "unreadable": dict(+findings.unreadable),
                },
                ensure_ascii=False,
                indent=2,
            )
        )
    elif listed:
        lines = [(each.place, each.field, each.rule, str(each.count)) for each in listed]
        print_whole_table(("place", "field", "rule", "values"), lines)
    else:
        click.echo("nothing was found that the rules would mask")
