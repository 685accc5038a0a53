//! What traders and providers decide at a step: which orders to place and to cancel. Everything else is the keepers' work.

use anyhow::{Context, Result};
use plimsoll_client::instructions::OrderKey;
use plimsoll_client::plimsoll::instructions::trader::place_order::OrderRequest;
use plimsoll_client::plimsoll::state::margin_account::{
    ORDER_LIMIT, ORDER_MARKET, ORDER_POOL_WITHDRAW, ORDER_REDUCE_ONLY, ORDER_STOP_LOSS, ORDER_TAKE_PROFIT, Order,
    POOL_MARKET, PerpPosition,
};
use plimsoll_client::plimsoll::state::{Book, MarginAccount};
use plimsoll_client::{health, orders};
use plimsoll_risk::quantities::{Amount, Price, SignedAmount};

use super::market::copy_of;
use super::traders::{Provider, Size, Trader};

/// How far from mid an order without a condition may fill, and one with a condition from its trigger; parts per million.
pub(super) const TOLERANCE_PPM: u64 = 50_000;
/// A stop gets out at any price that a market could have.
const STOP_TOLERANCE_PPM: u64 = 500_000;
/// How often a trader tries to open the position.
const MAX_TRIES: u32 = 4;
/// From one request to the pool to the next, where it lapsed.
const PATIENCE_STEPS: u64 = 24;
/// Of a cheap token nobody holds more than this part of a side's cap.
pub(super) const CAP_SHARE: u64 = 50;
const ONE_PPM: u64 = 1_000_000;

/// What a trader has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Orders placed to open the position.
    pub tries: u32,
    /// Whether the position was open once.
    pub entered: bool,
}

/// What somebody looks at before acting.
#[derive(Clone, Copy)]
pub struct Outlook<'a> {
    /// The Book.
    pub book: &'a Book,
    /// His account.
    pub account: &'a MarginAccount,
    /// The step.
    pub step: u64,
    /// The node's clock, Unix seconds.
    pub now_seconds: u64,
}

/// Orders to cancel, then orders to place.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// Orders that are of no use any more.
    pub cancelled: Vec<OrderKey>,
    /// New ones.
    pub placed: Vec<OrderRequest>,
}

/// What a trader does: opens the position, guards it, and clears up what no longer serves.
///
/// # Errors
/// The program's refusals, where the account or the market cannot be evaluated.
pub fn trade(trader: &Trader, progress: &mut Progress, outlook: &Outlook<'_>) -> Result<Decision> {
    let base = held_base(outlook, trader.market)?;
    progress.entered |= !base.is_zero();
    let open: Vec<(OrderKey, &Order)> = orders::of_account(trader.party.margin_account, outlook.account).collect();
    let is_stale = |order: &Order| {
        let is_obsolete = progress.entered && order.base_atoms != base.0.saturating_neg();
        outlook.has_lapsed(order) || (is_obsolete && !outlook.binds(order))
    };
    let (stale, open): (Vec<_>, Vec<_>) = open.into_iter().partition(|(_, order)| is_stale(order));
    let mut decision = Decision { cancelled: stale.into_iter().map(|(key, _)| key).collect(), placed: Vec::new() };
    if !open.is_empty() {
        return Ok(decision);
    }
    if !base.is_zero() {
        decision.placed = guards(trader, base, outlook)?;
    } else if !progress.entered && outlook.step >= trader.entry_step && progress.tries < MAX_TRIES {
        progress.tries += 1;
        decision.placed.extend(entry(trader, outlook)?);
    }
    Ok(decision)
}

