//! What a hedger decides at a step: enters portfolio margin as soon as that is open, builds the hedge in slices, borrows against it, and holds it.

use anyhow::Result;
use plimsoll_client::instructions::OrderKey;
use plimsoll_client::plimsoll::instructions::trader::place_order::OrderRequest;
use plimsoll_client::plimsoll::state::margin_account::{MODE_PORTFOLIO, ORDER_MARKET, Order};
use plimsoll_client::plimsoll::state::{Book, MarginAccount};
use plimsoll_client::{health, orders, perps};
use plimsoll_risk::position::ReservePosition;
use plimsoll_risk::quantities::{Amount, Price, Shares};

use super::decisions::{CAP_SHARE, Outlook, TOLERANCE_PPM, core, held_base, part, signed, worst};
use super::hedgers::{Hedger, Strategy};
use super::market::copy_of;

/// Tides after which the program lets accounts into portfolio margin.
const WHOLE_TIDES: u64 = 2;
/// How often a hedger places orders.
const MAX_ROUNDS: u32 = 10;
/// A slice takes this part of what the account could carry with one leg filled and the other not yet.
const SLICE_PPM: u64 = 900_000;
/// A slice below this part of the whole is not worth its fee.
const LEAST_SLICE: u64 = 50;

/// What a hedger has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rounds of orders placed.
    pub rounds: u32,
    /// Whether the loan was taken.
    pub has_borrowed: bool,
}

/// What a hedger does, in this order.
#[derive(Clone, Debug, Default)]
pub struct Hedging {
    /// Orders that are of no use any more.
    pub cancelled: Vec<OrderKey>,
    /// Whether to enter portfolio margin.
    pub enters_portfolio: bool,
    /// New orders.
    pub placed: Vec<OrderRequest>,
    /// Quote atoms to borrow; 0: none.
    pub borrowed_atoms: u64,
}

/// What a hedger does. Who `gave_up_waiting` for portfolio margin hedges in cross margin, as far as that carries it.
///
/// # Errors
/// The program's refusals, where the account or a market cannot be evaluated.
pub fn hedge(
    hedger: &Hedger,
    progress: &mut Progress,
    outlook: &Outlook<'_>,
    gave_up_waiting: bool,
) -> Result<Hedging> {
    let mut hedging = Hedging::default();
    let mut account = *outlook.account;
    if account.mode != MODE_PORTFOLIO && account.active_perps == 0 && outlook.book.tides >= WHOLE_TIDES {
        account.mode = MODE_PORTFOLIO;
        hedging.enters_portfolio = true;
    }
    if account.mode != MODE_PORTFOLIO && !gave_up_waiting {
        return Ok(hedging);
    }
    let open: Vec<(OrderKey, &Order)> = orders::of_account(hedger.party.margin_account, outlook.account).collect();
    let (lapsed, open): (Vec<_>, Vec<_>) = open.into_iter().partition(|(_, order)| outlook.has_lapsed(order));
    hedging.cancelled = lapsed.into_iter().map(|(key, _)| key).collect();
    if !open.is_empty() {
        return Ok(hedging);
    }
    let outlook = Outlook { account: &account, ..*outlook };
    match hedger.strategy {
        Strategy::Carry(market) => carry(hedger, market, progress, &outlook, &mut hedging)?,
        Strategy::Pair(markets) => hedging.placed = pair(hedger, markets, progress, &outlook)?,
    }
    Ok(hedging)
}

/// Sells what is held short, then borrows.
fn carry(
    hedger: &Hedger,
    market: u8,
    progress: &mut Progress,
    outlook: &Outlook<'_>,
    hedging: &mut Hedging,
) -> Result<()> {
    if held_base(outlook, market)?.is_zero() {
        if progress.rounds < MAX_ROUNDS && !progress.has_borrowed {
            progress.rounds += 1;
            let delta = signed(outlook.held_atoms(market)?, true)?;
            hedging.placed.push(market_order(outlook, market, delta)?);
        }
    } else if !progress.has_borrowed {
        progress.has_borrowed = true;
        hedging.borrowed_atoms = part(largest_debt_atoms(outlook)?, hedger.leverage_ppm.into());
    }
    Ok(())
}

/// Brings both legs to an equal value, a slice further in each round: between two fills an account must carry one leg alone.
fn pair(
    hedger: &Hedger,
    markets: [u8; 2],
    progress: &mut Progress,
    outlook: &Outlook<'_>,
) -> Result<Vec<OrderRequest>> {
    if progress.rounds >= MAX_ROUNDS {
        return Ok(Vec::new());
    }
    progress.rounds += 1;
    let legs = Legs::of(markets, outlook)?;
    let have = legs.values()?.into_iter().max().unwrap_or(0);
    let most = legs.most()?;
    let whole = part(largest(have, most, |value| legs.admits(value, [true, true])), hedger.leverage_ppm.into());
    let is_carried =
        |value| [[true, false], [false, true], [true, true]].iter().all(|legs_filled| legs.admits(value, *legs_filled));
    let slice = part(largest(have, most, is_carried).saturating_sub(have), SLICE_PPM);
    let next = whole.min(have.saturating_add(slice));
    if next <= have.saturating_add(whole / LEAST_SLICE) {
        progress.rounds = MAX_ROUNDS;
        return Ok(Vec::new());
    }
    let deltas = legs.deltas(next)?;
    let least = |market: u8| outlook.book.perp_market(market).map(|market| market.params.min_base_atoms);
    let mut placed = Vec::new();
    for (market, delta) in markets.into_iter().zip(deltas) {
        if delta.unsigned_abs() >= least(market)? {
            placed.push(market_order(outlook, market, delta)?);
        }
    }
    Ok(placed)
}

