"""Cases for screening, the stable price and bands."""

from fractions import Fraction

from .. import prices, stable_price
from ..real import PRICE_BITS, RATIO_BITS, VARIANCE_BITS, printed, scaled
from .draw import Draw, nearby_price, price_bits, ratio_bits, variance_between

NOW = 1_760_000_000
USUAL_PRICE = 20_012_345_678
USUAL = {
    "price": USUAL_PRICE,
    "confidence": 9_876_543,
    "exponent": -8,
    "publish_time": NOW - 2,
    "factor_publish_time": NOW - 5,
    "now": NOW,
    "max_age_seconds": 60,
    "max_confidence": ratio_bits("0.02"),
    "base_decimals": 9,
    "quote_decimals": 6,
}
# 95,367,431,640,625·10⁻²⁰ is 2⁻²⁰, a mantissa of exactly 2²⁰; 8,192 is one of exactly 2⁵³.
SMALLEST = {"price": 95_367_431_640_625, "confidence": 0, "exponent": -14, "base_decimals": 12}
LARGEST = {"price": 8_192, "confidence": 0, "exponent": 0, "base_decimals": 6}
SCREENING_EDGES = [
    {},
    {"price": 0, "confidence": 0},
    {"price": -1, "confidence": 0},
    {"price": -USUAL_PRICE},
    {"exponent": -19},
    {"exponent": -18, "base_decimals": 0},
    {"exponent": 6, "price": 2, "confidence": 0, "base_decimals": 12},
    {"exponent": 7, "price": 2, "confidence": 0, "base_decimals": 12},
    {"publish_time": NOW - 5},
    {"publish_time": NOW - 4},
    {"publish_time": NOW - 6},
    {"publish_time": NOW + 30},
    {"publish_time": NOW + 31},
    {"publish_time": NOW - 60, "factor_publish_time": NOW - 400},
    {"publish_time": NOW - 61, "factor_publish_time": NOW - 400},
    {"price": 6_400, "confidence": 100, "max_confidence": ratio_bits("1/64"), "exponent": -2},
    {"price": 6_400, "confidence": 101, "max_confidence": ratio_bits("1/64"), "exponent": -2},
    {"confidence": 0},
    {"max_confidence": 0},
    {"max_confidence": 0, "confidence": 0},
    {"confidence": (1 << 64) - 1},
    SMALLEST,
    SMALLEST | {"price": SMALLEST["price"] - 100_000_000},
    SMALLEST | {"price": SMALLEST["price"] + 1},
    LARGEST,
    LARGEST | {"price": 8_193},
    LARGEST | {"price": 8_191},
    {"price": (1 << 63) - 1, "exponent": -18, "base_decimals": 6},
    {"price": (1 << 63) - 1, "exponent": 6, "base_decimals": 6},
    {"price": 0, "exponent": 7, "publish_time": NOW - 100, "factor_publish_time": NOW, "confidence": 5},
]


def _screened(fields: dict) -> dict:
    publication = prices.Publication(fields["price"], fields["confidence"], fields["exponent"], fields["publish_time"])
    screen = prices.Screen(
        factor_publish_time=fields["factor_publish_time"],
        now=fields["now"],
        max_age_seconds=fields["max_age_seconds"],
        max_confidence=scaled(fields["max_confidence"], RATIO_BITS),
        base_decimals=fields["base_decimals"],
        quote_decimals=fields["quote_decimals"],
    )
    texts = {name: str(fields[name]) for name in ("price", "confidence", "max_confidence")}
    price = prices.price_mantissa(publication, screen) / (1 << PRICE_BITS)
    return fields | texts | {"refusals": prices.refusals(publication, screen), "price_expected": printed(price)}


def screening(draw: Draw) -> list[dict]:
    """Each rule at its boundary, then publications that break none, one or several."""
    cases = [_screened(USUAL | edge) for edge in SCREENING_EDGES]
    while len(cases) < 150:
        price = draw.magnitude(1, (1 << 63) - 1)
        fields = USUAL | {
            "price": price,
            "confidence": price * draw.integer(0, 30_000) // 1_000_000,
            "exponent": draw.integer(-18, 6) if draw.one_in(3) else draw.pick([-8, -8, -5, -10]),
            "publish_time": NOW + draw.integer(-90, 45),
            "factor_publish_time": NOW - draw.integer(30, 100),
            "base_decimals": draw.pick([6, 8, 9, 9, 5]),
        }
        case = _screened(fields)
        if draw.one_in(3) or len(case["refusals"]) < 2:
            cases.append(case)
    return cases


