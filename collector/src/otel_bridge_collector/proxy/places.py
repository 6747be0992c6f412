"""How many calls run at a time, in all and of each caller. It makes none."""

from collections import Counter
from collections.abc import Callable

from otel_bridge_collector.config.proxy import Proxy
from otel_bridge_collector.errors import OverloadedError


class Places:
    """The places of calls; for one event loop."""

    def __init__(self, settings: Proxy) -> None:
        self._settings = settings
        self._taken: Counter[str] = Counter()

    def take(self, caller: str) -> Callable[[], None]:
        """Take a place, and return what gives it back; that may be called again.

        Raises:
            OverloadedError: there is none.
        """
        if self._taken[caller] >= self._settings.max_calls_per_key:
            raise OverloadedError(
                f"{self._taken[caller]} calls with this key are running, which is as many as may (max_calls_per_key):"
                " send this one again in a second",
                is_own=True,
            )
        if self._taken.total() >= self._settings.max_calls:
            raise OverloadedError(
                f"{self._taken.total()} calls are running, which is as many as may (max_calls): send this one again in a second"
            )
        self._taken[caller] += 1
        is_taken = [True]

        def give_back() -> None:
            if is_taken:
                is_taken.clear()
                self._taken[caller] -= 1
                if not self._taken[caller]:
                    del self._taken[caller]

        return give_back
