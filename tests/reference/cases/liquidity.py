"""Cases for the tide, impact, crowding, profiles, measured volume, implied volatility and funding ahead."""

from fractions import Fraction

from .. import liquidity
from ..liquidity import Impact, ImpactRule, ImpliedQuote, Profile, SizedLeg
from ..real import PRICE_BITS, RATIO_BITS, SECONDS_PER_DAY, printed, scaled
from .accounts import BUFFER, as_json, as_leg, leg_fields, simple_leg
from .draw import Draw, ratio_bits

PPM = 1_000_000
UNIT_BITS = 64
RATE_BITS = 48
NOW = 1_760_000_000
USUAL = {
    "multiple_ppm": PPM,
    "shortfall_multiple_ppm": 3_691_510,
    "horizon_seconds": 3_600,
    "concentration_share_ppm": 50_000,
    "daily_volume": 10**15,
    "long": 10**14,
    "short": 10**13,
}
SIZES = [0, 1, 2, 10**6, 10**9, 5 * 10**12, 10**13, 10**15, (1 << 53) - 1, (1 << 64) - 1]
IMPACT_EDGES = [
    {},
    {"multiple_ppm": 0},
    {"daily_volume": 0},
    {"daily_volume": 1},
    {"daily_volume": (1 << 64) - 1},
    {"concentration_share_ppm": 0},
    {"concentration_share_ppm": PPM, "long": (1 << 64) - 1},
    {"shortfall_multiple_ppm": PPM, "horizon_seconds": SECONDS_PER_DAY},
    {"multiple_ppm": 10 * PPM, "shortfall_multiple_ppm": PPM, "horizon_seconds": 60},
    {"shortfall_multiple_ppm": 20 * PPM, "horizon_seconds": 864_000},
]


def impacts(draw: Draw) -> list[dict]:
    """Every end of the parameters, books and volumes of every size; legs from nothing to the largest."""
    cases = [_impact_case(USUAL | edge, SIZES, ratio_bits("0.08")) for edge in IMPACT_EDGES]
    while len(cases) < 110:
        fields = {
            "multiple_ppm": draw.integer(200_000, 2 * PPM),
            "shortfall_multiple_ppm": draw.integer(PPM, 20 * PPM),
            "horizon_seconds": draw.pick([60, 3_600, 14_400, SECONDS_PER_DAY, draw.integer(60, 864_000)]),
            "concentration_share_ppm": draw.pick([0, 10_000, draw.integer(0, PPM)]),
            "daily_volume": draw.magnitude(1_000, 1 << 62),
            "long": draw.magnitude(1, 1 << 60),
            "short": draw.magnitude(1, 1 << 60),
        }
        sizes = [draw.magnitude(1, (1 << 64) - 1) for _ in range(4)]
        cases.append(_impact_case(fields, sizes, draw.integer(0, ratio_bits("1"))))
    return cases


def _impact_case(fields: dict, sizes: list[int], margin: int) -> dict:
    rule = ImpactRule(
        multiple=Fraction(fields["multiple_ppm"], PPM),
        shortfall_multiple=Fraction(fields["shortfall_multiple_ppm"], PPM),
        horizon_seconds=fields["horizon_seconds"],
        concentration_share=Fraction(fields["concentration_share_ppm"], PPM),
    )
    seen = liquidity.impact(rule, fields["daily_volume"], fields["long"], fields["short"])
    wide = ("daily_volume", "long", "short")
    return {name: str(value) if name in wide else value for name, value in fields.items()} | {
        "margin": str(margin),
        "unit_expected": printed(seen.unit),
        "concentrated_long_expected": printed(seen.concentrated_long),
        "concentrated_short_expected": printed(seen.concentrated_short),
        "legs": [_impact_leg(seen, size, scaled(margin, RATIO_BITS)) for size in sizes],
    }


def _impact_leg(seen: Impact, size: int, margin: Fraction) -> dict:
    return {
        "value": str(size),
        "multiple_long_expected": printed(seen.multiple(size, True)),
        "multiple_short_expected": printed(seen.multiple(size, False)),
        "margin_long_expected": printed(seen.margin(margin, size, True)),
        "margin_short_expected": printed(seen.margin(margin, size, False)),
    }


def healths(draw: Draw) -> list[dict]:
    """Accounts of 1 to 6 legs whose factors have impacts of every size."""
    edge = simple_leg("deposit", 10**13, "1", ("0.2", "0.25"))
    ends = [(unit, share) for unit in (0, 1 << 42, 1 << 46) for share in (0, 1 << 31)]
    cases = [_health_case([edge | _impact_fields(*end)]) for end in ends]
    while len(cases) < 110:
        legs = []
        for _ in range(draw.integer(1, 6)):
            value, margin = draw.magnitude(1 << 10, 1 << 50), draw.integer(ratio_bits("0.005"), ratio_bits("0.4"))
            leg = leg_fields(draw, draw.pick(["deposit", "debt"]), value, margin)
            unit = draw.pick([0, draw.magnitude(1 << 32, 1 << 48)])
            legs.append(leg | _impact_fields(unit, draw.magnitude(1, 4 << 32)))
        cases.append(_health_case([leg for leg in legs if 0 < leg["amount"] < 1 << 63]))
    return cases