/// What a provider does: from a certain step on asks for everything back, and asks again where the request lapsed.
///
/// # Errors
/// Where more shares are held than an order can name.
pub fn provide(provider: &Provider, leaves_at_step: u64, outlook: &Outlook<'_>) -> Result<Decision> {
    let mut open: Vec<(OrderKey, &Order)> =
        orders::of_account(provider.party.margin_account, outlook.account).collect();
    open.retain(|(_, order)| order.kind == ORDER_POOL_WITHDRAW);
    let waits = open.iter().any(|(_, order)| !outlook.has_lapsed(order));
    let asked_steps_ago = open.iter().map(|(_, order)| outlook.step.saturating_sub(order.client_id)).min();
    let is_soon = asked_steps_ago.is_some_and(|steps| steps < PATIENCE_STEPS);
    let leaves = provider.leaves_at_ppm > 0 && outlook.step >= leaves_at_step;
    if waits || is_soon || !leaves || outlook.account.pool_shares == 0 {
        return Ok(Decision::default());
    }
    let shares = i64::try_from(outlook.account.pool_shares)?;
    Ok(Decision {
        cancelled: open.into_iter().map(|(key, _)| key).collect(),
        placed: vec![outlook.request(POOL_MARKET, ORDER_POOL_WITHDRAW, shares)],
    })
}

impl Outlook<'_> {
    pub(super) fn has_lapsed(&self, order: &Order) -> bool {
        order.armed_seconds != 0 && order.has_lapsed(&self.book.pool, self.now_seconds)
    }

    fn binds(&self, order: &Order) -> bool {
        order.armed_seconds != 0 && order.binds(&self.book.pool, self.now_seconds)
    }

    /// A request without a condition; a purchase may cost anything, a sale bring anything.
    pub(super) fn request(&self, market: u8, kind: u8, base_atoms: i64) -> OrderRequest {
        OrderRequest {
            market,
            kind,
            flags: 0,
            base_atoms,
            worst_price: 0,
            trigger_price: 0,
            expires_seconds: u64::MAX,
            client_id: self.step,
        }
    }

    /// What the account holds of what a market trades, atoms.
    pub(super) fn held_atoms(&self, market: u8) -> Result<u64> {
        let factor_index = self.book.perp_market(market)?.factor_index;
        let mut reserves = self.book.reserves.iter().enumerate();
        let found = reserves.find(|(_, reserve)| reserve.is_listed() && reserve.factor_index == factor_index);
        let (index, reserve) = found.context("a market whose token is in no reserve")?;
        Ok(core(self.account.position(index)?.claim_down(&reserve.totals()))?.0)
    }

    pub(super) fn mid(&self, market: u8) -> Result<Price> {
        let factor = self.book.factor(self.book.perp_market(market)?.factor_index)?;
        Ok(Price::from_bits(factor.price.mid))
    }
}

/// The order that opens the position; none where the account can carry none.
fn entry(trader: &Trader, outlook: &Outlook<'_>) -> Result<Option<OrderRequest>> {
    let base = match trader.size {
        Size::Leverage(ppm) => part(largest_base_atoms(trader, outlook)?, ppm.into()),
        Size::Hedge => outlook.held_atoms(trader.market)?,
    };
    if base < outlook.book.perp_market(trader.market)?.params.min_base_atoms {
        return Ok(None);
    }
    let delta = signed(base, trader.is_short)?;
    let mid = outlook.mid(trader.market)?;
    // a purchase waits for a lower price, a sale for a higher one
    let trigger = moved(mid, trader.patience_ppm.into(), trader.is_short);
    let order = outlook.request(trader.market, ORDER_MARKET, delta);
    let order = OrderRequest { worst_price: worst(trigger, delta, TOLERANCE_PPM), ..order };
    Ok(Some(if trader.patience_ppm == 0 {
        order
    } else {
        OrderRequest { kind: ORDER_LIMIT, trigger_price: trigger.to_bits(), ..order }
    }))
}

