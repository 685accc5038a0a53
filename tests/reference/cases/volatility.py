"""Cases for sampling, one factor's fold, rows of folds, and the covariance matrix."""

from .. import correlation, volatility
from ..real import COVARIANCE_BITS, LOG_BITS, PRICE_BITS, RATIO_BITS, VARIANCE_BITS
from ..real import dec, half_life_decay, printed, scaled
from ..volatility import Estimate, EstimatorRule, Window
from .draw import Draw, nearby_price, price_bits, ratio_bits, variance_between

GRID_SECONDS = 300
STEP = 1_760_000_100 // GRID_SECONDS
RULE = {"winsor_sigmas": ratio_bits("6"), "variance_floor": (3 << VARIANCE_BITS) // 10_000}
HALF_LIVES = {
    "fast_half_life_seconds": 12 * 3_600,
    "slow_half_life_seconds": 15 * 86_400,
    "jump_half_life_seconds": 6 * 3_600,
}


def sampling(draw: Draw) -> list[dict]:
    """Publications around a boundary, and moments around a fold's deadline."""
    boundary = STEP * GRID_SECONDS
    times = [(before, after) for before in (-400, -1, 0, 1) for after in (-1, 0, 1, 299, 300)]
    cases = [_sampled(boundary + before, boundary + after, 0) for before, after in times if before <= after]
    cases += [_sampled(boundary - 1, boundary, delay) for delay in (-1, 0, 1, 119, 120, 121)]
    while len(cases) < 100:
        publish_time = boundary + draw.integer(-20, 20)
        cases.append(_sampled(publish_time - draw.integer(0, 20), publish_time, draw.integer(-10, 200)))
    return cases


def _sampled(prev_publish_time: int, publish_time: int, delay: int) -> dict:
    now = STEP * GRID_SECONDS + delay
    return {
        "step": STEP,
        "grid_seconds": GRID_SECONDS,
        "prev_publish_time": prev_publish_time,
        "publish_time": publish_time,
        "now": now,
        "is_sample": volatility.is_sample(STEP, GRID_SECONDS, prev_publish_time, publish_time),
        "may_fold_when_all_sampled": volatility.may_fold(STEP, GRID_SECONDS, now, True),
        "may_fold_when_some_missing": volatility.may_fold(STEP, GRID_SECONDS, now, False),
    }


def _window(first: int, last: int, high: int, low: int, steps: int) -> Window:
    corners = [scaled(price, PRICE_BITS) for price in (first, last, high, low)]
    return Window(*corners, steps * GRID_SECONDS)


def _estimator(rule: dict) -> EstimatorRule:
    return EstimatorRule(
        winsor_sigmas=scaled(rule["winsor_sigmas"], RATIO_BITS),
        variance_floor=scaled(rule["variance_floor"], VARIANCE_BITS),
        **HALF_LIVES,
    )


def _fold_case(rule: dict, estimate: tuple[int, int, int], corners: tuple[int, int, int, int], steps: int) -> dict:
    fast, slow, jump = estimate
    before = Estimate(scaled(fast, VARIANCE_BITS), scaled(slow, VARIANCE_BITS), scaled(jump, RATIO_BITS))
    seen = volatility.fold(before, _window(*corners, steps), _estimator(rule))
    inputs = {"variance_fast": fast, "variance_slow": slow, "jump": jump, **rule}
    inputs |= dict(zip(("first", "last", "high", "low"), corners, strict=True))
    expected = {
        "log_return": seen.log_return,
        "winsorised": seen.winsorised,
        "excess": seen.excess,
        "range_variance": seen.range_variance,
        "observed_variance": seen.observed_variance,
        "variance_fast": seen.after.fast,
        "variance_slow": seen.after.slow,
        "jump": seen.after.jump,
    }
    texts = {name: str(value) for name, value in inputs.items()}
    results = {f"{name}_expected": printed(value) for name, value in expected.items()}
    return texts | HALF_LIVES | {"seconds": steps * GRID_SECONDS} | results


def folds(draw: Draw) -> list[dict]:
    """Quiet, usual and violent steps, gaps of several steps, zero and huge variances, ranges wider than the return."""
    usual = variance_between(draw, "0.04", "0.04")
    start = price_bits("0.2")
    cases = [_fold_case(RULE, (v, v, 0), (start, start, start, start), 1) for v in (0, 1, usual, 1 << 110)]
    for last_ppm in (-999_000, -500_000, -20_000, -1, 1, 20_000, 1_000_000, 1_000_000_000):
        last = start + start * last_ppm // 1_000_000
        high, low = max(start, last), min(start, last)
        for steps in (1, 3, 288):
            cases.append(_fold_case(RULE, (usual, usual, ratio_bits("0.1")), (start, last, high, low), steps))
    for range_ppm in (100, 5_000, 50_000, 500_000):
        high, low = start + start * range_ppm // 1_000_000, start - start * range_ppm // 1_000_000
        cases.append(_fold_case(RULE, (usual, usual, 0), (start, start, high, low), 1))
    cases.append(_fold_case(RULE, (usual, usual, 1 << RATIO_BITS), (start, 4 * start, 4 * start, start), 1))
    while len(cases) < 160:
        fast, slow = variance_between(draw, "0", "0.3"), variance_between(draw, "0", "0.2")
        estimate = (fast, slow, draw.integer(0, ratio_bits("0.5")))
        first = draw.magnitude(1 << 24, 1 << 50)
        last = nearby_price(draw, first, draw.pick([100, 3_000, 30_000, 300_000]))
        high = max(first, last) + first * draw.integer(0, 20_000) // 1_000_000
        low = min(first, last) - min(first, last) * draw.integer(0, 20_000) // 1_000_000
        rule = RULE | {"variance_floor": variance_between(draw, "0.001", "0.03")}
        cases.append(_fold_case(rule, estimate, (first, last, high, low), draw.pick([1, 1, 1, 2, 7, 100])))
    return cases


def fold_rows(draw: Draw) -> list[dict]:
    """Sixty folds in a row, each a price and the steps since the one before; high and low are the two samples."""
    cases = []
    for _ in range(25):
        variance = variance_between(draw, "0.02", "0.08")
        estimate = Estimate(scaled(variance, VARIANCE_BITS), scaled(variance, VARIANCE_BITS), dec(0))
        price = draw.magnitude(1 << 30, 1 << 46)
        start, samples = price, []
        for _ in range(60):
            previous, price = price, nearby_price(draw, price, draw.pick([500, 3_000, 3_000, 80_000]))
            steps = draw.pick([1, 1, 1, 1, 2, 12])
            window = _window(previous, price, max(previous, price), min(previous, price), steps)
            estimate = volatility.fold(estimate, window, _estimator(RULE)).after
            samples.append([str(price), steps])
        expected = {"variance_fast": estimate.fast, "variance_slow": estimate.slow, "jump": estimate.jump}
        cases.append(
            {"variance": str(variance), "start_price": str(start)}
            | {name: str(value) for name, value in RULE.items()}
            | HALF_LIVES
            | {"grid_seconds": GRID_SECONDS, "samples": samples}
            | {f"{name}_expected": printed(value) for name, value in expected.items()}
        )
    return cases


def factor_matrix(draw: Draw, size: int) -> list[list[int]]:
    """A positive semidefinite matrix of mantissas of `Covariance`: three common shocks and one of each factor's own."""
    loads = [[draw.integer(-(1 << 26), 1 << 26) for _ in range(3)] for _ in range(size)]
    own = [draw.integer(1, 1 << 51) for _ in range(size)]
    matrix = [[sum(a * b for a, b in zip(loads[i], loads[j])) // 8 for j in range(size)] for i in range(size)]
    for i in range(size):
        matrix[i][i] += own[i] + size
    return matrix


def covariance_folds(draw: Draw) -> list[dict]:
    """One to sixteen factors, with and without missing returns, one step and several."""
    cases = []
    for size in [1] * 6 + [2] * 60 + [3] * 40 + [4] * 20 + [16] * 4:
        matrix = factor_matrix(draw, size) if not draw.one_in(8) else [[0] * size for _ in range(size)]
        widest = int(draw.pick(["1", "1000", "1000000"])) * (1 << LOG_BITS) // 5_000_000
        returns = [None if draw.one_in(8) else draw.integer(-widest, widest) for _ in range(size)]
        seconds = GRID_SECONDS * draw.pick([1, 1, 1, 2, 12])
        cases.append(_covariance_case(matrix, returns, seconds))
    return cases


def upper(matrix: list[list]) -> list:
    """The upper triangle, row by row."""
    return [matrix[i][j] for i in range(len(matrix)) for j in range(i, len(matrix))]


def _covariance_case(matrix: list[list[int]], returns: list, seconds: int) -> dict:
    half_life = 5 * 86_400
    after = correlation.fold(
        [[scaled(entry, COVARIANCE_BITS) for entry in row] for row in matrix],
        [None if value is None else scaled(value, LOG_BITS) for value in returns],
        seconds,
        correlation.kept(half_life_decay(seconds, half_life)),
    )
    return {
        "covariances": [str(entry) for entry in upper(matrix)],
        "returns": [None if value is None else str(value) for value in returns],
        "seconds": seconds,
        "half_life_seconds": half_life,
        "covariances_expected": [printed(entry) for entry in upper(after)],
    }


def correlations(draw: Draw) -> list[dict]:
    """Zero variances, perfect correlation, and entries from tiny to large."""
    tops = [1, 2, 1 << 20, 1 << 50, 1 << 62]
    triples = [(0, 0, 0), (0, 0, 5), (0, 7, 0), (5, 5, 5), (-5, 5, 5), (1 << 50, 1 << 50, 1 << 50), (0, 9, 9)]
    squares = [(root, top) for top in (4, 1 << 20) for root in (8, 1 << 30)]
    triples += [(sign * root, top, root * root // top) for root, top in squares for sign in (1, -1)]
    while len(triples) < 200:
        variance_i, variance_j = draw.magnitude(1, draw.pick(tops)), draw.magnitude(1, draw.pick(tops))
        largest = int(dec(variance_i * variance_j).sqrt())
        triples.append((draw.integer(-largest, largest), variance_i, variance_j))
    return [_correlation_case(*triple) for triple in triples]


def _correlation_case(covariance: int, variance_i: int, variance_j: int) -> dict:
    entries = [scaled(entry, COVARIANCE_BITS) for entry in (covariance, variance_i, variance_j)]
    return {
        "covariance": str(covariance),
        "variance_i": str(variance_i),
        "variance_j": str(variance_j),
        "correlation_expected": printed(correlation.correlation(*entries)),
    }