fn market_order(outlook: &Outlook<'_>, market: u8, delta: i64) -> Result<OrderRequest> {
    let worst_price = worst(outlook.mid(market)?, delta, TOLERANCE_PPM);
    Ok(OrderRequest { worst_price, ..outlook.request(market, ORDER_MARKET, delta) })
}

/// The two legs of a pair as they stand.
struct Legs<'a> {
    book: Box<Book>,
    account: &'a MarginAccount,
    now_seconds: u64,
    markets: [u8; 2],
    mids: [Price; 2],
    bases: [i64; 2],
}

impl<'a> Legs<'a> {
    fn of(markets: [u8; 2], outlook: &Outlook<'a>) -> Result<Self> {
        let mut book = copy_of(outlook.book);
        for market in markets {
            let market = book.perp_market_mut(market)?;
            if !market.has_open_interest() {
                // of a market that nobody holds funding is not booked, and none is due
                market.funding_updated_seconds = outlook.now_seconds;
            }
        }
        let [long, short] = markets;
        Ok(Self {
            book,
            account: outlook.account,
            now_seconds: outlook.now_seconds,
            markets,
            mids: [outlook.mid(long)?, outlook.mid(short)?],
            bases: [held_base(outlook, long)?.0, held_base(outlook, short)?.0],
        })
    }

    /// Value of each leg at mid, quote atoms.
    fn values(&self) -> Result<[u64; 2]> {
        let value = |leg: usize| core(self.mids[leg].value_down(Amount(self.bases[leg].unsigned_abs())));
        Ok([value(0)?.0, value(1)?.0])
    }

    /// The largest value that one account may hold of either market.
    fn most(&self) -> Result<u64> {
        let mut most = u64::MAX;
        for (market, mid) in self.markets.into_iter().zip(self.mids) {
            let cap = self.book.perp_market(market)?.params.max_open_interest_base_atoms / CAP_SHARE;
            most = most.min(core(mid.value_down(Amount(cap)))?.0);
        }
        Ok(most)
    }

    /// The trades that bring both legs to a value: long the first, short the second.
    fn deltas(&self, value: u64) -> Result<[i64; 2]> {
        let atoms = |leg: usize| -> Result<i64> {
            let mid = self.mids[leg].to_bits().max(1);
            let atoms = u64::try_from((u128::from(value) << Price::FRACTION_BITS) / u128::from(mid))?;
            Ok(signed(atoms, leg == 1)? - self.bases[leg])
        };
        Ok([atoms(0)?, atoms(1)?])
    }

    /// Whether initial margin admits the account once the marked legs have come to a value, at mid.
    fn admits(&self, value: u64, is_filled: [bool; 2]) -> bool {
        let account = self.deltas(value).and_then(|deltas| {
            let mut account = *self.account;
            for leg in (0..2).filter(|leg| is_filled[*leg]) {
                trade(&mut account, &self.book, self.markets[leg], deltas[leg], self.mids[leg])?;
            }
            Ok(account)
        });
        account.is_ok_and(|account| is_admitted(&self.book, &account, self.now_seconds))
    }
}

/// Books a trade at mid into a position.
fn trade(account: &mut MarginAccount, book: &Book, market: u8, delta: i64, mid: Price) -> Result<()> {
    let mut position = perps::position(book, account, market)?.position;
    let value = i64::try_from(core(mid.value_up(Amount(delta.unsigned_abs())))?.0)?;
    position.base.0 += delta;
    position.entry.0 += if delta > 0 { -value } else { value };
    let listed = book.perp_market(market)?;
    let stored = &mut account.perps[usize::from(market)];
    let side = usize::from(position.base.is_negative());
    (stored.base_atoms, stored.quote_entry_atoms) = (position.base.0, position.entry.0);
    stored.realised_atoms = position.realised.0;
    (stored.size_factor, stored.profit_index) = (listed.size_factor[side], listed.profit_index[side]);
    account.active_perps |= 1 << market;
    Ok(())
}

fn is_admitted(book: &Book, account: &MarginAccount, now_seconds: u64) -> bool {
    health::of(book, account, now_seconds).is_ok_and(|health| health.admit().is_ok())
}

/// The largest debt in the quote reserve that initial margin admits, atoms.
fn largest_debt_atoms(outlook: &Outlook<'_>) -> Result<u64> {
    let index = usize::from(outlook.book.pool.quote_reserve);
    let reserve = &outlook.book.reserves[index];
    let owing = |shares| ReservePosition { deposit_shares: Shares(0), debt_shares: Shares(shares) };
    let shares = largest(0, reserve.params.borrow_cap_atoms / CAP_SHARE, |shares| {
        let mut account = *outlook.account;
        account.set_position(index, owing(shares)).is_ok() && is_admitted(outlook.book, &account, outlook.now_seconds)
    });
    Ok(core(owing(shares).owed_up(&reserve.totals()))?.0)
}

/// The largest number from `low` to `high` that fits; `low` where none does.
fn largest(mut low: u64, mut high: u64, fits: impl Fn(u64) -> bool) -> u64 {
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        (low, high) = if fits(middle) { (middle, high) } else { (low, middle - 1) };
    }
    low
}