def _impact_fields(unit: int, concentrated: int) -> dict:
    return {
        "unit": unit,
        "unit_initial": unit * 5 // 4,
        "concentrated": concentrated,
        "concentrated_initial": min(4 << 32, concentrated * 3),
    }


def _sized(fields: dict) -> SizedLeg:
    def of(suffix: str) -> Impact:
        concentrated = scaled(fields[f"concentrated{suffix}"], RATIO_BITS)
        return Impact(scaled(fields[f"unit{suffix}"], UNIT_BITS), concentrated, concentrated)

    return SizedLeg(as_leg(fields), of(""), of("_initial"))


def _health_case(legs: list[dict]) -> dict:
    seen = liquidity.sized_health([_sized(leg) for leg in legs], scaled(BUFFER, RATIO_BITS))
    names = ["initial", "maintenance", "liquidation_end", "equity"]
    return {
        "legs": [as_json(leg) for leg in legs],
        "liquidation_buffer": str(BUFFER),
    } | {f"{name}_expected": printed(getattr(seen, name)) for name in names}


def walks(draw: Draw) -> list[dict]:
    """Before, at and after each corner of a tide, and within its walk."""
    corners = [-1, 0, 1, 3_599, 3_600, 3_601, 5_400, 7_199, 7_200, 7_201, 10**6]
    ends = [(10, 13), (13, 10), (0, (1 << 64) - 1)]
    cases = [_walk_case((NOW, 3_600, NOW + after), *end) for after in corners for end in ends]
    while len(cases) < 120:
        grace = draw.magnitude(1, 1 << 20)
        ends = [draw.magnitude(1, (1 << 64) - 1) for _ in range(2)]
        cases.append(_walk_case((NOW, grace, NOW + draw.integer(0, 2 * grace)), *ends))
    return cases


def _walk_case(clock: tuple[int, int, int], start: int, end: int) -> dict:
    announced_at, grace, now = clock
    tau = liquidity.walked(announced_at, grace, now)
    tau_bits = int(tau * (1 << RATIO_BITS))
    return {
        "announced_at": announced_at,
        "grace": grace,
        "now": now,
        "from": str(start),
        "to": str(end),
        "tau_expected": printed(tau),
        "walk_expected": printed(liquidity.walk(start, end, scaled(tau_bits, RATIO_BITS))),
    }


def crowdings(draw: Draw) -> list[dict]:
    """Below the start, at it, at the cap and beyond; no cap; starts at both ends."""
    edges = [(0, 0, 500_000), (5, 0, 500_000), (0, 100, 0), (1, 100, 0), (50, 100, 500_000), (51, 100, 500_000)]
    edges += [(99, 100, PPM), (100, 100, PPM), (101, 100, 500_000), (1 << 63, (1 << 64) - 1, 1)]
    cases = [_crowding_case(*edge, ratio_bits("0.2")) for edge in edges]
    cases.append(_crowding_case(75, 100, 500_000, ratio_bits("1.5")))
    while len(cases) < 100:
        cap = draw.magnitude(1, 1 << 60)
        margin = draw.integer(0, ratio_bits("1.2"))
        cases.append(_crowding_case(draw.integer(0, cap), cap, draw.integer(0, PPM), margin))
    return cases


def _crowding_case(open_interest: int, cap: int, start_ppm: int, margin: int) -> dict:
    crowd = liquidity.crowding(open_interest, cap, Fraction(start_ppm, PPM))
    return {
        "open_interest": str(open_interest),
        "cap": str(cap),
        "start_ppm": start_ppm,
        "margin": str(margin),
        "crowding_expected": printed(crowd),
        "margin_expected": printed(liquidity.crowded_margin(scaled(margin, RATIO_BITS), crowd)),
    }


