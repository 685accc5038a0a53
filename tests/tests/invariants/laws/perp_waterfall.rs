//! INV-WATERFALL for perps: insurance, pool and winners pay a deficit to the atom, in this order, and every winner the same part.

use plimsoll_client::plimsoll::state::{Book, MarginAccount};
use plimsoll_client::plimsoll::{funding, perps};
use plimsoll_risk::quantities::{DAY_SECONDS, Price, Ratio, Value};

use super::{Change, Verdict, ensure, perp_books, text};
use crate::action::Kind;
use crate::snapshot::Snapshot;

/// Values are rounded twice.
const SLACK_ATOMS: i128 = 2;

/// Who paid what of one resolution, seen from outside.
pub(crate) struct Paid {
    /// The account's deficit in this market.
    pub(crate) deficit: i128,
    /// By the market's insurance.
    pub(crate) insurance: i128,
    /// By the pool, from its worth at mid: within two atoms.
    pub(crate) pool: i128,
    /// By the winners, as the market counts it.
    pub(crate) winners: i128,
}

/// The states around a resolution, both with funding and interest of now.
struct Resolution<'a> {
    change: &'a Change<'a>,
    market: u8,
    before: Box<Book>,
    failed: usize,
}

/// Who paid, for an accepted resolution; nothing for other instructions.
pub(crate) fn paid(change: &Change) -> Result<Option<Paid>, String> {
    if change.action.kind != Kind::ResolvePerpBankruptcy {
        return Ok(None);
    }
    resolution(change)?.paid().map(Some)
}

/// INV-WATERFALL.
pub(crate) fn paid_to_the_atom(change: &Change) -> Verdict {
    if change.action.kind != Kind::ResolvePerpBankruptcy {
        return Ok(());
    }
    let resolution = resolution(change)?;
    let paid = resolution.paid()?;
    resolution.deficit_is_covered(&paid)?;
    resolution.in_order(&paid)?;
    resolution.same_part_of_every_winner(&paid)?;
    resolution.no_other_market_pays()
}

fn resolution<'a>(change: &'a Change<'a>) -> Result<Resolution<'a>, String> {
    let market = change.action.market;
    let mut before = change.before.book.clone();
    funding::update_funding(&mut before, market, change.after.now_seconds).map_err(text)?;
    let quote = usize::from(before.pool.quote_reserve);
    before.reserves[quote] = change.after.book.reserves[quote];
    let failed = change.named(1).ok_or("INV-WATERFALL: no account")?;
    Ok(Resolution { change, market, before, failed })
}

