"""`print-config`: the configuration as `serve` would use it. It starts nothing."""

import click

from otel_bridge_collector.cli.config_options import config_options
from otel_bridge_collector.errors import SettingsError


@click.command("print-config")
@config_options
def print_config(files: tuple[str, ...], assignments: tuple[str, ...]) -> None:
    """Print the configuration with files, environment and defaults in it; keys and headers are hidden.

    \b
    otel-bridge-collector print-config --config config.yaml
    otel-bridge-collector print-config --set extensions.api.endpoint=0.0.0.0:8585
    """  # noqa: D301 - click reads \b as: keep these lines
    from otel_bridge_collector.config.render import render  # noqa: PLC0415 - pydantic takes its time
    from otel_bridge_collector.settings import IN_CONFIG, config_sources, load_settings  # noqa: PLC0415 - as above

    try:
        settings = load_settings(config_sources(files, assignments))
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        render(settings.config, {path: getattr(settings, name) for name, path in IN_CONFIG.items()}), nl=False
    )
