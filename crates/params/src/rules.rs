//! Bounds of single fields, and rules between fields. A broken one is a pair of field and message.

use std::collections::HashSet;
use std::fmt::Display;
use std::ops::RangeInclusive;

use plimsoll_risk::perp::margin::size_margin_per_atom_up;
use plimsoll_risk::quantities::{Amount, DAY_SECONDS};

use crate::identity::{MintSource, Symbol};
use crate::listing::{Cluster, FactorListing, Group, ParameterFile, PerpMarketListing, ReserveListing};
use crate::params::{BookParams, FactorParams, LiquidityProfile, PerpMarketParams, PoolParams, ReserveParams};
use crate::{FACTORS_MAX, PATH_STEPS_MAX, PERP_MARKETS_MAX, RESERVES_MAX, SCENARIOS_MAX};

/// Its history says nothing of the day on which the peg breaks.
const PEGGED_MARGIN_MIN_PPM: u32 = 50_000;
/// A shock has 12 fractional bits of 16.
const SHOCK_PPM_MAX: i32 = 8_000_000;
/// A day in which depositors can see a change and leave.
const MAINNET_TIMELOCK_SECONDS_MIN: u32 = 86_400;
const TIMELOCK_SECONDS: RangeInclusive<u64> = 0..=2_592_000; // 30 days: longer, and no danger could be answered
const BASE_DECIMALS: RangeInclusive<u64> = 0..=12; // with more, no ordinary price has a mantissa of 2²⁰
const SEED_SIGMA_PPM: RangeInclusive<u64> = 100..=1_000_000; // the bounds of σ_floor and σ_stress

/// Every bound and rule that a file breaks.
pub(crate) fn broken_rules(file: &ParameterFile) -> Vec<(String, String)> {
    let mut findings = Findings::default();
    check_group(&mut findings, &file.group, file);
    check_book(&mut findings, &file.book);
    let factor_symbols = file.factors.iter().map(|factor| &factor.symbol);
    check_list(&mut findings, "factors", FACTORS_MAX, factor_symbols);
    for (position, factor) in file.factors.iter().enumerate() {
        check_factor(&mut findings.under(format!("factors[{position}].")), factor);
    }
    check_scenarios(&mut findings, file);
    let reserve_symbols = file.reserves.iter().map(|reserve| &reserve.symbol);
    check_list(&mut findings, "reserves", RESERVES_MAX, reserve_symbols);
    for (position, reserve) in file.reserves.iter().enumerate() {
        check_reserve(&mut findings.under(format!("reserves[{position}].")), reserve, file);
    }
    check_pool(&mut findings, file);
    let market_symbols = file.perp_markets.iter().map(|market| &market.symbol);
    check_list(&mut findings, "perp_markets", PERP_MARKETS_MAX, market_symbols);
    let mut traded = HashSet::new();
    for (position, market) in file.perp_markets.iter().enumerate() {
        let is_first = traded.insert(&market.factor);
        check_perp_market(&mut findings.under(format!("perp_markets[{position}].")), market, is_first, file);
    }
    findings.broken
}

#[derive(Default)]
struct Findings {
    broken: Vec<(String, String)>,
}

/// Findings below one table.
struct Section<'a> {
    findings: &'a mut Findings,
    prefix: String,
}

impl Findings {
    fn under(&mut self, prefix: impl Into<String>) -> Section<'_> {
        Section { findings: self, prefix: prefix.into() }
    }
}

impl Section<'_> {
    fn require(&mut self, holds: bool, field: &str, message: impl Into<String>) {
        if !holds {
            self.findings.broken.push((format!("{}{field}", self.prefix), message.into()));
        }
    }

    fn within(&mut self, field: &str, value: u64, bounds: &RangeInclusive<u64>) {
        let (min, max) = (bounds.start(), bounds.end());
        self.require(bounds.contains(&value), field, format!("{value} is outside {min} ..= {max}"));
    }

    fn all_within(&mut self, values: impl Iterator<Item = u64>, bounds: &[(&str, RangeInclusive<u64>)]) {
        for (value, (field, range)) in values.zip(bounds) {
            self.within(field, value, range);
        }
    }

    /// `low ≤ high`; the complaint goes to the field that is low.
    fn ordered<N: PartialOrd + Display>(&mut self, low: (&str, N), high: (&str, N)) {
        self.require(low.1 <= high.1, low.0, format!("{} is above {} ({})", low.1, high.0, high.1));
    }
}

fn check_group(findings: &mut Findings, group: &Group, file: &ParameterFile) {
    let mut section = findings.under("group.");
    section.within("timelock_seconds", group.timelock_seconds.into(), &TIMELOCK_SECONDS);
    let waits = file.cluster != Cluster::Mainnet || group.timelock_seconds >= MAINNET_TIMELOCK_SECONDS_MIN;
    section.require(waits, "timelock_seconds", format!("must be at least {MAINNET_TIMELOCK_SECONDS_MIN} on mainnet"));
    let listed = file.reserves.iter().any(|reserve| reserve.symbol == group.quote);
    section.require(listed, "quote", format!("no reserve has the symbol `{}`", group.quote));
}