impl Resolution<'_> {
    fn slot(&self) -> usize {
        usize::from(self.market)
    }

    fn paid(&self) -> Result<Paid, String> {
        let (before, after) = (&self.before, &self.change.after.book);
        let (old, new) = (&before.perp_markets[self.slot()], &after.perp_markets[self.slot()]);
        let failed = self.account(self.change.before)?;
        let profit = profit(before, failed, self.market)?;
        let net = quote_net(before, failed)?;
        Ok(Paid {
            deficit: (-profit).min(-net),
            insurance: i128::from(old.insurance_atoms) - i128::from(new.insurance_atoms),
            pool: pool_worth(before, self.slot()) - pool_worth(after, self.slot()),
            winners: i128::from(new.waterfall_quote_atoms) - i128::from(old.waterfall_quote_atoms),
        })
    }

    fn account<'s>(&self, state: &'s Snapshot) -> Result<&'s MarginAccount, String> {
        state.accounts[self.failed].as_deref().ok_or_else(|| "INV-WATERFALL: a closed account".to_owned())
    }

    /// The failed account has lost its position, and its loss exactly by what others paid.
    fn deficit_is_covered(&self, paid: &Paid) -> Verdict {
        let was = profit(&self.before, self.account(self.change.before)?, self.market)?;
        let after = self.account(self.change.after)?;
        let is = profit(&self.change.after.book, after, self.market)?;
        let others = paid.insurance + paid.pool + paid.winners;
        let base = perp_books::touched(&self.change.after.book, after, self.market)?.base;
        ensure(base.is_zero(), || "INV-WATERFALL: the failed position is still open".to_owned())?;
        let slack = SLACK_ATOMS + self.swept()?;
        ensure((is - was).abs_diff(others) <= slack.unsigned_abs(), || {
            format!("INV-WATERFALL: {was} became {is}, others paid {others}")
        })?;
        // what the pool's equity does not reach stays; otherwise all of the deficit is paid, to the atom
        let is_whole = is - was == paid.deficit;
        let equity = perps::pool_equity(&self.before).map_err(text)?.mid.0;
        ensure(is_whole || (paid.pool + slack >= equity && is - was < paid.deficit), || {
            format!("INV-WATERFALL: of {} only {} was paid", paid.deficit, is - was)
        })
    }

    /// What the pool took over because the market's last position left: what rounding had left unapplied, and base atoms that no position had.
    fn swept(&self) -> Result<i128, String> {
        let old = &self.before.perp_markets[self.slot()];
        if self.change.after.book.perp_markets[self.slot()].positions > 0 {
            return Ok(0);
        }
        let (held, _) = perp_books::sides(self.change.before, self.market)?;
        let booked = u128::from(old.long_base_atoms) + u128::from(old.short_base_atoms);
        let nobodys = i128::try_from(booked - held.iter().sum::<u128>()).map_err(text)?;
        Ok(i128::from(old.unapplied_atoms).abs() + (nobodys + 2) * self.base_atom())
    }

    /// What an atom of base is worth in quote atoms, rounded up with room for its own rounding.
    fn base_atom(&self) -> i128 {
        i128::from(mid(&self.before, self.slot()) >> Price::FRACTION_BITS) + 3
    }

    /// Insurance first, then the pool up to its gain and its share of the day, then the winners.
    fn in_order(&self, paid: &Paid) -> Verdict {
        let old = &self.before.perp_markets[self.slot()];
        let insured = paid.deficit.min(old.insurance_atoms.into());
        ensure(paid.insurance == insured, || format!("INV-WATERFALL: insurance paid {} of {insured}", paid.insurance))?;
        let equity = perps::pool_equity(&self.before).map_err(text)?.mid.0.max(0);
        let gain = (pool_worth(&self.before, self.slot()) + i128::from(old.settled_atoms)).max(0);
        let share = Ratio::from_ppm_down(self.before.pool.params.loss_share_ppm_per_day);
        let share = share.of_down(Value(u64::try_from(equity).map_err(text)?)).map_err(text)?.0;
        let spent = if self.is_today() { self.before.pool.loss_today_atoms } else { 0 };
        let limit = (gain + i128::from(share) - i128::from(spent)).max(gain).min(equity);
        let first = (paid.deficit - insured).min(limit);
        let rest = paid.deficit - insured - first;
        let winners = self.winners_part(rest)?;
        ensure(paid.winners == winners, || format!("INV-WATERFALL: winners paid {} of {winners}", paid.winners))?;
        let expected = first + (rest - winners).min(equity - first);
        let slack = SLACK_ATOMS + 2 + self.swept()?;
        ensure((paid.pool - expected).abs() <= slack, || {
            format!("INV-WATERFALL: the pool paid {} where {expected} was its part", paid.pool)
        })
    }

    /// What winners pay of `rest`: by size, and no more than the open size lost.
    fn winners_part(&self, rest: i128) -> Result<i128, String> {
        let (old, new) = (&self.before.perp_markets[self.slot()], &self.change.after.book.perp_markets[self.slot()]);
        let closed = i128::from(new.waterfall_base_atoms) - i128::from(old.waterfall_base_atoms);
        if closed == 0 {
            return Ok(0);
        }
        let failed = perp_books::touched(&self.before, self.account(self.change.before)?, self.market)?;
        let unrealised = failed.unrealised_down(Price::from_bits(mid(&self.before, self.slot()))).map_err(text)?;
        Ok(rest.min(-i128::from(unrealised.0)).max(0) * closed / i128::from(failed.base.magnitude().0))
    }

    fn is_today(&self) -> bool {
        self.before.pool.day_start_seconds == self.change.after.now_seconds / DAY_SECONDS * DAY_SECONDS
    }

    /// The same fraction of every winning position is closed, for the same loss a base atom; nobody else loses anything.
    fn same_part_of_every_winner(&self, paid: &Paid) -> Verdict {
        let (old, new) = (&self.before.perp_markets[self.slot()], &self.change.after.book.perp_markets[self.slot()]);
        let failed_is_short =
            perp_books::touched(&self.before, self.account(self.change.before)?, self.market)?.base.is_negative();
        let closed = i128::from(new.waterfall_base_atoms) - i128::from(old.waterfall_base_atoms);
        let side = i128::from(if failed_is_short { old.long_base_atoms } else { old.short_base_atoms });
        let atom = self.base_atom();
        let mut haircuts = 0;
        for (who, account) in
            self.change.before.open_accounts().filter(|(who, one)| *who != self.failed && one.has_perp(self.market))
        {
            let after = self.change.after.accounts[who].as_deref().ok_or("INV-WATERFALL: a closed account")?;
            let was = perp_books::touched(&self.before, account, self.market)?.base;
            let is = perp_books::touched(&self.change.after.book, after, self.market)?.base;
            let lost =
                profit(&self.before, account, self.market)? - profit(&self.change.after.book, after, self.market)?;
            haircuts += lost;
            let wins = !was.is_zero() && was.is_negative() != failed_is_short && closed > 0;
            let (size, left) = (i128::from(was.magnitude().0), i128::from(is.magnitude().0));
            let (due, owed) = if wins { (size * closed / side, paid.winners * size / side) } else { (0, 0) };
            ensure(((size - left) - due).abs() <= 1 && (lost - owed).abs() <= 2 * atom, || {
                format!(
                    "INV-WATERFALL: account {who} of {size} kept {left} and lost {lost}; its part was {due} and {owed}"
                )
            })?;
        }
        let rounding = perp_books::left_unapplied(self.change.after, self.market)? - self.unapplied_before()?;
        let holders = i128::from(old.positions) + 1;
        ensure((haircuts - rounding - paid.winners).abs() <= holders * atom + self.swept()?, || {
            format!("INV-WATERFALL: winners lost {haircuts}, {rounding} of it to rounding, and not {}", paid.winners)
        })
    }

    fn unapplied_before(&self) -> Result<i128, String> {
        let mut left = i128::from(self.before.perp_markets[self.slot()].unapplied_atoms);
        for (_, account) in self.change.before.open_accounts().filter(|(_, one)| one.has_perp(self.market)) {
            let (slot, now) = (&account.perps[self.slot()], perp_books::touched(&self.before, account, self.market)?);
            left -= i128::from(now.entry.0) + i128::from(now.realised.0)
                - i128::from(slot.quote_entry_atoms)
                - i128::from(slot.realised_atoms);
        }
        Ok(left)
    }

    fn no_other_market_pays(&self) -> Verdict {
        let markets = self.before.perp_markets.iter().zip(&self.change.after.book.perp_markets).enumerate();
        for (index, (before, after)) in markets.filter(|(index, _)| *index != self.slot()) {
            ensure(before == after, || format!("INV-WATERFALL: market {index} paid for market {}", self.market))?;
        }
        Ok(())
    }
}

