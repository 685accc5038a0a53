"""Section 11 of docs/risk.md: when an order is due, what fills it, and until when it binds. Times are Unix seconds."""

from dataclasses import dataclass

from .perp_ledger import is_within_worst_price

REFUSED_EARLY, REFUSED_LATER, LAPSED, FILLS = "too_early", "not_first", "lapsed", "fills"


@dataclass(frozen=True)
class OrderRule:
    """`delay_seconds` from armed to due; `window_seconds` from due to the last fill."""

    delay_seconds: int
    window_seconds: int

    def due(self, armed_at: int) -> int:
        """When an order armed at this moment is due."""
        return armed_at + self.delay_seconds

    def binds(self, armed_at: int, now: int) -> bool:
        """Whether its owner must leave the order: its publication may be known, and it may still fill."""
        return self.due(armed_at) <= now and not self.has_lapsed(armed_at, now)

    def has_lapsed(self, armed_at: int, now: int) -> bool:
        """Whether it may no longer fill."""
        return now > self.due(armed_at) + self.window_seconds


@dataclass(frozen=True)
class Publication:
    """The times that the oracle signed."""

    prev_publish_time: int
    publish_time: int


def outcome(publication: Publication, armed_at: int, now: int, rule: OrderRule) -> str:
    """What becomes of an order that is brought `publication` at `now`."""
    due = rule.due(armed_at)
    if publication.publish_time < due:
        return REFUSED_EARLY
    if publication.prev_publish_time >= due:
        return REFUSED_LATER
    return LAPSED if rule.has_lapsed(armed_at, now) else FILLS


def condition_holds(kind: str, is_purchase: bool, price: int, trigger: int) -> bool:
    """Whether the price in force arms an order of this kind."""
    if kind == "market":
        return True
    waits_below = is_purchase == (kind in ("limit", "take_profit"))
    return price <= trigger if waits_below else price >= trigger


@dataclass(frozen=True)
class Limits:
    """What an order and its market ask of a trade: the worst price (a mantissa), sizes in base atoms."""

    worst: int
    reduce_only: bool
    min_base: int


def refusals(base: int, delta: int, quote: int, limits: Limits) -> list[str]:
    """Every rule that the trade breaks."""
    after = base + delta
    rules = [
        ("size_zero", delta == 0),
        ("worst_price", not is_within_worst_price(delta, quote, limits.worst)),
        ("reduce_only", limits.reduce_only and not is_reducing(base, delta)),
        ("below_minimum", after != 0 and min(abs(after), abs(delta)) < limits.min_base),
    ]
    return [name for name, broken in rules if broken]


def is_reducing(base: int, delta: int) -> bool:
    """Whether the trade neither grows, opens nor turns the position."""
    return base * delta < 0 and abs(delta) <= abs(base)
