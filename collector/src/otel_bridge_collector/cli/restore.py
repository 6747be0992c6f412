"""`restore`: a new data folder from an archive of `backup`."""

from pathlib import Path

import click

from otel_bridge_collector.cli.progress import progress
from otel_bridge_collector.errors import BackupError


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--data-dir",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to make: not there yet, or empty.",
)
def restore(file: Path, data_dir: Path) -> None:
    """Make a data folder of FILE, an archive that `backup` wrote: whole and checked, or not at all.

    What has changed since the backup is as it was then: keys that were revoked are valid again, and destinations get rows that they
    have a second time, under the same ids.

    \b
    otel-bridge-collector restore /backups/otel-bridge-2026-11-26.tar --data-dir /var/lib/otel-bridge
    otel-bridge-collector serve --data-dir /var/lib/otel-bridge
    """  # noqa: D301 - click reads \b as: keep these lines
    # Only who restores waits for the import of the engines, whose versions are compared.
    from otel_bridge_collector.backup.restore import restore as restore_into  # noqa: PLC0415 - see above

    try:
        with progress("bytes", file.stat().st_size) as written:
            manifest = restore_into(file, data_dir, passed=written)
    except (BackupError, OSError) as error:
        raise click.ClickException(f"{file} was not restored: {error}") from error
    click.echo(
        f"{data_dir}: {len(manifest.files)} files as of {manifest.created}, written by release {manifest.release}; start with:"
        f" otel-bridge-collector serve --data-dir {data_dir}"
    )
