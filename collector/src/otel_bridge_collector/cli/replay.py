"""`replay`: let a running sidecar send a destination once more what it has had, and tell what that changed."""

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

import click

from otel_bridge_collector.cli.api_client import ask, fault_message
from otel_bridge_collector.cli.api_options import api_options

_AGO: Final = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_POLL_S: Final = 0.2


@click.command()
@click.option("--sink", default="store", show_default=True, help="The destination, as `status` names it.")
@click.option(
    "--since", metavar="TIME", help="What came since then: 2h, 7d, or a time like 2026-01-31T10:30:00Z."
)
@click.option("--dead-letters", is_flag=True, help="Its dead letters instead; those that pass are taken out.")
@api_options
def replay(sink: str, since: str | None, url: str, *, dead_letters: bool) -> None:
    """Send a destination once more what the spool still has, with the rules of this version, and wait until it is done.

    The store tells in how many rows each field changed; it makes no row twice. Other destinations get the same rows and
    spans with the same ids. What is not taken is named, all else is sent, and the exit code is 1 then.

    \b
    otel-bridge-collector replay --since 7d
    otel-bridge-collector replay --since 2h --sink braintrust
    otel-bridge-collector replay --dead-letters --sink otlphttp/honeycomb
    """  # noqa: D301 - click reads \b as: keep these lines
    if dead_letters == (since is not None):
        raise click.UsageError("say either --since TIME or --dead-letters")
    body: dict[str, object] = {"sink": sink, "dead_letters": dead_letters}
    if since is not None:
        body["since"] = parse_since(since).isoformat()
    code, answer = ask(url, "POST", "/v1/delivery/replay", body)
    if code >= HTTPStatus.BAD_REQUEST:
        raise click.ClickException(fault_message(answer))
    done = _when_done(url, sink)
    for line in told(sink, done):
        click.echo(line)
    raise_refused(done)


def parse_since(text: str, now: datetime | None = None) -> datetime:
    """Return a time that is given as such, or as how long ago it was; without a zone it is UTC.

    Raises:
        BadParameter: it is neither.
    """
    if ago := _AGO.fullmatch(text):
        return (now or datetime.now(UTC)) - timedelta(seconds=float(ago[1]) * _SECONDS[ago[2]])
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no time: write 2h, 7d or 2026-01-31T10:30:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def told(sink: str, replay: Mapping[str, Any]) -> list[str]:
    """Return what a replay did, in lines."""
    lines = [f"{sink}: {replay['records']} requests sent again, {replay['rows']} rows or requests in them"]
    changed = dict(replay["changed"])
    if added := changed.pop("", 0):
        lines.append(f"{added} rows were not there before")
    lines += [
        f"{name} changed in {number} rows"
        for name, number in sorted(changed.items(), key=lambda item: -item[1])
    ]
    return lines if len(lines) > 1 or sink != "store" else [*lines, "nothing changed"]


def raise_refused(replay: Mapping[str, Any]) -> None:
    """Name what the destination does not take.

    Raises:
        ClickException: there is something.
    """
    if refused := replay["refused"]:
        shown, more = "\n".join(replay["faults"]), refused - len(replay["faults"])
        last = f"\nand {more} more" if more else ""
        raise click.ClickException(
            f"{refused} not taken; their requests are among the dead letters:\n{shown}{last}"
        )


def _when_done(url: str, sink: str) -> Mapping[str, Any]:
    while True:
        code, answer = ask(url, "GET", "/v1/delivery")
        if code >= HTTPStatus.BAD_REQUEST:
            raise click.ClickException(fault_message(answer))
        found = next((each["replay"] for each in answer["destinations"] if each["name"] == sink), None)
        if found is None:
            raise click.ClickException(f"{sink} is gone: the configuration was changed meanwhile")
        if found["is_done"]:
            return found  # type: ignore[no-any-return]  # JSON
        time.sleep(_POLL_S)