fn check_list<'a>(findings: &mut Findings, list: &str, max: usize, symbols: impl Iterator<Item = &'a Symbol>) {
    let mut seen = HashSet::new();
    let mut count = 0;
    for (position, symbol) in symbols.enumerate() {
        let field = format!("{list}[{position}].symbol");
        findings.under(field).require(seen.insert(symbol), "", format!("`{symbol}` stands here for the second time"));
        count = position + 1;
    }
    findings.under(list).require((1..=max).contains(&count), "", format!("{count} entries; a Book holds 1 to {max}"));
}

fn check_book(findings: &mut Findings, book: &BookParams) {
    let mut section = findings.under("book.");
    section.all_within(book.bounded_values(), BookParams::BOUNDS);
    if book.grid_seconds == 0 {
        return; // reported by its bounds
    }
    let divides = DAY_SECONDS.is_multiple_of(book.grid_seconds.into());
    section.require(divides, "grid_seconds", format!("{} does not divide {DAY_SECONDS}", book.grid_seconds));
    let multiple = book.grace_seconds.is_multiple_of(book.grid_seconds);
    section.require(multiple, "grace_seconds", format!("must be a multiple of grid_seconds ({})", book.grid_seconds));
    let steps = book.grace_seconds / book.grid_seconds;
    section.require(
        steps <= PATH_STEPS_MAX,
        "grace_seconds",
        format!("{steps} grid steps; a path has {PATH_STEPS_MAX}"),
    );
}

fn check_scenarios(findings: &mut Findings, file: &ParameterFile) {
    let count = file.scenarios.len();
    let fits = (1..=SCENARIOS_MAX).contains(&count);
    findings.under("scenarios").require(fits, "", format!("{count} rows; a Book holds 1 to {SCENARIOS_MAX}"));
    let mut seen = HashSet::new();
    for (position, scenario) in file.scenarios.iter().enumerate() {
        let mut section = findings.under(format!("scenarios[{position}]."));
        let is_new = seen.insert(&scenario.name);
        section.require(is_new, "name", format!("`{}` stands here for the second time", scenario.name));
        let basis = scenario.basis_ppm;
        section.require(
            (0..SHOCK_PPM_MAX).contains(&basis),
            "basis_ppm",
            format!("{basis} is not within 0 .. 8,000,000"),
        );
        for factor in &file.factors {
            let named = scenario.shocks_ppm.contains_key(&factor.symbol);
            section.require(named, "shocks_ppm", format!("has no shock of `{}`", factor.symbol));
        }
        for (symbol, shock) in &scenario.shocks_ppm {
            let listed = file.factor(symbol).is_some();
            section.require(listed, "shocks_ppm", format!("no factor has the symbol `{symbol}`"));
            let in_range = (-SHOCK_PPM_MAX..SHOCK_PPM_MAX).contains(shock);
            section.require(
                in_range,
                "shocks_ppm",
                format!("{symbol} = {shock} is not within -8,000,000 .. 8,000,000"),
            );
        }
    }
}

fn check_factor(section: &mut Section<'_>, factor: &FactorListing) {
    section.within("base_decimals", factor.base_decimals.into(), &BASE_DECIMALS);
    section.within("seed_sigma_fast_ppm", factor.seed_sigma_fast_ppm.into(), &SEED_SIGMA_PPM);
    section.within("seed_sigma_slow_ppm", factor.seed_sigma_slow_ppm.into(), &SEED_SIGMA_PPM);
    let listing = section.prefix.clone();
    section.prefix.push_str("liquidity.");
    section.all_within(factor.liquidity.bounded_values(), LiquidityProfile::BOUNDS);
    section.prefix = format!("{listing}params.");
    check_factor_params(section, &factor.params);
    let wide_enough = !factor.pegged || factor.params.margin_min_ppm >= PEGGED_MARGIN_MIN_PPM;
    section.require(
        wide_enough,
        "margin_min_ppm",
        format!("must be at least {PEGGED_MARGIN_MIN_PPM} for a pegged asset"),
    );
}

