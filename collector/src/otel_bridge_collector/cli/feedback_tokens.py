"""`feedback-tokens`: make tokens for feedback from browsers, and change the secret that signs them, in the data folder itself."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from otel_bridge.contract.row import Json
from otel_bridge_collector.cli.keys import DATA_DIR, Duration, opened

if TYPE_CHECKING:
    from otel_bridge_collector.store.feedback_secrets import FeedbackSecrets


@click.group("feedback-tokens")
def feedback_tokens() -> None:
    """Make tokens with which a browser can give feedback on one row, and change the secret that signs them.

    They work on the data folder, whether a sidecar runs or not. With a key, POST /v1/project_logs/ID/feedback/token makes them too.

    \b
    otel-bridge-collector feedback-tokens create --project checkout --id 7a085853722dc6d2 --score helpful --field comment
    otel-bridge-collector feedback-tokens rotate --overlap 7d
    """  # noqa: D301 - click reads \b as: keep these lines


@feedback_tokens.command()
@click.option("--project", required=True, help="Name or id of the row's project.")
@click.option("--id", "row_id", required=True, help="Id of the row, its span or its trace.")
@click.option("--score", "scores", multiple=True, help="Name of a score that may be given.")
@click.option(
    "--field", "fields", multiple=True, type=click.Choice(["expected", "tags", "comment"]), help="What else."
)
@click.option("--expires", type=Duration(), default="7d", show_default=True, help="How long: 7d, 12h.")
@DATA_DIR
def create(
    project: str,
    row_id: str,
    scores: Sequence[str],
    fields: Sequence[str],
    expires: float | None,
    *,
    data_dir: Path | None,
) -> None:
    """Make a token and print it on stdout.

    \b
    otel-bridge-collector feedback-tokens create --project checkout --id 7a085853722dc6d2 --score helpful
    """  # noqa: D301 - as above
    from otel_bridge_collector.api.errors import RequestError  # noqa: PLC0415 - who asks for help waits for none of it
    from otel_bridge_collector.api.feedback import MAX_LIFETIME_S, grant_of  # noqa: PLC0415 - as above
    from otel_bridge_collector.api.feedback_token import token_of  # noqa: PLC0415 - as above
    from otel_bridge_collector.api.place import place_of  # noqa: PLC0415 - as above

    if expires is None or expires > MAX_LIFETIME_S:
        raise click.ClickException(
            "a token has to expire within a year: give --expires a duration, for example 7d"
        )
    with opened(data_dir) as (objects, _, folder):
        found = objects.project(project) or objects.project_named(project)
        if found is None:
            raise click.ClickException(f"there is no project {project!r}")
        given: dict[str, Json] = {"id": row_id, "scores": list(scores), "fields": list(fields)}
        try:
            grant = grant_of(place_of(objects, "project_logs", found.id), given)
        except RequestError as error:
            raise click.ClickException(str(error)) from error
        token = token_of(grant, _secrets(folder).signing(), expires_s=time.time() + expires)
    click.echo(token)


@feedback_tokens.command()
@click.option("--overlap", type=Duration(), default="0s", help="How long tokens of before stay good: 7d.")
@DATA_DIR
def rotate(overlap: float | None, data_dir: Path | None) -> None:
    """Sign with a new secret; tokens that were made before end now, or after the overlap.

    \b
    otel-bridge-collector feedback-tokens rotate --overlap 7d
    """  # noqa: D301 - as above
    if overlap is None:
        raise click.ClickException("the old secret has to end: give --overlap a duration, for example 7d")
    with opened(data_dir) as (_, _, folder):
        _secrets(folder).rotate(overlap_s=overlap)
    click.echo("feedback tokens are signed with a new secret", err=True)


def _secrets(folder: Path) -> "FeedbackSecrets":
    from otel_bridge_collector.store.feedback_secrets import FeedbackSecrets  # noqa: PLC0415 - as above

    return FeedbackSecrets(folder / "feedback.json")
