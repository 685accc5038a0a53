"""Cases for the goal of maintenance margin, the announced path and initial margin."""

from fractions import Fraction

from .. import threshold
from ..real import RATIO_BITS, VARIANCE_BITS, printed, scaled
from ..threshold import MarginRule
from .draw import Draw, ratio_bits, variance_between, variance_bits

GRID_SECONDS = 300
LAST_POINT = 12
PATH_STEP = 5_866_667

PPM = 1_000_000
VARIANCES = ("variance_fast", "variance_slow", "variance_implied")
USUAL = {
    "variance_fast": variance_bits("0.04"),
    "variance_slow": variance_bits("0.035"),
    "variance_implied": 0,
    "floor_volatility_ppm": 20_000,
    "stress_volatility_ppm": 80_000,
    "stress_weight_ppm": 250_000,
    "shortfall_multiple_ppm": 3_691_510,
    "spread_ppm": 1_000,
    "bonus_max_ppm": 50_000,
    "insurance_cut_ppm": 5_000,
    "margin_min_ppm": 50_000,
    "margin_max_ppm": 500_000,
}
GOAL_EDGES = [
    {},
    {"variance_fast": 0, "variance_slow": 0, "stress_volatility_ppm": 20_000},
    {"variance_fast": 0, "variance_slow": 0, "floor_volatility_ppm": 100, "stress_volatility_ppm": 100},
    {"variance_fast": 1, "variance_slow": 1, "floor_volatility_ppm": 100, "stress_volatility_ppm": 100},
    {"variance_fast": variance_bits("0.02"), "variance_slow": 0, "stress_volatility_ppm": 20_000},
    {"variance_implied": variance_bits("0.2")},
    {"variance_slow": variance_bits("0.3")},
    {"variance_fast": variance_bits("3")},
    {"variance_fast": variance_bits("100"), "margin_max_ppm": PPM},
    {"stress_weight_ppm": PPM},
    {"margin_min_ppm": 200_000, "margin_max_ppm": 200_000},
    {"spread_ppm": 0, "bonus_max_ppm": 0, "insurance_cut_ppm": 0, "margin_min_ppm": 1_000},
    {"spread_ppm": 2, "bonus_max_ppm": 1, "insurance_cut_ppm": 1, "margin_min_ppm": 1_000},
]


def goals(draw: Draw) -> list[dict]:
    """Every clamp and both ends of the exhaustible buffer, then a walk over σ from calm to crash."""
    cases = [_goal_case(USUAL | edge, 3_600) for edge in GOAL_EDGES]
    cases += [_goal_case(USUAL, seconds) for seconds in (60, 300, 14_400, 86_400, 864_000)]
    for percent in range(1, 31):
        cases.append(_goal_case(USUAL | {"variance_fast": variance_bits(f"{percent}/100")}, 3_600))
    while len(cases) < 160:
        floor = draw.integer(1_000, 40_000)
        fields = USUAL | {
            "variance_fast": variance_between(draw, "0", "0.3"),
            "variance_slow": variance_between(draw, "0.005", "0.1"),
            "variance_implied": draw.pick([0, variance_between(draw, "0.01", "0.15")]),
            "floor_volatility_ppm": floor,
            "stress_volatility_ppm": draw.integer(max(floor, 20_000), 200_000),
            "stress_weight_ppm": draw.integer(250_000, PPM),
            "shortfall_multiple_ppm": draw.integer(2_000_000, 9_000_000),
            "spread_ppm": 2 * draw.integer(0, 10_000),
        }
        if draw.one_in(2):
            fields |= _calm(draw)
        cases.append(_goal_case(fields, draw.pick([300, 3_600, 14_400, 86_400])))
    return cases


def _calm(draw: Draw) -> dict:
    """Volatilities at and little above the floor, where the exhaustible buffer decides."""
    floor = draw.integer(10_000, 30_000)
    near = {name: variance_bits(f"{floor * draw.integer(90, 160)}/100000000") for name in VARIANCES[:2]}
    stress = floor * draw.integer(100, 400) // 100
    levels = {"floor_volatility_ppm": floor, "stress_volatility_ppm": stress}
    return near | levels | {"variance_implied": 0, "margin_min_ppm": 10_000}


