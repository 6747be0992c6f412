"""Something that is asked for at the first need, once, whoever needs it first."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """The result of one call of `ask`; a call that raises is made again at the next need.

    Callers at the same time share one call.
    """

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._answer: T | None = None

    @property
    def known(self) -> T | None:
        """The result as far as it is there without asking."""
        return self._answer

    def get(self) -> T:
        """Return the result; raises what `ask` raises."""
        with self._lock:
            if self._answer is None:
                self._answer = self._ask()
            return self._answer
