"""Cases for the goal of maintenance margin, the announced path and initial margin."""

from fractions import Fraction

from .. import threshold
from ..real import RATIO_BITS, VARIANCE_BITS, printed, scaled
from ..threshold import MarginRule
from .draw import Draw, ratio_bits, variance_between, variance_bits

GRID_SECONDS = 300
LAST_POINT = 12
PATH_STEP = 5_866_667

USUAL = {
    "variance_fast": variance_bits("0.04"),
    "variance_slow": variance_bits("0.035"),
    "variance_implied": 0,
    "variance_floor": variance_bits("0.02"),
    "variance_stress": variance_bits("0.08"),
    "stress_weight": ratio_bits("0.25"),
    "expected_shortfall_multiple": ratio_bits("3.6915"),
    "spread": ratio_bits("0.001"),
    "bonus_max": ratio_bits("0.05"),
    "insurance_cut": ratio_bits("0.005"),
    "margin_min": ratio_bits("0.05"),
    "margin_max": ratio_bits("0.5"),
}
GOAL_EDGES = [
    {},
    {"variance_fast": 0, "variance_slow": 0, "variance_stress": 0},
    {"variance_fast": 0, "variance_slow": 0, "variance_floor": 0, "variance_stress": 0},
    {"variance_fast": 1, "variance_slow": 1, "variance_floor": 1, "variance_stress": 1},
    {"variance_fast": variance_bits("0.02"), "variance_slow": 0, "variance_stress": variance_bits("0.02")},
    {"variance_implied": variance_bits("0.2")},
    {"variance_slow": variance_bits("0.3")},
    {"variance_fast": variance_bits("3")},
    {"variance_fast": variance_bits("100"), "margin_max": ratio_bits("1")},
    {"stress_weight": 1 << RATIO_BITS},
    {"margin_min": ratio_bits("0.2"), "margin_max": ratio_bits("0.2")},
    {"spread": 0, "bonus_max": 0, "insurance_cut": 0, "margin_min": 0},
    {"spread": 1, "bonus_max": 1, "insurance_cut": 1, "margin_min": 0},
]


def goals(draw: Draw) -> list[dict]:
    """Every clamp and both ends of the exhaustible buffer, then a walk over σ from calm to crash."""
    cases = [_goal_case(USUAL | edge, 3_600) for edge in GOAL_EDGES]
    cases += [_goal_case(USUAL, seconds) for seconds in (0, 1, 300, 14_400, 86_400, 864_000)]
    for percent in range(1, 31):
        cases.append(_goal_case(USUAL | {"variance_fast": variance_bits(f"{percent}/100")}, 3_600))
    while len(cases) < 160:
        fields = USUAL | {
            "variance_fast": variance_between(draw, "0", "0.3"),
            "variance_slow": variance_between(draw, "0.005", "0.1"),
            "variance_implied": draw.pick([0, variance_between(draw, "0.01", "0.15")]),
            "variance_floor": variance_between(draw, "0.001", "0.04"),
            "variance_stress": variance_between(draw, "0.02", "0.2"),
            "stress_weight": draw.integer(ratio_bits("0.25"), 1 << RATIO_BITS),
            "expected_shortfall_multiple": draw.integer(ratio_bits("2"), ratio_bits("9")),
            "spread": draw.integer(0, ratio_bits("0.02")),
        }
        if draw.one_in(2):
            fields |= _calm(draw)
        cases.append(_goal_case(fields, draw.pick([300, 3_600, 14_400, 86_400])))
    return cases


def _calm(draw: Draw) -> dict:
    """Variances at and little above the floor, where the exhaustible buffer decides."""
    floor = variance_between(draw, "0.01", "0.03")
    names = ("variance_fast", "variance_slow", "variance_stress")
    near = {name: floor * draw.integer(90, 250) // 100 for name in names}
    return near | {"variance_floor": floor, "variance_implied": 0, "margin_min": ratio_bits("0.01")}


def _goal_case(fields: dict, risk_period_seconds: int) -> dict:
    exact = {n: scaled(v, VARIANCE_BITS if n.startswith("variance") else RATIO_BITS) for n, v in fields.items()}
    rule = MarginRule(
        variance_floor=exact["variance_floor"],
        variance_stress=exact["variance_stress"],
        stress_weight=exact["stress_weight"],
        expected_shortfall_multiple=exact["expected_shortfall_multiple"],
        risk_period_seconds=risk_period_seconds,
        costs=threshold.costs(exact["spread"], exact["bonus_max"], exact["insurance_cut"]),
        margin_min=exact["margin_min"],
        margin_max=exact["margin_max"],
    )
    seen = threshold.goal([exact[f"variance_{name}"] for name in ("fast", "slow", "implied")], rule)
    names = ["variance_now", "variance_mitigated", "expected_shortfall", "raw", "buffered", "goal"]
    texts = {name: str(value) for name, value in fields.items()}
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
