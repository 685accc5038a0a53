"""Laws that docs/risk.md states of perps, on the inputs of the vectors and on seeded draws."""

import unittest
from fractions import Fraction

from . import funding, perp_ledger, perp_waterfall, pool
from .cases.draw import Draw
from .cases.perp_trading import USUAL_FEES
from .loss_sharing import Shared
from .perp_books import EMPTY_POSITION, Books, ledger_sum
from .perp_ledger import FillRule, value_down, value_up
from .perp_waterfall import Failure
from .real import PRICE_BITS, RATIO_BITS, SECONDS_PER_DAY, dec, scaled
from .test_laws import cases

SCALE = 1 << 40
RULE = FillRule(skew_scale=SCALE, **USUAL_FEES)


class Ledger(unittest.TestCase):
    def test_accounts_pool_insurance_and_what_is_unapplied_sum_to_zero_after_each_step(self):
        for case in cases("perp_market"):
            on_accounts: dict[int, int] = {}
            for step in case["steps"]:
                if "owner" in step:
                    on_accounts[step["owner"]] = int(step["entry"]) + int(step["realised"])
                booked = sum(int(step[name]) for name in ("pool_quote", "insurance", "unapplied"))
                self.assertEqual(sum(on_accounts.values()) + booked, 0)

    def test_open_interest_is_the_sum_of_positions_or_an_atom_a_position_more(self):
        for case in cases("perp_market"):
            after_all_looked = [step for step in case["steps"][-5:] if step["kind"] == "touch"]
            if len(after_all_looked) == 5:
                bases = [int(step["base"]) for step in after_all_looked]
                long, short = int(after_all_looked[-1]["long"]), int(after_all_looked[-1]["short"])
                for held, side in ((sum(b for b in bases if b > 0), long), (-sum(b for b in bases if b < 0), short)):
                    self.assertTrue(held <= side <= held + 5, (bases, side))


