"""A progress bar on stderr, where `rich` is installed and somebody looks (`otel-bridge[eval]`)."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib.util import find_spec

Told = Callable[[int, int], None]


def nothing(begun: int, done: int) -> None:
    """Show nothing."""
    del begun, done


@contextmanager
def progress_bar(name: str, *, is_wanted: bool = True) -> Generator[Told]:
    """Show how many cases have begun and are done, as it is told; nothing where stderr is no terminal."""
    if not is_wanted or not sys.stderr.isatty() or find_spec("rich") is None:
        yield nothing
        return
    with _bar(name) as told:
        yield told


@contextmanager
def _bar(name: str) -> Generator[Told]:
    from rich.console import Console  # noqa: PLC0415 - an extra
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name)

        def told(begun: int, done: int) -> None:
            bar.update(task, total=begun, completed=done)

        yield told
