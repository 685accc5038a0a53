"""Section 2 of docs/risk.md: the stable price, which follows the oracle at a limited speed."""

from decimal import Decimal

from .real import clamp, dec

GROWTH_PER_SECOND = Decimal("0.0003")
LEAST_UPDATE_SECONDS = 10
LONGEST_UPDATE_SECONDS = 600
DELAY_GROWTH = Decimal("0.06")
DELAY_HOURS = 24
SECONDS_PER_HOUR = 3_600


def step(stable, delay, price, elapsed_seconds: int) -> Decimal:
    """The stable price `elapsed_seconds` after its last update, with the oracle at `price`."""
    stable, delay, price = dec(stable), dec(delay), dec(price)
    if elapsed_seconds < LEAST_UPDATE_SECONDS:
        return stable
    seconds = min(elapsed_seconds, LONGEST_UPDATE_SECONDS)
    nearness = min(stable / delay, delay / stable)
    growth = GROWTH_PER_SECOND * nearness * nearness * seconds
    return clamp(price, stable * (1 - growth), stable * (1 + growth))


def next_hourly_average(before, average) -> Decimal:
    """An hour's average, within 6 % of the hour before it."""
    before = dec(before)
    return clamp(dec(average), before * (1 - DELAY_GROWTH), before * (1 + DELAY_GROWTH))


class StablePrice:
    """The stable price together with the hourly averages that make its delay price.

    An hour's average weighs each price by the seconds since the update before it (at most 600); an interval that
    crosses an hour's end counts in the hour in which its update arrives. An hour without updates repeats the one
    before it.
    """

    def __init__(self, price, now: int):
        self.stable = dec(price)
        self.updated_at = now
        self.hour = now // SECONDS_PER_HOUR
        self.averages = {self.hour - age: self.stable for age in range(1, DELAY_HOURS + 1)}
        self.weighted_sum = dec(0)
        self.weight_seconds = 0

    def delay(self) -> Decimal:
        """The average of the hour that began 24 hours before the hour of the last update."""
        return self.averages[self.hour - DELAY_HOURS]

    def update(self, price, now: int) -> None:
        """Takes the oracle's `price` at `now`."""
        elapsed = now - self.updated_at
        if elapsed < LEAST_UPDATE_SECONDS:
            return
        self._close_hours(now // SECONDS_PER_HOUR)
        seconds = min(elapsed, LONGEST_UPDATE_SECONDS)
        self.weighted_sum += dec(price) * seconds
        self.weight_seconds += seconds
        self.updated_at = now
        self.stable = step(self.stable, self.delay(), price, elapsed)

    def _close_hours(self, hour: int) -> None:
        while self.hour < hour:
            before = self.averages[self.hour - 1]
            average = self.weighted_sum / self.weight_seconds if self.weight_seconds else before
            self.averages[self.hour] = next_hourly_average(before, average)
            self.weighted_sum, self.weight_seconds = dec(0), 0
            self.hour += 1
