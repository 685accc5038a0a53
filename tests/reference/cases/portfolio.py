"""Cases for portfolio margin: correlations, requirements and losses row by row, healths of an hour ahead."""

from fractions import Fraction
from math import isqrt

from .. import correlation, portfolio
from ..portfolio import Account, Leg, Model, Row
from ..real import COVARIANCE_BITS, RATIO_BITS, printed, scaled
from .draw import Draw, ratio_bits
from .volatility import factor_matrix, upper

CORRELATION_BITS = 15
SHOCK_BITS = 12
LARGEST_CORRELATION = (1 << CORRELATION_BITS) - 1
KINDS = ("deposit", "debt", "long", "short")


def correlations(draw: Draw) -> list[dict]:
    """Pairs at the ends of the range, and matrices of two to sixteen factors."""
    one = 1 << COVARIANCE_BITS
    pairs = [(one, one, one), (one, -one, one), (one, one // 2, one), (0, 0, one), (1, 1, 1), (4, 8, 16)]
    pairs += [(1, 1 << 30, 1 << 62)]
    matrices = [[[first, between], [between, last]] for first, between, last in pairs]
    matrices += [factor_matrix(draw, size) for size in [2] * 60 + [3] * 40 + [5] * 10 + [16] * 4]
    return [_correlations_case(matrix) for matrix in matrices]


def _correlations_case(matrix: list[list[int]]) -> dict:
    real = [[scaled(entry, COVARIANCE_BITS) for entry in row] for row in matrix]
    size = range(len(matrix))
    found = [correlation.correlation(real[i][j], real[i][i], real[j][j]) for i in size for j in size if i < j]
    return {
        "covariances": [str(entry) for entry in upper(matrix)],
        "correlations_expected": [printed(value) for value in found],
    }


def requirements(draw: Draw) -> list[dict]:
    """None, one, hedges within a factor and between two; then up to sixteen factors and thirty-two rows."""
    ratio = ratio_bits("0.1")
    alone = [[], [(0, "deposit")], [(0, "debt")], [(0, "long")], [(0, "short")]]
    hedges = [[(0, "deposit"), (0, "short")], [(0, "debt"), (0, "long")]]
    hedges += [[(0, "deposit"), (1, "short")], [(0, "long"), (1, "short")]]
    cases = []
    for kinds in alone + hedges:
        for rows in (0, 2):
            legs = [{"factor": factor, "kind": kind, "value": 10**10, "size_margin": 0} for factor, kind in kinds]
            cases.append(_requirement_case(legs, [ratio, 2 * ratio], _drawn_model(draw, 2, rows)))
    for factors in [1] * 12 + [2] * 40 + [3] * 30 + [6] * 8 + [16] * 4:
        rows = draw.pick([0, 1, 2, 5]) if factors < 16 else draw.pick([3, 12, 32])
        legs = _drawn_legs(draw, factors)
        cases.append(_requirement_case(legs, _drawn_margins(draw, factors), _drawn_model(draw, factors, rows)))
    return cases


def _requirement_case(legs: list[dict], margins: list[int], fields: dict) -> dict:
    model, real_margins, real_legs = model_of(fields), ratios(margins), legs_of(legs)
    nets = portfolio.netted(real_legs, len(margins))
    return {
        "legs": _texts(legs),
        "margins": [str(margin) for margin in margins],
        "model": _written(fields),
        "requirement_expected": printed(portfolio.requirement(real_legs, real_margins, model)),
        "losses_expected": [printed(loss) for loss in portfolio.losses(nets, real_margins, model)],
    }


def healths(draw: Draw) -> list[dict]:
    """At the beginning, on the way and at the end of a walk; paths that stand, rise, fall and do both."""
    cases = []
    for factors in [1] * 20 + [2] * 50 + [3] * 26 + [5] * 8 + [16]:
        legs, now = _drawn_legs(draw, factors), _drawn_margins(draw, factors)
        rows = draw.pick([0, 1, 3])
        models = {name: _drawn_model(draw, factors, rows) for name in ("in_force", "announced", "newest")}
        if draw.one_in(3):
            models["announced"] = models["announced"] | {"rows": models["in_force"]["rows"]}
        rise, fall = (draw.pick([0, 0, 1]) for _ in range(2))
        highest = [margin + rise * draw.integer(0, margin // 4) for margin in now]
        lowest = [margin - fall * draw.integer(0, margin // 4) for margin in now]
        fields = {
            "legs": legs,
            "maintenance": now,
            "initial": [margin * draw.integer(100, 160) // 100 for margin in now],
            "highest": highest,
            "lowest": lowest,
            "walked": draw.pick([0, 1 << RATIO_BITS, draw.integer(0, 1 << RATIO_BITS)]),
            "gap": ratio_bits(draw.pick(["0.01", "0.25", "1"])),
            "added_more": draw.pick([0, draw.magnitude(1, 1 << 40)]),
        }
        cases.append(_health_case(fields, models))
    return cases


def _health_case(fields: dict, models: dict) -> dict:
    legs, real = legs_of(fields["legs"]), {name: model_of(model) for name, model in models.items()}
    paths = {name: ratios(fields[name]) for name in ("maintenance", "initial", "highest", "lowest")}
    walked, gap = scaled(fields["walked"], RATIO_BITS), scaled(fields["gap"], RATIO_BITS)
    account = Account(legs, paths["maintenance"], real["in_force"], real["announced"], walked)
    far_below = Fraction(-(1 << 80))
    # the core's own sum, each leg rounded up, is what more is added to
    ahead = account.ahead(paths["highest"], paths["lowest"], portfolio.added(legs) + fields["added_more"])
    initial = portfolio.initial(account, paths["initial"], real["newest"], ahead, gap)
    return {
        "legs": _texts(fields["legs"]),
        **{name: [str(margin) for margin in fields[name]] for name in paths},
        **{name: str(fields[name]) for name in ("walked", "gap", "added_more")},
        "models": {name: _written(model) for name, model in models.items()},
        "maintenance_expected": printed(account.maintenance(far_below)),
        "initial_expected": printed(initial),
    }


def _drawn_legs(draw: Draw, factors: int) -> list[dict]:
    top = draw.magnitude(1, 1 << 49)
    count = draw.integer(1, 2 * factors + 2)
    return [
        {
            "factor": draw.integer(0, factors - 1),
            "kind": kind,
            "value": draw.pick([top, draw.magnitude(1, top)]),
            "size_margin": draw.pick([0, ratio_bits("0.01")]) if kind in ("long", "short") else 0,
        }
        for kind in (draw.pick(KINDS) for _ in range(count))
    ]


def _drawn_margins(draw: Draw, factors: int) -> list[int]:
    low, high = draw.pick([("0.01", "0.3"), ("0.01", "0.3"), ("0.001", "1")])
    return [draw.integer(ratio_bits(low), ratio_bits(high)) for _ in range(factors)]


def _drawn_model(draw: Draw, factors: int, rows: int) -> dict:
    widest = draw.pick([2, 2, 8]) << SHOCK_BITS
    matrix = factor_matrix(draw, factors)
    return {
        "correlations": [_correlation_bits(matrix, i, j) for i in range(factors) for j in range(i + 1, factors)],
        "shrinkage": draw.pick([0, ratio_bits("0.25"), 1 << RATIO_BITS]),
        "hedged_floor": draw.pick([0, ratio_bits("0.15"), 1 << RATIO_BITS]),
        "rows": [_drawn_row(draw, factors, widest) for _ in range(rows)],
    }


def _drawn_row(draw: Draw, factors: int, widest: int) -> list[int]:
    shocks = [max(-(1 << 15), min((1 << 15) - 1, draw.integer(-widest, widest))) for _ in range(factors)]
    return [*shocks, draw.pick([0, draw.integer(0, 1 << SHOCK_BITS)])]


def _correlation_bits(matrix: list[list[int]], i: int, j: int) -> int:
    """Toward zero, from the root of the product of both variances."""
    cell = matrix[i][j]
    size = isqrt((cell * cell << 2 * CORRELATION_BITS) // (matrix[i][i] * matrix[j][j]))
    return min(size, LARGEST_CORRELATION) * (1 if cell >= 0 else -1)


def ratios(mantissas: list[int]) -> list[Fraction]:
    """Of mantissas."""
    return [scaled(mantissa, RATIO_BITS) for mantissa in mantissas]


def legs_of(fields: list[dict]) -> list[Leg]:
    """A case's legs."""
    return [
        Leg(leg["factor"], leg["kind"], leg["value"], leg["value"] * scaled(leg["size_margin"], RATIO_BITS))
        for leg in fields
    ]


def _texts(legs: list[dict]) -> list[dict]:
    return [leg | {"value": str(leg["value"]), "size_margin": str(leg["size_margin"])} for leg in legs]


def _written(model: dict) -> dict:
    return model | {name: str(model[name]) for name in ("shrinkage", "hedged_floor")}


def model_of(fields: dict) -> Model:
    """A case's model."""
    factors = (1 + isqrt(1 + 8 * len(fields["correlations"]))) // 2
    matrix = [[Fraction(int(i == j)) for j in range(factors)] for i in range(factors)]
    cells = iter(fields["correlations"])
    for i in range(factors):
        for j in range(i + 1, factors):
            matrix[i][j] = matrix[j][i] = scaled(next(cells), CORRELATION_BITS)
    return Model(
        correlations=matrix,
        shrinkage=scaled(fields["shrinkage"], RATIO_BITS),
        hedged_floor=scaled(fields["hedged_floor"], RATIO_BITS),
        rows=[_row(row) for row in fields["rows"]],
    )


def _row(cells: list[int]) -> Row:
    *shocks, basis = (scaled(cell, SHOCK_BITS) for cell in cells)
    return Row(shocks, basis)