fn mid(book: &Book, market: usize) -> u64 {
    book.factors[usize::from(book.perp_markets[market].factor_index)].price.mid
}

/// Unrealised and realised profit at mid.
fn profit(book: &Book, account: &MarginAccount, market: u8) -> Result<i128, String> {
    let view = plimsoll_client::perps::position(book, account, market).map_err(text)?;
    view.profit().map(|profit| i128::from(profit.0)).map_err(text)
}

/// Balance in the quote reserve and the profit of all positions.
fn quote_net(book: &Book, account: &MarginAccount) -> Result<i128, String> {
    let index = usize::from(book.pool.quote_reserve);
    let totals = book.reserves[index].totals();
    let balance = account.position(index).map_err(text)?;
    let claim = balance.claim_down(&totals).map_err(text)?.0;
    let owed = balance.owed_up(&totals).map_err(text)?.0;
    let mut net = i128::from(claim) - i128::from(owed);
    for market in plimsoll_client::perps::held_markets(account) {
        net += profit(book, account, market)?;
    }
    Ok(net)
}

/// The pool's side of a market at mid, rounded down.
fn pool_worth(book: &Book, market: usize) -> i128 {
    let books = &book.perp_markets[market];
    let skew = i128::from(books.long_base_atoms) - i128::from(books.short_base_atoms);
    i128::from(books.pool_quote_atoms) + (-skew * i128::from(mid(book, market))).div_euclid(1 << Price::FRACTION_BITS)
}