def profiles(draw: Draw) -> list[dict]:
    """First profiles, steps at and beyond each bound, waits; what a profile counts for."""
    old = Profile(4_000_000, 40_000_000, 400, 100)
    at_bounds = {
        "depth": [1_999_999, 2_000_000, 5_000_000, 5_000_001],
        "daily_volume": [19_999_999, 20_000_000, 50_000_000, 50_000_001, 0, 999],
        "spread_ppm": [299, 300, 800, 801, 200_001],
        "spread_deviation_ppm": [74, 75, 200, 201, 200_001],
    }
    cases = []
    for name, values in at_bounds.items():
        for value in values:
            new = Profile(**(vars(old) | {name: value}))
            cases += [_profile_case(old, new, set_at, NOW) for set_at in (0, NOW - 21_600)]
    cases += [_profile_case(old, old, NOW - after, NOW) for after in (0, 21_599, 21_600)]
    while len(cases) < 120:
        numbers = [draw.magnitude(1_000, 1 << 62) for _ in range(2)] + [draw.integer(0, 200_000) for _ in range(2)]
        moved = [value * draw.integer(450_000, 2_100_000) // PPM if draw.one_in(3) else value for value in numbers]
        cases.append(_profile_case(Profile(*numbers), Profile(*moved), NOW - draw.pick([21_600, 21_600, 10_000]), NOW))
    return cases


def _profile_case(old: Profile, new: Profile, set_at: int, now: int) -> dict:
    def as_text(profile: Profile) -> dict:
        return {name: str(value) for name, value in vars(profile).items()}

    return {
        "old": as_text(old),
        "new": as_text(new),
        "set_at": set_at,
        "now": now,
        "refusals": liquidity.profile_refusals(old, new, set_at, now),
        "charged_spread_ppm": [liquidity.charged_spread_ppm(new, parameter) for parameter in (0, 1_000, 200_000)],
        "counted_depth": str(liquidity.counted_depth(new, 5_000_000)),
    }


def volumes(draw: Draw) -> list[dict]:
    """Days with trades, without, and clocks that skip days."""
    cases = []
    for _ in range(100):
        trades, time = [], NOW
        for _ in range(draw.integer(0, 8)):
            time += draw.integer(0, draw.pick([10_000, SECONDS_PER_DAY, 3 * SECONDS_PER_DAY]))
            trades.append((time, draw.magnitude(1, 1 << 50)))
        now = time + draw.integer(0, 3 * SECONDS_PER_DAY)
        profile = draw.magnitude(1_000, 1 << 54)
        multiple_ppm = draw.pick([0, PPM, 20 * PPM, draw.integer(1, 100 * PPM)])
        measured = liquidity.volume_of_last_day(trades, now)
        cases.append(
            {
                "trades": [[time, str(value)] for time, value in trades],
                "now": now,
                "profile": str(profile),
                "multiple_ppm": multiple_ppm,
                "counted_expected": printed(liquidity.counted_volume(profile, measured, Fraction(multiple_ppm, PPM))),
            }
        )
    return cases


def implieds(draw: Draw) -> list[dict]:
    """Each rule at its edge, then publications of ordinary and absurd volatility."""
    usual = {"price": 8_000, "confidence": 100, "exponent": -2}
    usual |= {"publish_time": NOW - 10, "known_time": NOW - 3_600, "read": NOW}
    edges = [{}, {"price": 100}, {"price": 99}, {"price": 100_000}, {"price": 100_001}, {"price": 0}, {"price": -5}]
    edges += [{"confidence": 800}, {"confidence": 801}, {"exponent": -18, "price": (1 << 63) - 1}, {"exponent": 6}]
    edges += [{"exponent": -19}, {"exponent": 7}, {"exponent": -18, "price": 10**18 - 1, "confidence": 0}]
    edges += [{"publish_time": NOW - age} for age in (3_599, 3_600, 3_601, -30, -31)]
    edges += [{"known_time": NOW - age} for age in (9, 10, 11)]
    edges += [{"read": NOW - 10 + age} for age in (7_199, 7_200, 7_201, -20)]
    cases = [_implied_case(usual | edge) for edge in edges]
    while len(cases) < 110:
        exponent = draw.integer(-12, 0)
        price = draw.integer(1, 400) * 10 ** (-exponent) + draw.integer(0, 10 ** (-exponent))
        confidence = price * draw.integer(0, 150_000) // PPM
        cases.append(_implied_case(usual | {"price": price, "confidence": confidence, "exponent": exponent}))
    return cases


def _implied_case(fields: dict) -> dict:
    unit = Fraction(10) ** fields["exponent"]
    price, confidence = (fields[name] * unit for name in ("price", "confidence"))
    quote = ImpliedQuote(price, confidence, fields["exponent"], fields["publish_time"])
    refusals = liquidity.implied_refusals(quote, fields["known_time"], NOW)
    texts = {name: str(fields[name]) for name in ("price", "confidence")}
    return (fields | texts) | {
        "now": NOW,
        "refusals": refusals,
        "variance_expected": None if refusals else printed(liquidity.implied_variance(quote.percent)),
        "counts": liquidity.implied_counts(quote.publish_time, fields["read"]),
    }


def fundings_ahead(draw: Draw) -> list[dict]:
    """Payers and receivers, for a second to a day."""
    cases = []
    for _ in range(100):
        fields = {
            "rate": draw.pick([1, -1]) * draw.magnitude(1, 1 << 46),
            "base": draw.pick([1, -1]) * draw.magnitude(1, 1 << 44),
            "mid": draw.magnitude(1 << 20, 1 << 48),
        }
        seconds = draw.pick([0, 1, 300, 3_600, SECONDS_PER_DAY])
        rate, mid = scaled(fields["rate"], RATE_BITS), scaled(fields["mid"], PRICE_BITS)
        due = liquidity.funding_ahead(rate, fields["base"], mid, seconds)
        texts = {name: str(value) for name, value in fields.items()}
        cases.append(texts | {"seconds": seconds, "paid_expected": printed(due)})
    return cases
