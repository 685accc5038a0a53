//! INV-PRICE for orders: the publication is the first one after the due time, and nobody gets more than it gives.

use plimsoll_client::plimsoll::state::margin_account::{MODE_ISOLATED, MarginAccount, Order};
use plimsoll_client::plimsoll::state::{Book, PerpMarketParams};
use plimsoll_client::{health, orders};
use plimsoll_risk::perp::fill::{FillTerms, plan_fill};
use plimsoll_risk::quantities::{Amount, Price, Ratio, SignedAmount};

use super::{Change, Verdict, ensure, margins, perp_books, text};
use crate::feeds::{Feed, Publication};

/// Decimals of the quote token less those of the oracle's exponent.
const QUOTE_ATOMS_E8: u32 = 2;

/// What an accepted execution did.
pub(crate) enum Execution {
    /// It armed the order.
    Armed,
    /// It filled the order.
    Filled,
}

/// Which of the two, and the order as it was. Nothing for other instructions.
pub(crate) fn execution(change: &Change) -> Option<(Execution, Order)> {
    let ((slot, id), _) = change.action.order.zip(change.action.publication)?;
    let (before, after) = change.account(1).ok()?;
    let order = before.orders[usize::from(slot)];
    let is_left = after.orders[usize::from(slot)].id == id;
    Some((if is_left { Execution::Armed } else { Execution::Filled }, order))
}

/// INV-PRICE: an order is armed at a price that meets its condition, and fills on the first publication after its due time or at a worse price.
pub(crate) fn at_the_first_publication(change: &Change, feeds: &[Feed]) -> Verdict {
    let Some((execution, order)) = execution(change) else {
        return Ok(());
    };
    let publication = change.action.publication.ok_or("INV-PRICE: an execution without a publication")?;
    let factor = usize::from(change.after.book.perp_markets[usize::from(order.market)].factor_index);
    if matches!(execution, Execution::Armed) {
        return armed_by_its_condition(change, &order, factor);
    }
    let due = orders::due_seconds(&change.before.book, &order);
    let first = feeds[factor].first_after(due);
    ensure(first == Some(publication), || {
        format!("INV-PRICE: due at {due}, filled on {publication:?} instead of {first:?}")
    })?;
    no_better_than(change, &order, &publication)?;
    admitted(change, &order)
}

fn armed_by_its_condition(change: &Change, order: &Order, factor: usize) -> Verdict {
    let mid = Price::from_bits(change.after.book.factors[factor].price.mid);
    let condition = order.condition().ok_or("INV-PRICE: an order without a condition was armed")?;
    condition.require_met(mid).map_err(|error| format!("INV-PRICE: armed at {mid:?}: {error:?}"))
}

/// What the trade booked, held against the core's plan at the publication.
fn no_better_than(change: &Change, order: &Order, publication: &Publication) -> Verdict {
    let (before, after) = change.account(1)?;
    let index = usize::from(order.market);
    let (mid, confidence) = mantissas(&change.before.book, index, publication)?;
    let market = &change.before.book.perp_markets[index];
    let skew = market.books().skew().map_err(text)?;
    let terms = fill_terms(&market.params);
    let fill = plan_fill(skew, SignedAmount(order.base_atoms), mid, confidence, &terms).map_err(text)?;
    let expected = i128::from(fill.quote.0) - i128::from(fill.fee.0);

    let mut funded = change.before.book.clone();
    plimsoll_client::plimsoll::funding::update_funding(&mut funded, order.market, change.after.now_seconds)
        .map_err(text)?;
    let is_own = change.named(1) == change.named(2);
    let executor_fee = if is_own { 0 } else { i128::from(order.executor_fee_atoms) };
    let booked = total(&change.after.book, after, order.market)? - total(&funded, before, order.market)?;
    let traded = booked + executor_fee;
    let age = change.after.now_seconds.saturating_sub(publication.publish_time.unsigned_abs());
    let is_fresh = age
        <= u64::from(change.before.book.factors[usize::from(market.factor_index)].params.liquidation_max_age_seconds);
    ensure(traded <= expected && (!is_fresh || traded == expected), || {
        format!("INV-PRICE: {order:?} brought {traded}, the first publication {expected}")
    })
}

/// Entry and realised together, once touched.
fn total(book: &Book, account: &MarginAccount, market: u8) -> Result<i128, String> {
    let position = perp_books::touched(book, account, market)?;
    Ok(i128::from(position.entry.0) + i128::from(position.realised.0))
}

/// INV-LAW: who took more risk has initial health; a side that grew stays within its cap.
fn admitted(change: &Change, order: &Order) -> Verdict {
    let (before, after) = change.account(1)?;
    let (was, is) = (
        perp_books::touched(&change.before.book, before, order.market)?.base.0,
        perp_books::touched(&change.after.book, after, order.market)?.base.0,
    );
    let reduced = is.unsigned_abs() < was.unsigned_abs() && (is == 0 || is.signum() == was.signum());
    let initial = health::of(&change.after.book, after, change.after.now_seconds).map_err(text)?.initial.0;
    ensure(reduced || initial >= 0 || was_called_and_lowered_nothing(change)?, || {
        format!("INV-LAW: {was} became {is} with initial health {initial}")
    })?;
    ensure(after.mode != MODE_ISOLATED || after.isolated_market == order.market, || {
        "an isolated account holds another market".to_owned()
    })?;
    let index = usize::from(order.market);
    let (old, new) = (&change.before.book.perp_markets[index], &change.after.book.perp_markets[index]);
    let cap = new.params.max_open_interest_base_atoms;
    let within = |was: u64, is: u64| is <= was || is <= cap;
    let fits = within(old.long_base_atoms, new.long_base_atoms) && within(old.short_base_atoms, new.short_base_atoms);
    ensure(fits, || "a side grew past its cap".to_owned())
}

/// What a called account may do besides: anything after which neither health is lower, both with the Book afterwards.
fn was_called_and_lowered_nothing(change: &Change) -> Result<bool, String> {
    let (before, after) = change.account(1)?;
    let health = |account| health::of(&change.after.book, account, change.after.now_seconds).map_err(text);
    let (old, new, slack) = (health(before)?, health(after)?, margins::rounding(change.after, before));
    let is_no_lower = new.initial.0 + slack >= old.initial.0 && new.maintenance.0 + slack >= old.maintenance.0;
    Ok(before.is_called() && is_no_lower)
}

fn fill_terms(params: &PerpMarketParams) -> FillTerms {
    FillTerms {
        skew_scale: Amount(params.skew_scale_base_atoms),
        fee: Ratio::from_ppm_up(params.fee_ppm),
        fee_reducing: Ratio::from_ppm_up(params.fee_reducing_ppm),
        insurance_share: Ratio::from_ppm_down(params.insurance_share_ppm),
    }
}

/// Price, to the nearest, and confidence, up, as the program reads them.
fn mantissas(book: &Book, market: usize, publication: &Publication) -> Result<(Price, Price), String> {
    let factor = &book.factors[usize::from(book.perp_markets[market].factor_index)];
    let scale = 10u128.pow(u32::from(factor.base_decimals) + QUOTE_ATOMS_E8);
    let bits = |price: u64| u128::from(price) << Price::FRACTION_BITS;
    let mid = (bits(publication.price_e8.unsigned_abs()) + scale / 2) / scale;
    let confidence = bits(publication.confidence_e8()).div_ceil(scale);
    let price = |bits: u128| u64::try_from(bits).map(Price::from_bits).map_err(text);
    Ok((price(mid)?, price(confidence)?))
}