def _goal_case(fields: dict, risk_period_seconds: int) -> dict:
    part = {name: Fraction(value, PPM) for name, value in fields.items() if name.endswith("_ppm")}
    rule = MarginRule(
        variance_floor=part["floor_volatility_ppm"] ** 2,
        variance_stress=part["stress_volatility_ppm"] ** 2,
        stress_weight=part["stress_weight_ppm"],
        expected_shortfall_multiple=part["shortfall_multiple_ppm"],
        risk_period_seconds=risk_period_seconds,
        costs=threshold.costs(part["spread_ppm"], part["bonus_max_ppm"], part["insurance_cut_ppm"]),
        margin_min=part["margin_min_ppm"],
        margin_max=part["margin_max_ppm"],
    )
    seen = threshold.goal([scaled(fields[name], VARIANCE_BITS) for name in VARIANCES], rule)
    texts = {name: str(value) if name in VARIANCES else value for name, value in fields.items()}
    names = ["variance_now", "raw", "buffered", "goal"]
    expected = {f"{name}_expected": printed(getattr(seen, name)) for name in names}
    return texts | {"risk_period_seconds": risk_period_seconds} | expected


def slides(draw: Draw) -> list[dict]:
    """Folds one step to many graces later, toward goals near and far on both sides, and readings around the path."""
    flat = [ratio_bits("0.1")] * (LAST_POINT + 1)
    cases = []
    for steps in (1, 2, 11, 12, 13, 14, 288):
        for goal in ("0.05", "0.0999", "0.1", "0.10004", "0.5"):
            cases.append(_slide_case(draw, flat, steps, ratio_bits(goal)))
    for level in ("0.001", "0.12", "0.125", "0.13", "0.9"):
        row = [ratio_bits(level)] * (LAST_POINT + 1)
        cases += [_slide_case(draw, row, 1, goal) for goal in (0, 1 << RATIO_BITS)]
    while len(cases) < 130:
        row = [draw.integer(ratio_bits("0.02"), ratio_bits("0.4"))]
        while len(row) <= LAST_POINT:
            row.append(max(1, row[-1] + draw.integer(-ratio_bits("0.0001"), ratio_bits("0.0006"))))
        goal = draw.pick([row[-1], row[-1] + draw.integer(0, 1_000_000), draw.integer(0, ratio_bits("0.5"))])
        cases.append(_slide_case(draw, row, draw.pick([1, 1, 1, 2, 5, 12, 13, 30]), goal))
    return cases


def _slide_case(draw: Draw, row: list[int], steps: int, goal: int) -> dict:
    path = [scaled(point, RATIO_BITS) for point in row]
    margin_goal = scaled(goal, RATIO_BITS)
    after = threshold.slide(path, steps, margin_goal, GRID_SECONDS)
    jump, gap = draw.pick([0, 0, draw.integer(0, ratio_bits("0.3"))]), ratio_bits("0.25")
    initial = threshold.initial_margin(after, margin_goal, scaled(jump, RATIO_BITS), scaled(gap, RATIO_BITS))
    start = (PATH_STEP + steps) * GRID_SECONDS
    times = [start + draw.pick([0, 299, 300, 3_599, 3_600, 3_900, 90_000]) for _ in range(2)]
    return {
        "grid_seconds": GRID_SECONDS,
        "path_step": PATH_STEP,
        "path": [str(point) for point in row],
        "fold_step": PATH_STEP + steps,
        "goal": str(goal),
        "jump": str(jump),
        "initial_gap": str(gap),
        "path_after": [str(int(point * (1 << RATIO_BITS))) for point in after[:-1]],
        "last_expected": printed(after[-1]),
        "initial_margin_expected": printed(initial),
        "points_at": [[t, threshold.point_at(t, PATH_STEP + steps, LAST_POINT, GRID_SECONDS)] for t in times],
    }


def walks(draw: Draw) -> list[dict]:
    """A path over many folds; its last point after each."""
    cases = []
    for _ in range(25):
        start = draw.integer(ratio_bits("0.05"), ratio_bits("0.3"))
        path = [scaled(start, RATIO_BITS)] * (LAST_POINT + 1)
        goal, folds = start, []
        for _ in range(48):
            if draw.one_in(10):
                goal = draw.integer(ratio_bits("0.05"), ratio_bits("0.5"))
            steps = draw.pick([1, 1, 1, 1, 2, 15])
            path = threshold.slide(path, steps, scaled(goal, RATIO_BITS), GRID_SECONDS)
            folds.append({"steps": steps, "goal": str(goal), "last_expected": printed(path[-1])})
        cases.append({"grid_seconds": GRID_SECONDS, "last_point": LAST_POINT, "start_goal": str(start), "folds": folds})
    return cases
