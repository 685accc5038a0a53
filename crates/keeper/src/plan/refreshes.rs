//! Cranks: prices, implied volatility, the grid step, interest, funding.

use plimsoll::state::{Book, Factor, PerpMarket};
use plimsoll_client::Pubkey;
use plimsoll_risk::volatility;

use super::Action;
use crate::oracle::Publication;
use crate::snapshot::Snapshot;

/// The listed factor that follows a publication's feed.
fn factor_of<'a>(book: &'a Book, publication: &Publication) -> Option<&'a Factor> {
    book.factors.iter().find(|factor| publication.is_of(factor))
}

/// Publish time of the newest publication that a factor knows, in force or pending.
fn newest_seconds(factor: &Factor) -> u64 {
    factor.jump_guard().newest_seconds(&factor.quote())
}

/// Whether `refresh_prices` would take the publication, as far as times decide.
fn is_news(book: &Book, publication: &Publication, now_seconds: u64) -> bool {
    factor_of(book, publication).is_some_and(|factor| {
        publication.publish_time_seconds > newest_seconds(factor)
            && !publication.is_from_future(now_seconds)
            && publication.age_seconds(now_seconds) <= u64::from(factor.params.max_age_seconds)
    })
}

/// The oracle accounts with publications that the Book has not seen, among those that `concerns` names.
pub(super) fn news(snapshot: &Snapshot, concerns: impl Fn(&Publication) -> bool) -> Vec<Pubkey> {
    let publications = snapshot.publications.iter();
    publications
        .filter(|publication| concerns(publication) && is_news(&snapshot.book, publication, snapshot.now_seconds))
        .map(|publication| publication.oracle)
        .collect()
}

/// `refresh_prices`, where any oracle has news.
pub(super) fn prices(snapshot: &Snapshot) -> Option<Action> {
    let oracles = news(snapshot, |_| true);
    (!oracles.is_empty()).then_some(Action::RefreshPrices { oracles })
}

/// `refresh_implied` from the feeds of implied volatility that have news: once a grid step for each, since it counts from the next fold on.
pub(super) fn implied(snapshot: &Snapshot) -> Option<Action> {
    let publications = snapshot.publications.iter();
    let news = publications.filter(|publication| is_implied_news(&snapshot.book, publication, snapshot.now_seconds));
    let oracles: Vec<Pubkey> = news.map(|publication| publication.oracle).collect();
    (!oracles.is_empty()).then_some(Action::RefreshImplied { oracles })
}

/// Whether every factor that follows the feed would take the publication (the program stores it for all of them or for none), and one of them knows
/// none of its step.
fn is_implied_news(book: &Book, publication: &Publication, now_seconds: u64) -> bool {
    let mut followers = book.factors.iter().filter(|factor| publication.is_implied_of(factor)).peekable();
    let step_of = |factor: &Factor| book.step_at(factor.implied.publish_time_seconds);
    let is_of_new_step = |factor: &Factor| step_of(factor) < book.step_at(publication.publish_time_seconds);
    let accepts = |factor: &Factor| factor.implied.implied().accept(&publication.content(), now_seconds).is_ok();
    followers.peek().is_some() && followers.all(|factor| accepts(factor) && is_of_new_step(factor))
}

/// `refresh_risk`, where the step under way can be folded.
pub(super) fn risk(snapshot: &Snapshot) -> Option<Action> {
    let (book, now_seconds) = (&snapshot.book, snapshot.now_seconds);
    let grid_seconds = u64::from(book.params.grid_seconds);
    let step = book.step_at(now_seconds);
    let samples: Vec<&Publication> =
        snapshot.publications.iter().filter(|publication| is_missing_sample(book, publication, now_seconds)).collect();
    // as the program counts: a feed that published nothing for a whole step keeps nobody waiting
    let live_since = step.saturating_sub(1).saturating_mul(grid_seconds);
    let mut live = book.factors.iter().filter(|factor| {
        factor.is_listed() && factor.price.mid != 0 && factor.price.publish_time_seconds >= live_since
    });
    let all_sampled = live.all(|factor| {
        factor.volatility.sample_step >= step || samples.iter().any(|publication| publication.is_of(factor))
    });
    let step = volatility::step_to_fold(book.folded_step, all_sampled, now_seconds, grid_seconds).ok()?;
    let oracles = samples.iter().map(|publication| publication.oracle).collect();
    Some(Action::RefreshRisk { step, oracles })
}

/// Whether a publication is the first of the step under way, the Book lacks it, and `refresh_prices` would not take it any more.
fn is_missing_sample(book: &Book, publication: &Publication, now_seconds: u64) -> bool {
    let step = book.step_at(now_seconds);
    let boundary_seconds = step.saturating_mul(u64::from(book.params.grid_seconds));
    let is_first = publication.is_first_since(boundary_seconds) && publication.publish_time_seconds <= now_seconds;
    factor_of(book, publication).is_some_and(|factor| {
        is_first
            && factor.price.mid != 0
            && factor.volatility.sample_step < step
            && publication.publish_time_seconds <= newest_seconds(factor)
            && !factor.is_pending(now_seconds)
            && publication.age_seconds(now_seconds) <= u64::from(factor.params.max_age_seconds)
    })
}

/// `accrue`, where somebody owes in a reserve whose interest was booked too long ago.
pub(super) fn interest(snapshot: &Snapshot, accrue_seconds: u64) -> Option<Action> {
    let book = &snapshot.book;
    let limit_seconds = accrue_seconds.min(accrual_limit_seconds(book));
    let mut owing = book.reserves.iter().filter(|reserve| reserve.is_listed() && reserve.total_debt_shares != 0);
    owing
        .any(|reserve| snapshot.now_seconds.saturating_sub(reserve.accrued_seconds) > limit_seconds)
        .then_some(Action::Accrue)
}

/// `update_funding` of every market with open interest whose funding was booked too long ago.
pub(super) fn funding(snapshot: &Snapshot, funding_seconds: u64) -> Vec<Action> {
    let book = &snapshot.book;
    let limit_seconds = funding_seconds.min(accrual_limit_seconds(book));
    let is_due = |market: &PerpMarket| {
        let is_priced = book.factor(market.factor_index).is_ok_and(|factor| factor.price.mid != 0);
        let is_over = market.settlement_price != 0;
        let age_seconds = snapshot.now_seconds.saturating_sub(market.funding_updated_seconds);
        market.has_open_interest() && is_priced && !is_over && age_seconds > limit_seconds
    };
    let markets = (0u8..).zip(&book.perp_markets);
    markets.filter(|(_, market)| is_due(market)).map(|(market, _)| Action::UpdateFunding { market }).collect()
}

/// Half of what margin checks allow, so that nobody is ever refused for it.
fn accrual_limit_seconds(book: &Book) -> u64 {
    u64::from(book.params.max_accrual_age_seconds) / 2
}