fn check_factor_params(section: &mut Section<'_>, params: &FactorParams) {
    section.all_within(params.bounded_values(), FactorParams::BOUNDS);
    section.ordered(("margin_min_ppm", params.margin_min_ppm), ("margin_max_ppm", params.margin_max_ppm));
    section.ordered(("bonus_min_ppm", params.bonus_min_ppm), ("bonus_max_ppm", params.bonus_max_ppm));
    section.ordered(("sigma_floor_ppm", params.sigma_floor_ppm), ("sigma_stress_ppm", params.sigma_stress_ppm));
    section.ordered(
        ("half_life_fast_seconds", params.half_life_fast_seconds),
        ("half_life_slow_seconds", params.half_life_slow_seconds),
    );
    section.ordered(
        ("liquidation_max_age_seconds", params.liquidation_max_age_seconds),
        ("max_age_seconds", params.max_age_seconds),
    );
    let closing_ppm = u64::from(params.spread_ppm).div_ceil(2)
        + u64::from(params.bonus_max_ppm)
        + u64::from(params.insurance_cut_ppm);
    let covered = u64::from(params.margin_max_ppm) > closing_ppm;
    let message = format!("must exceed what closing out costs (spread/2 + bonus_max + insurance_cut = {closing_ppm})");
    section.require(covered, "margin_max_ppm", message);
    let refill = params.liquidation_refill_quote_atoms_per_second;
    let queue_seconds = params.liquidation_capacity_quote_atoms.checked_div(refill).unwrap_or(u64::MAX);
    let message = format!("must cover the queue: capacity / refill takes {queue_seconds} s");
    section.require(queue_seconds <= u64::from(params.horizon_seconds), "horizon_seconds", message);
}

fn check_reserve(section: &mut Section<'_>, reserve: &ReserveListing, file: &ParameterFile) {
    let priced = file.factor(&reserve.factor).is_some();
    section.require(priced, "factor", format!("no factor has the symbol `{}`", reserve.factor));
    let real = file.cluster != Cluster::Mainnet || reserve.mint != MintSource::Create;
    section.require(real, "mint", "a mint cannot be created on mainnet");
    let rates = reserve.params.rate_min_ppm_per_year..=reserve.params.rate_max_ppm_per_year;
    let message = format!("must lie between rate_min ({}) and rate_max ({})", rates.start(), rates.end());
    section.require(rates.contains(&reserve.initial_rate_ppm_per_year), "initial_rate_ppm_per_year", message);
    section.prefix.push_str("params.");
    check_reserve_params(section, &reserve.params);
}

fn check_reserve_params(section: &mut Section<'_>, params: &ReserveParams) {
    section.all_within(params.bounded_values(), ReserveParams::BOUNDS);
    section.ordered(
        ("rate_min_ppm_per_year", params.rate_min_ppm_per_year),
        ("rate_max_ppm_per_year", params.rate_max_ppm_per_year),
    );
    section.ordered(
        ("target_utilisation_ppm", params.target_utilisation_ppm),
        ("max_utilisation_ppm", params.max_utilisation_ppm),
    );
    section.ordered(
        ("collateral_weight_initial_ppm", params.collateral_weight_initial_ppm),
        ("collateral_weight_maintenance_ppm", params.collateral_weight_maintenance_ppm),
    );
    let backed = params.borrow_cap_atoms <= params.deposit_cap_atoms;
    section.require(backed, "borrow_cap_atoms", format!("is above deposit_cap_atoms ({})", params.deposit_cap_atoms));
}

fn check_pool(findings: &mut Findings, file: &ParameterFile) {
    let mut section = findings.under("pool.");
    let name = &file.pool.quote_reserve;
    let listed = file.reserve(name).is_some();
    section.require(listed, "quote_reserve", format!("no reserve has the symbol `{name}`"));
    let (decimals, asked) = (file.decimals(name), file.decimals(&file.group.quote));
    let same = decimals.is_none() || asked.is_none() || decimals == asked;
    let message = format!("must have the decimals of the group's quote `{}`", file.group.quote);
    section.require(same, "quote_reserve", message);
    section.prefix.push_str("params.");
    section.all_within(file.pool.params.bounded_values(), PoolParams::BOUNDS);
}

fn check_perp_market(section: &mut Section<'_>, market: &PerpMarketListing, is_first: bool, file: &ParameterFile) {
    let name = &market.factor;
    section.require(file.factor(name).is_some(), "factor", format!("no factor has the symbol `{name}`"));
    section.require(is_first, "factor", format!("`{name}` has a market already"));
    section.prefix.push_str("params.");
    let params = &market.params;
    section.all_within(params.bounded_values(), PerpMarketParams::BOUNDS);
    section.ordered(("fee_reducing_ppm", params.fee_reducing_ppm), ("fee_ppm", params.fee_ppm));
    section.ordered(
        ("min_base_atoms", params.min_base_atoms),
        ("max_open_interest_base_atoms", params.max_open_interest_base_atoms),
    );
    let scale = params.skew_scale_base_atoms;
    let quarter = params.max_open_interest_base_atoms <= scale / 4;
    let message = format!("must be at most a quarter of skew_scale_base_atoms ({scale})");
    section.require(quarter, "max_open_interest_base_atoms", message);
    let fits = size_margin_per_atom_up(params.size_margin_ppm, Amount(scale)).is_ok();
    section.require(fits, "size_margin_ppm", "is too large for so small a skew_scale_base_atoms");
}
