"""Cases for the jump guard. None lies within a millionth of a logarithmic threshold."""

from fractions import Fraction

from .. import jump_guard
from ..jump_guard import GuardRule, GuardState, Tick
from ..real import RATIO_BITS, VARIANCE_BITS, dec, exp, ln, scaled
from .draw import Draw, price_bits, ratio_bits, variance_between

NOW = 1_760_000_000
CLEARANCE = Fraction(1, 1_000_000)


def _case(state: GuardState, rule: dict, tick: Tick) -> dict:
    outcome, after = jump_guard.judge(state, _rule(rule), tick)
    return {
        "price": str(state.in_force.price),
        "publish_time": state.in_force.publish_time,
        "pending": _tick(state.pending),
        "pending_seconds_spent": state.pending_seconds_spent,
        "arriving": _tick(tick),
        "halt_min": str(rule["halt_min"]),
        "halt_sigmas": str(rule["halt_sigmas"]),
        "confirm_seconds": rule["confirm_seconds"],
        "variance": str(rule["variance"]),
        "outcome": outcome,
        "price_after": str(after.in_force.price),
        "publish_time_after": after.in_force.publish_time,
        "pending_after": _tick(after.pending),
    }


def _tick(tick: Tick | None) -> dict | None:
    return None if tick is None else {"price": str(tick.price), "publish_time": tick.publish_time}


def _rule(rule: dict) -> GuardRule:
    return GuardRule(
        halt_min=scaled(rule["halt_min"], RATIO_BITS),
        halt_sigmas=scaled(rule["halt_sigmas"], RATIO_BITS),
        confirm_seconds=rule["confirm_seconds"],
        variance=scaled(rule["variance"], VARIANCE_BITS),
    )


def _is_clear(state: GuardState, rule: dict, tick: Tick) -> bool:
    """Whether rounding in a logarithm or a root cannot change which side of the threshold the step lies on."""
    threshold = jump_guard.log_threshold(state, _rule(rule), tick)
    step = abs(ln(Fraction(tick.price, state.in_force.price)))
    return abs(step - threshold) > dec(CLEARANCE) * threshold


def _usual_rule(variance: int) -> dict:
    return {
        "halt_min": ratio_bits("1/16"),
        "halt_sigmas": ratio_bits("8"),
        "confirm_seconds": 2,
        "variance": variance,
    }


def _edges() -> list[tuple[GuardState, dict, Tick]]:
    """With σ at 1 % a day the guard's logarithmic threshold over a minute is 0.21 %, so that 1/16 decides."""
    rule = _usual_rule((1 << VARIANCE_BITS) // 10_000)
    before = price_bits("0.25")
    far, further = before * 5 // 4, before * 3 // 2
    low = before * 3 // 4
    calm = GuardState(Tick(before, NOW), None, 0)
    waiting = GuardState(Tick(before, NOW), Tick(far, NOW + 10), 12)
    spent = [GuardState(Tick(before, NOW), None, seconds) for seconds in (59, 60, 61)]
    spent_waiting = GuardState(Tick(before, NOW), Tick(far, NOW + 10), 60)
    limit = before // 16
    edges = [(calm, rule, Tick(before + step, NOW + 3)) for step in (0, limit, limit + 1, -limit, -limit - 1)]
    edges += [(calm, rule, Tick(price, NOW + 3)) for price in (far, low)]
    edges += [(waiting, rule, Tick(further, NOW + 10 + seconds)) for seconds in (1, 2, 3, 29, 30, 31)]
    edges += [(waiting, rule, Tick(price, NOW + 13)) for price in (before, before + limit, far, far - 1, far + 1, low)]
    edges += [(waiting, rule, Tick(price, NOW + 41)) for price in (before, far, low)]
    edges += [(state, rule, Tick(far, NOW + 5)) for state in spent]
    edges += [(spent_waiting, rule, Tick(price, NOW + 11)) for price in (further, low, before)]
    return edges


def jumps(draw: Draw) -> list[dict]:
    """Each rule at its boundary, then steps of a third to three times the threshold, with and without pending ones."""
    cases = [_case(*edge) for edge in _edges()]
    while len(cases) < 240:
        rule = _usual_rule(variance_between(draw, "0.005", "0.15")) | {"halt_min": ratio_bits("0.05")}
        before = draw.magnitude(1 << 24, 1 << 50)
        gap = draw.pick([1, 5, 32, 40, 60, 61, 300, 3_600])
        bare = GuardState(Tick(before, NOW), None, draw.pick([0, 0, 0, 30, 59, 60]))
        sign = draw.pick([-1, 1])
        arriving = _stepped(draw, bare, rule, (NOW + gap, sign))
        pending = None
        if not draw.one_in(3):
            since = draw.pick([1, 2, 3, 10, 30, 31])
            pending = _stepped(draw, bare, rule, (NOW + gap - since, draw.pick([sign, sign, -sign])))
        if pending is not None and (pending.publish_time <= NOW or not _counts_as_pending(bare, rule, pending)):
            continue
        state = GuardState(bare.in_force, pending, bare.pending_seconds_spent)
        if _is_clear(state, rule, arriving):
            cases.append(_case(state, rule, arriving))
    return cases


def _counts_as_pending(state: GuardState, rule: dict, tick: Tick) -> bool:
    return _is_clear(state, rule, tick) and jump_guard.side_beyond(state, _rule(rule), tick) != 0


def _stepped(draw: Draw, state: GuardState, rule: dict, when_and_sign: tuple[int, int]) -> Tick:
    """A price a third to three times the logarithmic threshold above (+1) or below (-1) the one in force."""
    publish_time, sign = when_and_sign
    threshold = jump_guard.log_threshold(state, _rule(rule), Tick(state.in_force.price, publish_time))
    log_step = max(threshold, dec("0.05")) * draw.integer(300, 3_000) / 1_000
    return Tick(int(state.in_force.price * exp(sign * log_step)), publish_time)