class Fills(unittest.TestCase):
    def exact(self, delta: int, price: int, skew: int) -> Fraction:
        """The trader's quote without rounding."""
        return -delta * scaled(price, PRICE_BITS) * (1 + Fraction(2 * skew + delta, 2 * SCALE))

    def test_a_trade_loses_less_than_four_atoms_to_rounding_and_gains_none(self):
        draw = Draw(21)
        for _ in range(500):
            skew, after = (draw.integer(-SCALE // 4, SCALE // 4) // draw.pick([1, 1_000, 10**9]) for _ in range(2))
            price = draw.magnitude(1 << 20, 1 << 44)
            if skew != after:
                lost = self.exact(after - skew, price, skew) - perp_ledger.fill(after - skew, price, skew, RULE).quote
                self.assertTrue(0 <= lost < 4, lost)

    def test_splitting_a_trade_gains_less_than_its_own_rounding_and_saves_no_fee(self):
        draw = Draw(22)
        for _ in range(300):
            skew, after = draw.integer(-SCALE // 4, SCALE // 4), draw.integer(-SCALE // 4, SCALE // 4)
            price = draw.magnitude(1 << 30, 1 << 44)
            stops = sorted({skew, after, *(draw.integer(min(skew, after), max(skew, after)) for _ in range(4))})
            stops = stops if after > skew else stops[::-1]
            whole = perp_ledger.fill(after - skew, price, skew, RULE)
            parts = [perp_ledger.fill(b - a, price, a, RULE) for a, b in zip(stops, stops[1:])]
            self.assertLess(sum(part.quote for part in parts), whole.quote + 4)
            # each of a whole trade's two fees is rounded up once
            self.assertGreater(sum(part.fee for part in parts), whole.fee - 4)

    def test_going_out_and_back_at_one_price_never_pays(self):
        draw = Draw(23)
        for _ in range(300):
            skew, delta = draw.integer(-SCALE // 8, SCALE // 8), draw.integer(1, SCALE // 8) * draw.pick([1, -1])
            price = draw.magnitude(1 << 24, 1 << 44)
            out, back = (perp_ledger.fill(d, price, k, RULE) for d, k in ((delta, skew), (-delta, skew + delta)))
            self.assertLessEqual(out.quote + back.quote, 0)


class FundingLaws(unittest.TestCase):
    def test_the_number_of_updates_changes_nothing_but_rounding(self):
        draw = Draw(24)
        for _ in range(200):
            cap, speed = draw.magnitude(1 << 20, 1 << 48), draw.integer(-(1 << 52), 1 << 52)
            first, total = draw.integer(-2 * cap, 2 * cap), 0
            seconds = draw.integer(1, 6 * SECONDS_PER_DAY)
            cuts = sorted({0, seconds, *(draw.integer(0, seconds) for _ in range(7))})
            whole_rate, whole = funding.accrue(first, speed, cap, seconds)
            rate = first
            for before, after in zip(cuts, cuts[1:]):
                rate, part = funding.accrue(rate, speed, cap, after - before)
                total += part
            self.assertLessEqual(abs(rate - whole_rate), len(cuts))
            # each update cuts its change by less than a unit, which counts for the days left; the one that meets the cap meets it up to a
            # second early, in the whole and in the parts, with at most twice the cap to go
            self.assertLessEqual(abs(total - whole), len(cuts) * 8 + 2 * cap // SECONDS_PER_DAY)

    def test_integers_follow_the_real_path(self):
        for case in cases("perp_funding"):
            speed = funding.velocity(int(case["skew"]), int(case["skew_scale"]), int(case["max_velocity"]))
            days = Fraction(min(case["seconds"], funding.LONGEST_SECONDS), SECONDS_PER_DAY)
            cap = int(case["cap"])
            rate, integral = funding.real_accrual(int(case["rate"]), Fraction(speed), cap, days)
            self.assertLess(abs(rate - int(case["rate_after"])), 1 + 1e-9)
            self.assertLessEqual(abs(integral - int(case["integral"])), 2 + days + Fraction(cap, SECONDS_PER_DAY))

    def test_what_one_side_pays_the_other_and_the_pool_receive(self):
        for case in cases("perp_funding"):
            open_short = int(case["open_short"])
            open_long = open_short + int(case["skew"])
            sides = ((open_long, "long"), (open_short, "short"))
            # Π counts for a base atom at S = 1
            parts = [Fraction(int(case[f"profit_{n}"]) * size, int(case[f"size_{n}"]) << 2) for size, n in sides]
            lost = sum(parts) + int(case["pool_quote"])
            self.assertTrue(-3 - sum(size >> 32 for size, _ in sides) < lost <= 0, lost)


def market_of(bases: list[int], mid: int) -> tuple[Books, list[Shared]]:
    """A market in which each owner traded once, at mid."""
    books, held = Books(), []
    for base in bases:
        quote = value_down(-base, mid) if base < 0 else -value_up(base, mid)
        books, position = books.traded(EMPTY_POSITION, base, quote)
        held.append(position)
    return books, held


class Waterfall(unittest.TestCase):
    def test_what_is_paid_adds_up_to_the_deficit(self):
        failures = [step for case in cases("perp_market") for step in case["steps"] if "deficit" in step]
        self.assertGreater(len([step for step in failures if step["winners_pay"] != "0"]), 20)
        for step in failures:
            paid = sum(int(step[name]) for name in ("insurance_pays", "pool_pays", "winners_pay", "unpaid"))
            self.assertEqual(paid, int(step["deficit"]))

    def test_winners_bear_by_size_and_no_loss_that_was_booked_before(self):
        draw, in_full = Draw(29), 0
        for _ in range(300):
            mid, base = draw.magnitude(1 << 34, 1 << 42), draw.magnitude(1, 1 << 30) * draw.pick([1, -1])
            held = perp_ledger.Position(base, -value_down(base, mid) - draw.magnitude(1, 1 << 30), -draw.magnitude(1, 1 << 30))
            books, _ = market_of([-base * draw.pick([1, 3]) // draw.pick([1, 2, 50]) or 1], mid)
            profit = held.profit(mid)
            failure = Failure(held, 0, profit, draw.magnitude(1, 1 << 20), draw.magnitude(1, 1 << 31))
            seen = perp_waterfall.resolve(books, failure, mid)
            closed, lost = seen.closed_against_side, -held.unrealised(mid)
            self.assertLessEqual(seen.winners_pay * abs(base), lost * closed)
            self.assertTrue(seen.unpaid == 0 or seen.pool_pays == failure.pool_equity)
            if -profit - seen.pool_pays >= lost and closed > 0:
                in_full += 1
                self.assertEqual(seen.winners_pay, lost * closed // abs(base))
        self.assertGreater(in_full, 20)

    def failed(self, draw: Draw) -> tuple[Books, list[Shared], perp_waterfall.Resolution, int]:
        """A market whose first position failed against the others."""
        mid, sign = draw.magnitude(1 << 34, 1 << 42), draw.pick([1, -1])
        bases = [draw.magnitude(1 << 20, 1 << 36) for _ in range(5)]
        books, held = market_of([sign * bases[0], *(-sign * base for base in bases[1:])], mid)
        mid = mid * (90 if sign > 0 else 110) // 100
        profit = held[0].position.profit(mid)
        failure = Failure(held[0].position, -profit * 2 // 3, profit, 0, 0)
        seen = perp_waterfall.resolve(books, failure, mid)
        books = perp_waterfall.applied(books, held[0].position.base, seen)
        return books, held[1:], seen, mid

    def test_the_same_fraction_of_every_position_is_closed_at_the_same_price(self):
        draw = Draw(25)
        for _ in range(100):
            books, winners, seen, _ = self.failed(draw)
            before = books.side(winners[0].position.base).open_base + seen.closed_against_side
            for held in winners:
                after = held.due(books.side(held.position.base))
                size = abs(held.position.base)
                share = Fraction(size * seen.closed_against_side, before)
                self.assertLess(abs(size - abs(after.base) - share), 1 + Fraction(size, 1 << 50))
                got = after.entry + after.realised - held.position.entry - held.position.realised
                self.assertLess(abs(got - Fraction(size * seen.side_quote, before)), 1 + Fraction(abs(seen.side_quote), 1 << 50))

    def test_haircuts_of_the_winners_add_up_to_their_part_of_the_deficit(self):
        draw = Draw(26)
        for _ in range(100):
            books, winners, seen, mid = self.failed(draw)
            haircuts = 0
            for held in winners:
                after = held.due(books.side(held.position.base))
                haircuts += held.position.profit(mid) - after.profit(mid)
            # two atoms a position, and the value of the atom of base by which its size is rounded: a long loses it, a short need not buy it
            slack = len(winners) * (2 + value_up(1, mid))
            self.assertLessEqual(abs(haircuts - seen.winners_pay), slack)

    def test_it_does_not_matter_when_a_winner_looks(self):
        draw = Draw(27)
        for _ in range(50):
            mid = draw.magnitude(1 << 34, 1 << 42)
            books, held = market_of([10**9 + 7, 10**9 + 7, -(5 * 10**8), -(4 * 10**8)], mid)
            for failed in (2, 3):
                books = books.funded(draw.integer(-(1 << 60), 1 << 60))
                books, held[failed] = books.touched(held[failed])
                position = held[failed].position
                failure = Failure(position, -position.profit(mid) - 10**6, position.profit(mid) - 10**6, 0, 0)
                seen = perp_waterfall.resolve(books, failure, mid)
                books, held[0] = books.touched(held[0])
                if seen is not None and seen.unpaid < seen.deficit:
                    books = perp_waterfall.applied(books, position.base, seen)
                    held[failed] = EMPTY_POSITION
            early, late = (each.due(books.side(1)) for each in held[:2])
            self.assertLessEqual(abs(early.base - late.base), 2)
            self.assertLessEqual(abs(early.profit(mid) - late.profit(mid)), 6 + 2 * value_up(1, mid))


class Liquidation(unittest.TestCase):
    def test_each_step_raises_maintenance_health(self):
        moved = [case for case in cases("perp_liquidation_plan") if case["closed_expected"] != "0"]
        self.assertGreater(len(moved), 100)
        for case in moved:
            self.assertGreater(dec(case["maintenance_after_expected"]), dec(case["maintenance_expected"]))

    def test_bonus_and_cut_never_exceed_the_equity_that_is_left(self):
        for case in cases("perp_liquidation_plan"):
            equity = dec(case["equity_expected"])
            given = dec(case["to_liquidator_expected"]) + dec(case["to_insurance_expected"])
            if equity > 0:
                price = dec(scaled(int(case["quote"]["mid"]), PRICE_BITS))
                self.assertLessEqual(given * price, equity * (1 + dec(10) ** -25))


class Health(unittest.TestCase):
    def test_initial_health_is_at_most_maintenance_health_at_most_equity(self):
        for case in cases("perp_health"):
            names = ("initial_expected", "maintenance_expected", "equity_expected")
            initial, maintenance, equity = (dec(case[name]) for name in names)
            # an atom that rounds up with the notional
            slack = len(case["perps"])
            self.assertLessEqual(maintenance, equity)
            self.assertLessEqual(initial, maintenance + slack)


class Pool(unittest.TestCase):
    def test_the_requirement_is_at_most_the_sum_of_exposures(self):
        for case in cases("perp_pool_requirement"):
            total = sum(abs(int(exposure)) for exposure in case["exposures"])
            self.assertLessEqual(dec(case["requirement_expected"]), total * (1 + dec(10) ** -25))

    def test_in_and_out_at_once_never_pays(self):
        draw = Draw(28)
        for _ in range(300):
            total, equity = draw.magnitude(1, 1 << 50), draw.integer(-(1 << 40), 1 << 50)
            atoms = draw.magnitude(1, 1 << 50)
            minted = pool.shares_minted(atoms, total, equity)
            self.assertLessEqual(pool.atoms_paid(minted, total + minted, equity + atoms, 1 << 62), atoms + max(0, -equity))

    def test_a_donation_cannot_take_a_later_deposit(self):
        victim, donated = 10**9, 10**12
        shares = pool.shares_minted(1, 0, 0)
        minted = pool.shares_minted(victim, shares, 1 + donated)
        back = pool.atoms_paid(minted, shares + minted, 1 + donated + victim, 1 << 62)
        self.assertGreater(back, victim * 99 // 100)


class Ratios(unittest.TestCase):
    def test_the_insurance_never_gets_more_than_the_fee(self):
        for case in cases("perp_fill"):
            self.assertLessEqual(int(case["to_insurance"]), int(case["charged"]))
            self.assertLessEqual(int(case["insurance_share"]), 1 << RATIO_BITS)


if __name__ == "__main__":
    unittest.main()