def stable_steps(draw: Draw) -> list[dict]:
    """Single updates: skipped ones, clamped and unclamped ones, far and near the delay price."""
    cases = []
    for elapsed in [0, 1, 9, 10, 11, 60, 599, 600, 601, 86_400]:
        for factor in ["0.1", "0.9", "0.999", "1", "1.001", "1.1", "10"]:
            stable = price_bits("0.2")
            price = int(stable * Fraction(factor))
            cases.append(_stable_step(stable, stable, price, elapsed))
    while len(cases) < 200:
        stable = draw.magnitude(1 << 21, 1 << 52)
        delay = draw.integer(max(1 << 20, stable // 4), min(1 << 53, stable * 4))
        price = nearby_price(draw, stable, draw.pick([100, 10_000, 300_000]))
        cases.append(_stable_step(stable, delay, price, draw.integer(0, 900)))
    return cases


def _stable_step(stable: int, delay: int, price: int, elapsed: int) -> dict:
    after = stable_price.step(scaled(stable, PRICE_BITS), scaled(delay, PRICE_BITS), scaled(price, PRICE_BITS), elapsed)
    return {
        "stable": str(stable),
        "delay": str(delay),
        "price": str(price),
        "elapsed_seconds": elapsed,
        "stable_expected": printed(after),
    }


PATHS = [
    [(60, 60, "10"), (360, 10, "10"), (276, 300, "10")],
    [(60, 60, "0.5"), (1_440, 60, "0.5")],
    [(30, 120, "1.05"), (30, 120, "0.97"), (30, 120, "1.2"), (720, 120, "1.1")],
    [(10, 9, "2"), (10, 10, "2"), (10, 11, "2")],
    [(1, 600, "3"), (1, 601, "3"), (1, 90_000, "3"), (30, 60, "3")],
    [(48, 3_600, "4"), (24, 3_600, "0.3")],
    [(1, 172_800, "5"), (60, 60, "5")],
    [(100, 36, "1"), (100, 36, "1.00001")],
]


def stable_paths(draw: Draw) -> list[dict]:
    """Rows of updates over hours and days; the stable and the delay price at the end of each segment."""
    cases = [_stable_path("1", NOW // 3_600 * 3_600, path) for path in PATHS]
    while len(cases) < 40:
        path = []
        for _ in range(draw.integer(2, 6)):
            level = Fraction(draw.integer(700_000, 1_400_000), 1_000_000)
            path.append((draw.integer(5, 60), draw.pick([10, 30, 60, 300, 600, 1_800]), str(level)))
        cases.append(_stable_path(draw.pick(["0.2", "1000", "1"]), NOW + draw.integer(0, 3_599), path))
    return cases


def _stable_path(start: str, start_time: int, path: list) -> dict:
    start_mantissa = price_bits(start)
    model = stable_price.StablePrice(scaled(start_mantissa, PRICE_BITS), start_time)
    now, segments = start_time, []
    for count, every_seconds, multiple in path:
        price = int(start_mantissa * Fraction(multiple))
        for _ in range(count):
            now += every_seconds
            model.update(scaled(price, PRICE_BITS), now)
        expected = {"stable_expected": printed(model.stable), "delay_expected": printed(model.delay())}
        segments.append({"updates": count, "every_seconds": every_seconds, "price": str(price)} | expected)
    return {"start_price": str(start_mantissa), "start_time": start_time, "segments": segments}


BAND_AGES = [0, 1, 5, 6, 59, 60, 61, 299, 300, 301, 3_600, 86_400]


def bands(draw: Draw) -> list[dict]:
    """Ages on both sides of each limit, stable prices on both sides of mid, bands wider than the price."""
    cases = []
    for age in BAND_AGES:
        for stable_ppm in [900_000, 1_000_000, 1_100_000]:
            mid = price_bits("0.2")
            cases.append(_band(draw, mid, mid * stable_ppm // 1_000_000, age))
    while len(cases) < 200:
        mid = draw.magnitude(1 << 21, 1 << 50)
        stable = nearby_price(draw, mid, draw.pick([1_000, 200_000]))
        cases.append(_band(draw, mid, stable, draw.pick(BAND_AGES + [draw.integer(0, 400)])))
    return cases


def _band(draw: Draw, mid: int, stable: int, age: int) -> dict:
    fields = {
        "mid": mid,
        "confidence": mid * draw.pick([0, 1, 500, 5_000, 20_000]) // 1_000_000,
        "stable": stable,
        "variance_now": variance_between(draw, "0.0005", draw.pick(["0.02", "0.1", "0.4"])),
        "confidence_multiple": ratio_bits("2"),
        "age_sigmas": ratio_bits("3"),
    }
    rule = prices.BandRule(
        confidence_multiple=scaled(fields["confidence_multiple"], RATIO_BITS),
        age_sigmas=scaled(fields["age_sigmas"], RATIO_BITS),
        max_age_seconds=60,
        liquidation_max_age_seconds=5,
    )
    quote = prices.Quote(
        mid=scaled(mid, PRICE_BITS),
        confidence=scaled(fields["confidence"], PRICE_BITS),
        stable=scaled(stable, PRICE_BITS),
        age_seconds=age,
        variance_now=scaled(fields["variance_now"], VARIANCE_BITS),
    )
    seen = prices.bands(quote, rule)
    ages = {"age_seconds": age, "max_age_seconds": 60, "liquidation_max_age_seconds": 5}
    names = ["half", "asset_initial", "debt_initial", "asset_liquidation", "debt_liquidation"]
    expected = {f"{name}_expected": printed(getattr(seen, name)) for name in names}
    return {n: str(v) for n, v in fields.items()} | ages | expected | {"exchangeable": seen.exchangeable}