/// The stop-loss and the take-profit of an open position.
fn guards(trader: &Trader, base: SignedAmount, outlook: &Outlook<'_>) -> Result<Vec<OrderRequest>> {
    let (mid, delta) = (outlook.mid(trader.market)?, base.0.saturating_neg());
    let guard = |kind, distance_ppm: u32, above, tolerance_ppm| {
        let trigger = moved(mid, distance_ppm.into(), above);
        (distance_ppm > 0).then(|| OrderRequest {
            flags: ORDER_REDUCE_ONLY,
            worst_price: worst(trigger, delta, tolerance_ppm),
            trigger_price: trigger.to_bits(),
            ..outlook.request(trader.market, kind, delta)
        })
    };
    let stop = guard(ORDER_STOP_LOSS, trader.stop_loss_ppm, trader.is_short, STOP_TOLERANCE_PPM);
    let take = guard(ORDER_TAKE_PROFIT, trader.take_profit_ppm, !trader.is_short, TOLERANCE_PPM);
    Ok(stop.into_iter().chain(take).collect())
}

/// What is held in a market, less what waterfalls have closed of it.
pub(super) fn held_base(outlook: &Outlook<'_>, market: u8) -> Result<SignedAmount> {
    Ok(plimsoll_client::perps::position(outlook.book, outlook.account, market)?.position.base)
}

/// The largest position that initial margin admits at mid, found by the program's own check.
fn largest_base_atoms(trader: &Trader, outlook: &Outlook<'_>) -> Result<u64> {
    let mid = outlook.mid(trader.market)?;
    let mut book = copy_of(outlook.book);
    let market = book.perp_market_mut(trader.market)?;
    // of a market that nobody holds funding is not booked, and none is due
    market.funding_updated_seconds = outlook.now_seconds;
    let (mut low, mut high) = (0, market.params.max_open_interest_base_atoms / CAP_SHARE);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        let mut account = *outlook.account;
        let admitted = opened(&book, trader, middle, mid).is_some_and(|position| {
            account.perps[usize::from(trader.market)] = position;
            account.active_perps |= 1 << trader.market;
            health::cross(&book, &account, outlook.now_seconds).is_ok_and(|health| !health.initial.is_negative())
        });
        (low, high) = if admitted { (middle, high) } else { (low, middle - 1) };
    }
    Ok(low)
}

/// A position just opened at mid.
fn opened(book: &Book, trader: &Trader, base_atoms: u64, mid: Price) -> Option<PerpPosition> {
    let value = i64::try_from(mid.value_up(Amount(base_atoms)).ok()?.0).ok()?;
    let (market, side) = (book.perp_market(trader.market).ok()?, usize::from(trader.is_short));
    Some(PerpPosition {
        base_atoms: signed(base_atoms, trader.is_short).ok()?,
        quote_entry_atoms: if trader.is_short { value } else { -value },
        size_factor: market.size_factor[side],
        profit_index: market.profit_index[side],
        ..PerpPosition::default()
    })
}

pub(super) fn signed(atoms: u64, is_negative: bool) -> Result<i64> {
    let atoms = i64::try_from(atoms)?;
    Ok(if is_negative { -atoms } else { atoms })
}

pub(super) fn part(amount: u64, ppm: u64) -> u64 {
    u64::try_from(u128::from(amount) * u128::from(ppm) / u128::from(ONE_PPM)).unwrap_or(u64::MAX)
}

/// A price so much above or below another.
fn moved(price: Price, ppm: u64, above: bool) -> Price {
    Price::from_bits(part(price.to_bits(), if above { ONE_PPM + ppm } else { ONE_PPM.saturating_sub(ppm) }))
}

/// The worst price that an order takes: above its price for a purchase, below it for a sale.
pub(super) fn worst(price: Price, delta: i64, tolerance_ppm: u64) -> u64 {
    moved(price, tolerance_ppm, delta > 0).to_bits()
}

/// A result of the core with the program's words for its error.
pub(super) fn core<T>(result: plimsoll_risk::Result<T>) -> Result<T> {
    let result = result.map_err(plimsoll_client::plimsoll::error::PlimsollError::from);
    Ok(result.map_err(anchor_lang::error::Error::from)?)
}
