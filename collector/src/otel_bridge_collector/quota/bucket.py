"""A token bucket: so much in a second on average, and so much at once. It reads no clock.

Whoever comes while something is left passes as a whole, however large: the bucket goes into debt, and the debt is waited for.
So no request is too large to ever pass, and what passes on average is the rate.
"""


class Bucket:
    """What is left of one rate; full at first.

    Attributes:
        taken: of all time.
        refusals: how often somebody was sent away.
    """

    def __init__(self, rate_per_s: float, *, burst_s: float, now_s: float) -> None:
        """Fill a bucket.

        Args:
            rate_per_s: what comes back in a second.
            burst_s: it holds what comes back in so many seconds.
            now_s: seconds of a clock that never goes back, here and below.
        """
        self.rate_per_s = rate_per_s
        self._room = rate_per_s * burst_s
        self._left = self._room
        self._at_s = now_s
        self.taken = 0.0
        self.refusals = 0

    def wait_s(self, now_s: float) -> float | None:
        """Return the seconds until nothing is owed any more; None while something is left."""
        left = self.left(now_s)
        return None if left > 0 else -left / self.rate_per_s

    def take(self, amount: float, now_s: float) -> None:
        """Take so much out, also what is not there."""
        self._left = self.left(now_s) - amount
        self._at_s = now_s
        self.taken += amount

    def left(self, now_s: float) -> float:
        """Return what may be taken at once; below 0, what is owed."""
        return min(self._room, self._left + (now_s - self._at_s) * self.rate_per_s)
