"""`keys`: make, list, revoke and replace API keys, in the data folder itself.

It needs no running sidecar, and one that runs sees a change with its next request. So whoever may write to the data folder
may make keys, and nobody else can: there is no endpoint for it.
"""

import json
import os
import re
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from otel_bridge_collector.access import Scope
from otel_bridge_collector.cli.owner import give_to_owner
from otel_bridge_collector.errors import SettingsError, StoreError

if TYPE_CHECKING:
    from otel_bridge_collector.store.keys import ApiKey, Keys
    from otel_bridge_collector.store.objects import Objects

OBJECTS: Final = "objects.sqlite"
_PRIVATE: Final = 0o077
_UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_DURATION: Final = re.compile(r"(\d{1,9})([smhdw])")
_SCOPES: Final = [str(scope) for scope in Scope]
DATA_DIR: Final = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="The sidecar's data folder; as serve takes it.",
)


class Duration(click.ParamType[float | None]):
    """A time like 90d or 12h, in seconds; `never` is None."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | None:
        """Return seconds; None for `never`."""
        found = _DURATION.fullmatch(str(value))
        if value == "never":
            return None
        if not found:
            self.fail(f"{value!r} is no duration, expected for example 90d, 12h or never", param, ctx)
        return float(int(found[1]) * _UNITS[found[2]])


@click.group()
def keys() -> None:
    """Make, list, revoke and replace API keys.

    They work on the data folder, whether a sidecar runs or not; one that runs sees a change with its next request. As soon as
    there is a key, every request needs one.

    \b
    otel-bridge-collector keys create --name app --scope ingest --project checkout
    otel-bridge-collector keys list
    otel-bridge-collector keys rotate 1f6f0c9a7b2d --overlap 1d
    otel-bridge-collector keys revoke 1f6f0c9a7b2d
    """  # noqa: D301 - click reads \b as: keep these lines


@keys.command()
@click.option("--name", required=True, help="What the key is for; you will see it in the list.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(_SCOPES),
    multiple=True,
    required=True,
    help="ingest: send spans, logs and rows; read: query; write: change objects and rows; admin: everything.",
)
@click.option(
    "--project",
    "projects",
    multiple=True,
    help="Name or id of a project that the key is for, made where there is none; all projects unless given.",
)
@click.option("--expires", type=Duration(), default="never", help="How long it is good for: 90d, 12h, never.")
@DATA_DIR
def create(
    name: str,
    scopes: Sequence[str],
    projects: Sequence[str],
    expires: float | None,
    data_dir: Path | None,
) -> None:
    """Make a key and print it on stdout; it is shown this once and kept as a hash only.

    \b
    otel-bridge-collector keys create --name ci --scope read --scope write --expires 90d
    """  # noqa: D301 - as above
    with opened(data_dir) as (objects, all_keys, _):
        key, text = all_keys.create(
            name,
            scopes=frozenset(Scope(scope) for scope in scopes),
            projects=_project_ids(objects, projects),
            lifetime_s=expires,
        )
    _show_once(key, text)


@keys.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@DATA_DIR
def list_keys(as_json: bool, data_dir: Path | None) -> None:  # noqa: FBT001 - a flag
    """List every key that was ever made, without its secret.

    \b
    otel-bridge-collector keys list --json
    """  # noqa: D301 - as above
    shown = _listed(data_dir)
    if as_json:
        for each in shown:
            click.echo(json.dumps(each))
    elif not shown:
        click.echo("there are no keys: who reaches a loopback port needs none", err=True)
    else:
        _print_table(shown)


@keys.command()
@click.argument("key_id", metavar="ID")
@DATA_DIR
def revoke(key_id: str, data_dir: Path | None) -> None:
    """End a key at once.

    \b
    otel-bridge-collector keys revoke 1f6f0c9a7b2d
    """  # noqa: D301 - as above
    with opened(data_dir) as (_, all_keys, _):
        key = all_keys.revoke(_found(all_keys, key_id))
    click.echo(f"revoked key {key.id} ({key.name})", err=True)


@keys.command()
@click.argument("key_id", metavar="ID")
@click.option(
    "--overlap",
    type=Duration(),
    default="0s",
    help="How long the old key stays good: 1d, 12h; not at all unless given.",
)
@DATA_DIR
def rotate(key_id: str, overlap: float | None, data_dir: Path | None) -> None:
    """Make a key that may do what another one may, and end that one.

    \b
    otel-bridge-collector keys rotate 1f6f0c9a7b2d --overlap 1d
    """  # noqa: D301 - as above
    if overlap is None:
        raise click.ClickException("the old key has to end: give --overlap a duration, for example 1d")
    with opened(data_dir) as (_, all_keys, _):
        old = _found(all_keys, key_id)
        if old.state(time.time()) != "active":
            raise click.ClickException(
                f"key {old.id} is {old.state(time.time())}: make a new one with: keys create"
            )
        key, text = all_keys.rotate(old, overlap_s=overlap)
    _show_once(key, text)


def _listed(data_dir: Path | None) -> list[dict[str, str]]:
    """Return the keys as they are shown; none where there is no data folder, which a question does not make."""
    if not (_folder(data_dir) / OBJECTS).exists():
        return []
    now_s = time.time()
    with opened(data_dir) as (objects, all_keys, _):
        return [_described(key, objects, now_s) for key in all_keys.all()]


def _folder(data_dir: Path | None) -> Path:
    from otel_bridge_collector.settings import load_settings  # noqa: PLC0415 - no other command waits for it

    try:
        return load_settings(data_dir=data_dir).data_dir
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def opened(data_dir: Path | None) -> Generator[tuple["Objects", "Keys", Path]]:
    """Open the objects of the data folder that the settings name, and make it where there is none; return it last."""
    from otel_bridge_collector.store.objects import Objects  # noqa: PLC0415 - no other command waits for it

    os.umask(_PRIVATE)
    folder = _folder(data_dir)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        objects = Objects(folder / OBJECTS)
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"cannot use the data folder {folder}: {error.strerror}") from error
    try:
        yield objects, objects.keys, folder
    finally:
        objects.close()
        give_to_owner(folder, (folder / OBJECTS, folder / "feedback.json"))


def _project_ids(objects: "Objects", named: Sequence[str]) -> frozenset[str] | None:
    if not named:
        return None
    return frozenset((objects.project(text) or objects.create_project(text)).id for text in named)


def _found(all_keys: "Keys", key_id: str) -> "ApiKey":
    """Return the key of an id, or of a whole key, of which only the id is looked at."""
    key = all_keys.find(key_id.removeprefix("obk_").partition("_")[0])
    if key is None:
        raise click.ClickException(f"there is no key {key_id!r}: see otel-bridge-collector keys list")
    return key


def _show_once(key: "ApiKey", text: str) -> None:
    """Print the key alone on stdout, so that a script can take it; what a person should know goes to stderr."""
    click.echo(text)
    until = "" if key.expires_s is None else f", good until {_date(key.expires_s)}"
    click.echo(f"key {key.id} ({key.name}){until}: it is shown this once, keep it now", err=True)


def _described(key: "ApiKey", objects: "Objects", now_s: float) -> dict[str, str]:
    projects = (objects.project(each) for each in sorted(key.projects or ()))
    names = ", ".join(project.name if project else "(deleted)" for project in projects)
    return {
        "id": key.id,
        "name": key.name,
        "state": key.state(now_s),
        "scopes": ", ".join(sorted(key.scopes)),
        "projects": "all" if key.projects is None else names,
        "created": _date(key.created_s),
        "expires": "never" if key.expires_s is None else _date(key.expires_s),
    }


def _print_table(shown: Sequence[dict[str, str]]) -> None:
    lines = [list(shown[0]), *(list(each.values()) for each in shown)]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _date(time_s: float) -> str:
    return datetime.fromtimestamp(time_s, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
