//! INV-LAW along the hour ahead: initial health is never above maintenance health, at any announced point and however far the tide has walked; portfolio
//! health never below cross health; its requirement never below the hedged floor.

use plimsoll_client::plimsoll::margin;
use plimsoll_client::plimsoll::state::margin_account::MODE_PORTFOLIO;
use plimsoll_client::plimsoll::state::{Book, MarginAccount};
use plimsoll_client::{health, perps};

use super::{Change, Verdict, ensure, text};
use crate::snapshot::Snapshot;

/// Moments of the hour that are looked at besides each step's beginning: so many seconds into each step.
const WITHIN_STEP_SECONDS: u64 = 137;
/// Floats and the core's 40 bits, relative to everything an account holds.
const ROUNDING: f64 = 1e-8;
/// The same of whole atoms.
const ROUNDING_ATOMS: f64 = 64.0;

/// Every portfolio account and whoever was touched, now and along the hour.
pub(crate) fn ordered(change: &Change) -> Verdict {
    let state = change.after;
    for (who, account) in state.open_accounts() {
        let is_untouched = change.before.accounts[who].as_deref().is_some_and(|before| same(before, account));
        // nothing of the Book's thresholds moves but by a fold or the admin: those look at everybody
        let looks = !is_untouched || change.action.kind.is_of_the_book();
        if !looks || account.active_balances | account.active_perps == 0 {
            continue;
        }
        // a pending price or an old accrual refuses the check: nothing is admitted then
        let Ok(healths) = health::of(&state.book, account, state.now_seconds) else {
            continue;
        };
        along_the_hour(state, account, healths.initial.0).map_err(|violation| format!("account {who}: {violation}"))?;
        if account.mode == MODE_PORTFOLIO {
            between_cross_and_floor(state, account, &healths)
                .map_err(|violation| format!("portfolio account {who}: {violation}"))?;
        }
    }
    Ok(())
}

fn same(before: &MarginAccount, after: &MarginAccount) -> bool {
    before.balances == after.balances && before.perps == after.perps && before.mode == after.mode
}

fn along_the_hour(state: &Snapshot, account: &MarginAccount, initial: i128) -> Verdict {
    let (now, grid) = (state.now_seconds, u64::from(state.book.params.grid_seconds));
    let end = now + u64::from(state.book.params.grace_seconds);
    let first = now / grid * grid;
    let boundaries = (first..=end).step_by(state.book.params.grid_seconds as usize);
    let moments =
        boundaries.flat_map(|begin| [begin, begin + WITHIN_STEP_SECONDS]).filter(|at| (now..=end).contains(at));
    let mut book = state.book.clone();
    for at in moments {
        let maintenance = maintenance_at(&mut book, account, at)?;
        ensure(initial <= maintenance, || {
            format!(
                "INV-LAW: initial health {initial} above maintenance health {maintenance}, {} seconds ahead",
                at - now
            )
        })?;
    }
    Ok(())
}

/// Maintenance health at a moment, as if every price were of that second: without the favour that stale legs get.
pub(crate) fn maintenance_at(book: &mut Book, account: &MarginAccount, at_seconds: u64) -> Result<i128, String> {
    for factor in book.factors.iter_mut().filter(|factor| factor.is_listed()) {
        factor.price.publish_time_seconds = at_seconds;
    }
    health::liquidation(book, account, at_seconds).map(|health| health.maintenance.0).map_err(text)
}

fn between_cross_and_floor(state: &Snapshot, account: &MarginAccount, own: &margin::AccountHealth) -> Verdict {
    let cross = health::cross(&state.book, account, state.now_seconds).map_err(text)?;
    let (initial, maintenance) = (own.initial.0, own.maintenance.0);
    ensure(initial >= cross.initial.0 && maintenance >= cross.maintenance.0, || {
        format!("INV-LAW: healths {initial} and {maintenance} below those of cross: {cross:?}")
    })?;
    ensure(initial <= maintenance, || format!("INV-LAW: initial {initial} above maintenance {maintenance}"))?;
    let sums = Sums::of(state, account)?;
    let (force, announced) = (&state.book.model_in_force, &state.book.model_announced);
    let floor_ppm = force.hedged_floor_ppm.min(announced.hedged_floor_ppm);
    let required = f64::from(floor_ppm) / 1e6 * sums.gross_margin;
    let most = (sums.counted - required).max(float(cross.maintenance.0)) + ROUNDING * sums.gross + ROUNDING_ATOMS;
    ensure(float(maintenance) <= most, || {
        format!("INV-LAW: maintenance health {maintenance} above {most}: its requirement is below the floor {required}")
    })
}

/// An account's legs in floats, by nothing but amounts, prices, weights and margins.
#[derive(Default)]
struct Sums {
    /// Weighted values with their signs.
    counted: f64,
    /// Sizes of all legs.
    gross: f64,
    /// The same times the margin of the step.
    gross_margin: f64,
}

impl Sums {
    fn of(state: &Snapshot, account: &MarginAccount) -> Result<Self, String> {
        let book = &state.book;
        let mut sums = Self::default();
        let views = perps::positions(book, account).map_err(text)?;
        let quote = usize::from(book.pool.quote_reserve);
        let mut profit = 0.0;
        for view in &views {
            let market = &book.perp_markets[usize::from(view.market)];
            let factor = usize::from(market.factor_index);
            profit += float(view.profit().map_err(text)?.0.into());
            sums.add(state, factor, float(view.position.base.0.into()).abs(), 1.0);
        }
        for (index, reserve) in state.reserves() {
            let position = account.position(index).map_err(text)?;
            let claim = position.claim_down(&reserve.totals()).map_err(text)?.0;
            let owed = position.owed_up(&reserve.totals()).map_err(text)?.0;
            let profit = if index == quote && !views.is_empty() { profit } else { 0.0 };
            let atoms = float(claim.into()) - float(owed.into()) + profit;
            let weight = reserve.weight_ramp().at_down(state.now_seconds).map_err(text)?;
            let weight = if atoms < 0.0 { 1.0 } else { float(weight.to_bits().into()) / 2f64.powi(32) };
            let value = sums.add(state, usize::from(reserve.factor_index), atoms.abs(), weight);
            sums.counted += value.copysign(atoms);
        }
        Ok(sums)
    }

    /// Counts a leg; returns its weighted value.
    fn add(&mut self, state: &Snapshot, factor: usize, atoms: f64, weight: f64) -> f64 {
        let factor = &state.book.factors[factor];
        let step = state.book.step_at(state.now_seconds);
        let margin = float(factor.maintenance_margin(step).to_bits().into()) / 2f64.powi(32);
        let value = atoms * float(factor.price.mid.into()) / 2f64.powi(40) * weight;
        self.gross += value;
        self.gross_margin += value * margin;
        value
    }
}

#[allow(clippy::cast_precision_loss)] // judged with a tolerance
fn float(integer: i128) -> f64 {
    integer as f64
}
