//! The parameters of the program, with their bounds. Each struct has the fields of the program's struct of the same name, without its reserved ones; a
//! comment behind a bound says where it comes from. Rules between fields stand in `rules.rs`. Every range lies
//! within what the core and the program accept, so that the program takes whatever a file says.

use std::fmt::Display;

use serde::Serializer;

use crate::bounded::bounded_params;

/// A positive TOML integer has 63 bits.
const TOML_INTEGER_MAX: u64 = i64::MAX as u64;
/// A leg of an account stays below 2⁵³ quote atoms, so nothing larger can have to be liquidated.
const LEG_QUOTE_ATOMS_MAX: u64 = (1 << 53) - 1;
const ONE: u64 = 1_000_000;

fn as_decimal_string<N: Display, S: Serializer>(number: &N, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

bounded_params! {
    /// Parameters of the whole Book.
    pub struct BookParams {
        /// A reserve balance worth less counts as dust: it is liquidated whole, and does not hinder a bankruptcy.
        #[serde(serialize_with = "as_decimal_string")]
        dust_quote_atoms: u64 in 10_000..=100_000_000, // a cent: below it rounding alone leaves dust; 100 quote: more would be a loss worth collecting
        /// Length of a grid step; divides 86,400.
        grid_seconds: u32 in 60..=3_600, // shorter: samples miss oracle updates; longer: the fast variance sees too little of a day
        /// How far ahead maintenance margin is announced; a multiple of the grid, at most 12 steps.
        grace_seconds: u32 in 900..=43_200, // time for an owner to act; 12 steps of the longest grid
        /// Half-life of every covariance.
        covariance_half_life_seconds: u32 in 3_600..=7_776_000, // an hour to 90 days
        /// Largest rise of the announced path per hour, relative to its level.
        walk_relative_ppm_per_hour: u32 in 1_000..=100_000, // 0.1 %: slower never follows a crisis; 10 %: faster is the jump that the path is there to prevent
        /// Largest rise of the announced path per hour, absolute; the larger of the two holds.
        walk_absolute_ppm_per_hour: u32 in 100..=20_000, // the same for margins of a tenth to a fifth
        /// How far above maintenance margin a liquidation brings an account, relative to the margin.
        liquidation_buffer_ppm: u32 in 10_000..=500_000, // without a buffer the next price liquidates again; half: liquidates far more than the risk asks
        /// Liquidation bonus per unit of shortfall ratio.
        bonus_slope_ppm: u32 in 0..=ONE, // 0: the bonus rises with time alone; 1: the bonus is the whole shortfall
        /// Liquidation bonus per second since the account was first seen unhealthy.
        bonus_rate_ppm_per_second: u32 in 0..=10_000, // 1 % a second: an auction of seconds
        /// An account whose shortfall exceeds this part of its requirement is liquidated without throughput limits.
        urgent_fraction_ppm: u32 in 10_000..=ONE, // at 0 no liquidation would be limited; at 1 equity is gone
        /// The part of a factor's liquidation capacity that one account may take.
        account_share_ppm: u32 in 10_000..=ONE, // below 1 % a large account could not be liquidated within the horizon
        /// Oldest accrual of a reserve that a margin check accepts.
        max_accrual_age_seconds: u32 in 60..=3_600, // an hour at the highest rate, 1,000 % a year at target and 16 times that at full use, is 1.8 % of the debt
        /// Part of positive unrealised perp profit that counts in initial margin.
        profit_weight_initial_ppm: u32 in 0..=ONE, // a fraction
        /// Portfolio mode: shrinkage of the correlation matrix toward the identity and toward all-ones.
        correlation_shrinkage_ppm: u32 in 0..=ONE, // a fraction
        /// Portfolio mode: floor as a part of gross margin.
        hedged_floor_ppm: u32 in 0..=ONE, // a fraction
        /// φ: the part of the Book's deposits and longs, or debts and shorts, of a factor that every leg counts as large as in the law of impact.
        concentration_share_ppm: u32 in 0..=ONE, // a fraction
        /// An account nearer to liquidation than this many σ of a day is warned.
        warn_sigmas_ppm: u32 in 0..=20_000_000, // 0: nobody
    }
}

bounded_params! {
    /// Parameters of one risk factor.
    pub struct FactorParams {
        /// Liquidation value that may pass at once.
        #[serde(serialize_with = "as_decimal_string")]
        liquidation_capacity_quote_atoms: u64 in 1_000_000_000..=LEG_QUOTE_ATOMS_MAX, // 1,000 quote: less would let ordinary accounts wait
        /// Refill of that capacity.
        #[serde(serialize_with = "as_decimal_string")]
        liquidation_refill_quote_atoms_per_second: u64 in 1..=LEG_QUOTE_ATOMS_MAX, // above 0, or the bucket would stay empty
        /// Oldest publication that enters, and the age from which bands widen.
        max_age_seconds: u32 in 10..=600, // shorter than a transaction's way: nothing enters; ten minutes: not a price any more
        /// Oldest price of a leg that a liquidation exchanges.
        liquidation_max_age_seconds: u32 in 1..=60, // a liquidator posts the price that he acts on
        /// Widest confidence interval that enters, relative to the price.
        max_confidence_ppm: u32 in 1_000..=100_000, // majors stand at 0.05 %; above 10 % publishers disagree on the market
        /// Multiple of the confidence interval in the bands of initial margin.
        confidence_multiple_ppm: u32 in ONE..=10_000_000, // at least the oracle's own interval
        /// Multiple of σ·√age by which a stale price's band widens.
        age_sigmas_ppm: u32 in ONE..=10_000_000, // at least one σ of what may have happened meanwhile
        /// Jump guard: a step beyond this many σ (and beyond `halt_min_ppm`) waits for confirmation.
        halt_sigmas_ppm: u32 in 4_000_000..=20_000_000, // fewer halts a market every day
        /// Jump guard: the smallest relative step that can wait.
        halt_min_ppm: u32 in 10_000..=500_000, // 1 % happens in a calm minute
        /// Jump guard: how much later a confirming publication must be.
        confirm_seconds: u32 in 1..=15, // a pending step is dropped after 30 s
        /// Half-life of the fast variance.
        half_life_fast_seconds: u32 in 3_600..=2_592_000, // an hour to 30 days
        /// Half-life of the slow variance.
        half_life_slow_seconds: u32 in 86_400..=31_536_000, // a day to a year
        /// Half-life of the jump level.
        half_life_jump_seconds: u32 in 3_600..=604_800, // an hour to a week
        /// A return counts at most this many σ in the variances.
        winsor_sigmas_ppm: u32 in 3_000_000..=20_000_000, // fewer cuts ordinary returns; more lets one print move the variance 400-fold
        /// σ of a calm day, per √day: the lowest the model believes.
        sigma_floor_ppm: u32 in 100..=200_000, // 0.01 %: a pegged asset's calm
        /// σ of a stressed day, per √day.
        sigma_stress_ppm: u32 in 1_000..=ONE, // a σ of one a day leaves no margin to speak of
        /// Weight of the stressed variance.
        stress_weight_ppm: u32 in 250_000..=ONE, // at least 25 % (EMIR RTS 153/2013, Art. 28 b)
        /// Expected shortfall of a unit-variance return: k(α, ν).
        tail_multiplier_ppm: u32 in 2_665_214..=10_000_000, // the normal's at 99 %: prices have no thinner tail; t3's at 99.9 % is 8.9
        /// Margin period of risk, queueing for liquidation included.
        horizon_seconds: u32 in 900..=604_800, // √t understates jumps on shorter ones; a week for what hardly trades
        /// Bid-ask spread, whole; half of it is a cost of closing out.
        spread_ppm: u32 in 0..=100_000, // 10 %: not liquid enough to be collateral
        /// Smallest liquidation bonus.
        bonus_min_ppm: u32 in 0..=100_000, // 0: an auction from nothing
        /// Largest liquidation bonus.
        bonus_max_ppm: u32 in 1_000..=200_000, // 0.1 % pays a transaction; 20 %: part of the margin, which then lends next to nothing
        /// Part of a liquidation's value that goes to the insurance fund.
        insurance_cut_ppm: u32 in 0..=50_000, // the bonus is what makes liquidations happen
        /// Lowest margin goal; at least 5 % for a pegged asset.
        margin_min_ppm: u32 in 10_000..=999_999, // 1 %
        /// Highest margin goal.
        margin_max_ppm: u32 in 10_000..=999_999, // below 1, or a deposit would be worth nothing
        /// Initial margin stands at least this far above maintenance margin.
        initial_gap_ppm: u32 in 50_000..=ONE, // without a gap a loan is liquidatable as soon as it is drawn
        /// Y of the square-root law of impact; 0: no impact.
        impact_multiple_ppm: u32 in 0..=3_000_000, // markets measure 0.5 to 1; thrice that is beyond all of them
        /// What the program's own volume of a day is multiplied by before it may lower the average daily volume; 0: it may not.
        volume_multiple_ppm: u32 in 0..=u32::MAX as u64, // 4,294 times the program's own
    }
}

bounded_params! {
    /// Parameters of one lending reserve.
    pub struct ReserveParams {
        /// Most that all accounts together may deposit.
        #[serde(serialize_with = "as_decimal_string")]
        deposit_cap_atoms: u64 in 0..=TOML_INTEGER_MAX, // 0: closed
        /// Most that all accounts together may borrow.
        #[serde(serialize_with = "as_decimal_string")]
        borrow_cap_atoms: u64 in 0..=TOML_INTEGER_MAX, // 0: collateral only
        /// Utilisation at which the curve rests.
        target_utilisation_ppm: u32 in 100_000..=990_000, // below 1: the curve divides by what is left
        /// Borrowing stops where utilisation would pass this.
        max_utilisation_ppm: u32 in 500_000..=ONE, // a fraction
        /// The curve's steepness C: the rate at full utilisation is C times the rate at target.
        curve_steepness_ppm: u32 in ONE..=16_000_000, // 1: flat; 16: full use costs 160 % a year where the target costs 10 %
        /// Speed at which the rate at target adapts, per year.
        curve_speed_per_year: u32 in 1..=200, // Morpho's 50 doubles the rate in five days of full use
        /// Lowest rate at target.
        rate_min_ppm_per_year: u32 in 100..=2_000_000, // above 0: the curve multiplies
        /// Highest rate at target.
        rate_max_ppm_per_year: u32 in 1_000..=10_000_000, // 1,000 % a year
        /// Part of interest that goes to the reserve's insurance fund.
        protocol_share_ppm: u32 in 0..=500_000, // depositors keep half at least
        /// Collateral weight in initial margin: at once.
        collateral_weight_initial_ppm: u32 in 0..=ONE, // a fraction
        /// Collateral weight in maintenance margin: where it walks to.
        collateral_weight_maintenance_ppm: u32 in 0..=ONE, // a fraction
        /// How long a change of the maintenance weight walks, after its announcement of one grace.
        collateral_walk_seconds: u32 in 3_600..=31_536_000, // an hour: a weight moves the line as a margin does, so it may not jump
        /// Fee of a flash loan.
        flash_loan_fee_ppm: u32 in 0..=50_000, // 5 %
    }
}

bounded_params! {
    /// Parameters of one perpetual market.
    pub struct PerpMarketParams {
        /// Most base atoms that each side may hold.
        #[serde(serialize_with = "as_decimal_string")]
        max_open_interest_base_atoms: u64 in 1..=1 << 58, // a quarter of the largest scale
        /// Depth of the markets elsewhere within 2 % of mid, one side.
        #[serde(serialize_with = "as_decimal_string")]
        depth_quote_atoms: u64 in 1_000_000_000..=LEG_QUOTE_ATOMS_MAX, // 1,000 quote: with less there is no market to hedge in
        /// The skew at which premium and funding velocity are full.
        #[serde(serialize_with = "as_decimal_string")]
        skew_scale_base_atoms: u64 in 1 << 20..=1 << 60, // smaller: one atom moves the price; larger: sums of it leave 63 bits
        /// Smallest trade, and smallest position that a trade may leave.
        #[serde(serialize_with = "as_decimal_string")]
        min_base_atoms: u64 in 1..=1 << 58, // at most a side
        /// Multiple of the depth that each side may hold.
        depth_multiple_ppm: u32 in 10_000..=10_000_000, // ten times the depth cannot be hedged within any horizon
        /// Margin per unit of position over skew scale: what closing into the pool costs.
        size_margin_ppm: u32 in 0..=10_000_000, // ten times the premium of the size
        /// Fastest change of the daily funding rate, per day.
        max_funding_velocity_ppm: u32 in 0..=100_000_000, // at a hundredth of the scale the rate gains 100 % a day
        /// Largest funding rate per hour, as a part of initial less maintenance margin.
        funding_cap_ppm: u32 in 0..=ONE, // 1: an hour takes what separates a new position from its liquidation
        /// Fee on what enlarges the skew.
        fee_ppm: u32 in 0..=10_000, // 1 %
        /// Fee on what brings the skew nearer to zero.
        fee_reducing_ppm: u32 in 0..=10_000, // at most the other fee
        /// Part of each fee that goes to the market's insurance.
        insurance_share_ppm: u32 in 0..=ONE, // a fraction
        /// How long a change of the size margin walks, after its announcement of one grace.
        size_walk_seconds: u32 in 3_600..=31_536_000, // an hour: it moves the line as a margin does, so it may not jump
        /// The part of the open-interest cap from which initial margin grows toward one; 1,000,000: never.
        crowding_start_ppm: u32 in 0..=ONE, // a fraction
    }
}

bounded_params! {
    /// Parameters of the pool, and of the orders that it fills.
    pub struct PoolParams {
        /// Most quote atoms that the pool's equity may reach by a deposit.
        #[serde(serialize_with = "as_decimal_string")]
        deposit_cap_atoms: u64 in 0..=TOML_INTEGER_MAX, // 0: closed
        /// What an order pays who executes it.
        #[serde(serialize_with = "as_decimal_string")]
        executor_fee_atoms: u64 in 0..=10_000_000, // ten quote: more would be a fee for trading
        /// From being armed to being due.
        order_delay_seconds: u32 in 1..=60, // 0: who places an order could know the price that fills it
        /// How long after the publication that it was due on an order may still be filled.
        order_window_seconds: u32 in 5..=300, // time for an executor, while the price is still one
        /// From asking for a deposit to being due.
        deposit_delay_seconds: u32 in 0..=86_400, // a day
        /// From asking for a withdrawal to being due.
        withdraw_delay_seconds: u32 in 0..=2_592_000, // 30 days: longer, and shares could not be valued by those who hold them
        /// Part of its equity that the requirement of the pool's positions may reach.
        requirement_share_ppm: u32 in 10_000..=ONE, // at 1 the pool margins its positions like any account
        /// Part of its equity that the pool pays a day for the losses of others, beyond what it earned in their market.
        loss_share_ppm_per_day: u32 in 0..=ONE, // a fraction
    }
}
