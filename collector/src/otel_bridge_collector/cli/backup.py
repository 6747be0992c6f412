"""`backup`: write an archive of the data folder of a running sidecar, and check it."""

import os
from http import HTTPStatus
from pathlib import Path
from typing import IO, Final

import click
import httpx

from otel_bridge_collector.cli.api_client import fault_message, open_client
from otel_bridge_collector.cli.api_options import api_options
from otel_bridge_collector.cli.progress import progress
from otel_bridge_collector.errors import BackupError

_TIMEOUT_S: Final = 600.0
"""How long the sidecar may take until the next bytes come: it copies its store before the first ones."""


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE where it is there.")
@api_options
def backup(file: Path, url: str, *, force: bool) -> None:
    """Write the whole data folder of a running sidecar into FILE, a tar archive, and check it. Nothing stops meanwhile.

    Every request that was acknowledged before it began is in it. It needs a key with the scope admin for all projects, and on the
    sidecar's disk as much room as the store takes, for a while. FILE holds prompts, answers, the digests of keys and
    the secrets of signatures: keep it as safe as the data folder.

    \b
    otel-bridge-collector backup /backups/otel-bridge-$(date +%F).tar
    otel-bridge-collector backup --url https://sidecar.internal:8585 latest.tar --force
    """  # noqa: D301 - click reads \b as: keep these lines
    if file.exists() and not force:
        raise click.ClickException(f"{file} is there already: choose another name, or --force to replace it")
    partial = file.with_name(f"{file.name}.partial")
    try:
        with _created(partial) as written:
            _fetch(url, written)
            os.fsync(written.fileno())
        click.echo(_checked(partial, file))
        partial.replace(file)
    except BackupError as error:
        raise click.ClickException(f"the backup failed: {error}") from error
    except OSError as error:
        raise click.ClickException(f"cannot write {file}: {error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)


def _created(path: Path) -> IO[bytes]:
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _fetch(url: str, written: IO[bytes]) -> None:
    try:
        with (
            open_client(timeout_s=_TIMEOUT_S) as client,
            client.stream("POST", f"{url.rstrip('/')}/v1/backup") as response,
        ):
            if response.status_code != HTTPStatus.OK:
                response.read()
                raise click.ClickException(_fault(response))
            with progress("bytes", None) as received:
                for data in response.iter_bytes():
                    written.write(data)
                    received(len(data))
    except httpx.HTTPError as error:
        raise click.ClickException(f"the sidecar at {url} did not send a whole backup: {error}") from error


def _fault(response: httpx.Response) -> str:
    try:
        return fault_message(response.json())
    except ValueError:
        return f"what answers there is no sidecar: {response.status_code}"


def _checked(partial: Path, file: Path) -> str:
    """Read the archive again, as a restore would, and return what to say of it."""
    from otel_bridge_collector.backup.archive import read_archive  # noqa: PLC0415 - imported when it is needed

    with partial.open("rb") as stream:
        manifest = read_archive(stream)
    size = partial.stat().st_size
    return f"{file}: {len(manifest.files)} files, {size / (1 << 20):.1f} MiB, written and checked"
