"""`export`: rows of a running sidecar to a file or a pipe, page by page."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

import click
import duckdb

from otel_bridge_collector.cli.api_options import api_options
from otel_bridge_collector.cli.pages import FIRST, clauses, count, cursor_behind, page, row_pages
from otel_bridge_collector.cli.progress import progress

_STDOUT: Final = Path("-")
_SORT: Final = "sort: _pagination_key"
_LONGEST_LINE: Final = 256 << 20

_EXAMPLES: Final = """\b
Examples:
  otel-bridge-collector export --from "project_logs('my-app')" --out rows.jsonl
  otel-bridge-collector export --filter "created > now() - interval 1 day" --out day.parquet
  otel-bridge-collector export --out rows.jsonl --resume
  otel-bridge-collector export --filter "error IS NOT NULL" | jq .error
"""


@click.command(epilog=_EXAMPLES)
@click.option(
    "--from", "source", default="project_logs", show_default=True, help="What to export, as in a query."
)
@click.option("--filter", "condition", metavar="BTQL", help="Which rows; all by default.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=_STDOUT,
    help="The file; standard output by default.",
)
@click.option(
    "--format",
    "fmt",
    type=click.Choice(["jsonl", "parquet"]),
    help="Parquet where FILE ends so, else JSON lines.",
)
@click.option(
    "--page-size",
    type=click.IntRange(1, 10_000),
    default=1_000,
    show_default=True,
    help="Rows asked for at once.",
)
@click.option("--resume", is_flag=True, help="Go on behind the last row of a file of JSON lines.")
@api_options
def export(  # noqa: PLR0913 - one parameter for each option
    source: str, condition: str | None, out: Path, fmt: str | None, page_size: int, *, resume: bool, url: str
) -> None:
    """Write rows to a file, the oldest first, every field of each.

    Rows that come meanwhile are part of it. What is asked for at once is bounded, so an export may be larger than memory.
    """
    fmt = fmt or ("parquet" if out.suffix == ".parquet" else "jsonl")
    if resume and (fmt != "jsonl" or out == _STDOUT):
        raise click.UsageError("--resume needs a file of JSON lines: name it with --out")
    if fmt == "parquet" and out == _STDOUT:
        raise click.UsageError("Parquet is written to a file: name it with --out")
    cursor = _last_cursor(out) if resume and out.exists() else FIRST
    query = clauses(source, condition, _SORT, f"limit: {page_size}")
    write = _write_parquet if fmt == "parquet" else _write_lines
    with progress("exporting", count(url, source, condition)) as advance:
        try:
            written = write(url, query, cursor, out, advance)
        except OSError as error:
            raise click.ClickException(f"cannot write {out}: {error}") from error
    click.echo(
        f"{written} row{'' if written == 1 else 's'}{'' if out == _STDOUT else f' in {out}'}", err=True
    )


def _write_lines(url: str, query: str, cursor: str, out: Path, advance: Callable[[int], None]) -> int:
    if out == _STDOUT:
        return _copy_lines(url, query, cursor, sys.stdout, advance)
    with out.open("w" if cursor == FIRST else "a", encoding="utf-8", newline="\n") as file:
        return _copy_lines(url, query, cursor, file, advance)


def _copy_lines(url: str, query: str, cursor: str, file: IO[str], advance: Callable[[int], None]) -> int:
    written = 0
    for rows, _ in row_pages(url, query, cursor):
        file.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
        file.flush()
        written += len(rows)
        advance(len(rows))
    return written


def _last_cursor(out: Path) -> str:
    """Return the cursor behind the last whole line of a file; a line that was cut is taken away."""
    with out.open("r+b") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _LONGEST_LINE))
        tail = file.read()
        whole = tail[: tail.rfind(b"\n") + 1]
        file.truncate(size - (len(tail) - len(whole)))
    if not whole:
        return FIRST
    try:
        row: dict[str, Any] = json.loads(whole[:-1].rpartition(b"\n")[2])
        return cursor_behind(row)
    except (ValueError, KeyError, TypeError) as error:
        raise click.ClickException(
            f"the last line of {out} is no row of an export: start anew without --resume"
        ) from error


def _write_parquet(url: str, query: str, cursor: str, out: Path, advance: Callable[[int], None]) -> int:
    """Collect a file for each page and make one of them, a part at a time."""
    with TemporaryDirectory(dir=out.parent) as folder:
        parts: list[str] = []
        more = True
        while more:
            response = page(url, query, fmt="parquet", cursor=cursor)
            part = Path(folder) / f"{len(parts):08}.parquet"
            part.write_bytes(response.content)
            parts.append(str(part))
            cursor = response.headers.get("x-bt-cursor", "")
            more = bool(cursor)
            if more:
                advance(_rows_in(part))
        return _joined(parts, Path(folder) / "all.parquet", out)


def _rows_in(part: Path) -> int:
    with duckdb.connect() as connection:
        row = connection.execute("SELECT count(*) FROM read_parquet($1)", [str(part)]).fetchone()
    return int(row[0]) if row else 0


def _joined(parts: list[str], whole: Path, out: Path) -> int:
    # The last page is empty; where there are others its columns are of no type worth knowing.
    parts = parts[:-1] or parts
    quoted = ", ".join("'" + name.replace("'", "''") + "'" for name in (*parts, str(whole)))
    sources, _, target = quoted.rpartition(", ")
    with duckdb.connect(config={"preserve_insertion_order": True}) as connection:
        row = connection.execute(
            f"COPY (SELECT * FROM read_parquet([{sources}], union_by_name = true)) TO {target} (FORMAT parquet, COMPRESSION zstd)"  # noqa: S608 - quoted
        ).fetchone()
    whole.replace(out)
    return int(row[0]) if row else 0
