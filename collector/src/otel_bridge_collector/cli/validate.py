"""`validate`: tell whether a configuration can be used, and where it cannot. It starts nothing."""

import json

import click

from otel_bridge_collector.errors import SettingsError


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--set", "assignments", multiple=True, metavar="PATH=VALUE", help="One setting over the files.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the configuration, for editors.")
def validate(files: tuple[str, ...], assignments: tuple[str, ...], *, schema: bool) -> None:
    """Check a configuration; every fault is a line with its place, and the exit code is 1.

    It refuses what `serve` would: certificates are read, and addresses that others reach need a key in the data folder, or a word
    that anyone may come in. Run it where the sidecar runs. Without FILE it checks what OTEL_BRIDGE_CONFIG names. The environment counts as it does for `serve`.

    \b
    otel-bridge-collector validate config.yaml
    otel-bridge-collector validate --schema > config.schema.json
    """  # noqa: D301 - click reads \b as: keep these lines
    from otel_bridge_collector.config.json_schema import config_schema  # noqa: PLC0415 - pydantic takes its time
    from otel_bridge_collector.settings import config_sources, load_settings  # noqa: PLC0415 - as above

    if schema:
        click.echo(json.dumps(config_schema(), indent=2))
        return
    from otel_bridge_collector.stages.check import check_start  # noqa: PLC0415 - as above

    try:
        check_start(load_settings(config_sources(files, assignments)))
    except SettingsError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(1) from error
    click.echo("the configuration can be used")
