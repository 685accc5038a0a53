"""Section 2 of docs/risk.md: a step that is too far waits for a second publication."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Optional

from .real import SECONDS_PER_DAY, dec, ln, sqrt

SHORTEST_STEP_SECONDS = 60
PENDING_LIFETIME_SECONDS = 30
PENDING_BUDGET_SECONDS = 60


@dataclass(frozen=True)
class Tick:
    """A screened price (mantissa of `Price`) and its publication time."""

    price: int
    publish_time: int


@dataclass(frozen=True)
class GuardState:
    """The price in force, the pending step if there is one, and the pending time spent before it, less what came back."""

    in_force: Tick
    pending: Optional[Tick]
    pending_seconds_spent: int


@dataclass(frozen=True)
class GuardRule:
    """`variance` is max(σ_slow, σ_floor)² per day."""

    halt_min: Fraction
    halt_sigmas: Fraction
    confirm_seconds: int
    variance: Fraction


def log_threshold(state: GuardState, rule: GuardRule, tick: Tick):
    """The log step above which `tick` is too far, for the seconds that it lies behind the price in force."""
    seconds = max(tick.publish_time - state.in_force.publish_time, SHORTEST_STEP_SECONDS)
    return dec(rule.halt_sigmas) * sqrt(rule.variance * Fraction(seconds, SECONDS_PER_DAY))


def side_beyond(state: GuardState, rule: GuardRule, tick: Tick) -> int:
    """+1 or -1 when the step is beyond both thresholds, upward or downward; else 0."""
    before = state.in_force.price
    step = tick.price - before
    if abs(step) <= rule.halt_min * before:
        return 0
    if abs(ln(Fraction(tick.price, before))) <= log_threshold(state, rule, tick):
        return 0
    return 1 if step > 0 else -1


def judge(state: GuardState, rule: GuardRule, tick: Tick) -> tuple[str, GuardState]:
    """What becomes of a screened publication: `enters`, `pends`, `waits` or `confirms`, and the state after it."""
    side = side_beyond(state, rule, tick)
    if side == 0:
        return "enters", replace(state, in_force=tick, pending=None)
    pending = state.pending
    waited = 0 if pending is None else tick.publish_time - pending.publish_time
    is_alive = pending is not None and waited <= PENDING_LIFETIME_SECONDS
    if is_alive and (pending.price > state.in_force.price) == (side > 0):
        if waited < rule.confirm_seconds:
            return "waits", state
        nearer = min(tick, pending, key=lambda seen: abs(seen.price - state.in_force.price))
        return "confirms", replace(state, in_force=nearer, pending=None)
    if state.pending_seconds_spent + min(waited, PENDING_LIFETIME_SECONDS) >= PENDING_BUDGET_SECONDS:
        return "enters", replace(state, in_force=tick, pending=None)
    return "pends", replace(state, pending=tick)
