//! Parameters, one whole struct per change: rejected as a whole, never clipped. Every field carries its unit. Bounds are checked by the core where it
//! derives from them, and stand in `docs/accounts.md`.

use anchor_lang::prelude::*;

/// Parameters of the whole Book.
#[zero_copy]
#[derive(borsh::BorshSerialize, borsh::BorshDeserialize, Debug, Default, PartialEq, Eq)]
pub struct BookParams {
    /// A reserve balance worth less counts as dust: it is liquidated whole, and does not hinder a bankruptcy.
    pub dust_quote_atoms: u64,
    /// Length of a grid step; divides 86,400.
    pub grid_seconds: u32,
    /// How far ahead maintenance margin is announced; a multiple of the grid, at most 12 steps.
    pub grace_seconds: u32,
    /// Half-life of every covariance.
    pub covariance_half_life_seconds: u32,
    /// Largest rise of the announced path per hour, relative to its level.
    pub walk_relative_ppm_per_hour: u32,
    /// Largest rise of the announced path per hour, absolute; the larger of the two holds.
    pub walk_absolute_ppm_per_hour: u32,
    /// How far above maintenance margin a liquidation brings an account, relative to the margin.
    pub liquidation_buffer_ppm: u32,
    /// Liquidation bonus per unit of shortfall ratio.
    pub bonus_slope_ppm: u32,
    /// Liquidation bonus per second since the account was first seen unhealthy.
    pub bonus_rate_ppm_per_second: u32,
    /// An account whose shortfall exceeds this part of its requirement is liquidated without throughput limits.
    pub urgent_fraction_ppm: u32,
    /// The part of a factor's liquidation capacity that one account may take.
    pub account_share_ppm: u32,
    /// Oldest accrual of a reserve that a margin check accepts.
    pub max_accrual_age_seconds: u32,
    /// Part of positive unrealised perp profit that counts in initial margin.
    pub profit_weight_initial_ppm: u32,
    /// Portfolio mode: shrinkage of the correlation matrix toward the identity and toward all-ones.
    pub correlation_shrinkage_ppm: u32,
    /// Portfolio mode: floor as a part of gross margin.
    pub hedged_floor_ppm: u32,
    /// φ: the part of the Book's deposits and longs, or debts and shorts, of a factor that every leg counts as large as in the law of impact.
    pub concentration_share_ppm: u32,
    /// An account nearer to liquidation than this many σ of a day is warned.
    pub warn_sigmas_ppm: u32,
}

/// Parameters of one risk factor.
#[zero_copy]
#[derive(borsh::BorshSerialize, borsh::BorshDeserialize, Debug, Default, PartialEq, Eq)]
pub struct FactorParams {
    /// Liquidation value that may pass at once.
    pub liquidation_capacity_quote_atoms: u64,
    /// Refill of that capacity.
    pub liquidation_refill_quote_atoms_per_second: u64,
    /// Oldest publication that enters, and the age from which bands widen.
    pub max_age_seconds: u32,
    /// Oldest price of a leg that a liquidation exchanges.
    pub liquidation_max_age_seconds: u32,
    /// Widest confidence interval that enters, relative to the price.
    pub max_confidence_ppm: u32,
    /// Multiple of the confidence interval in the bands of initial margin.
    pub confidence_multiple_ppm: u32,
    /// Multiple of σ·√age by which a stale price's band widens.
    pub age_sigmas_ppm: u32,
    /// Jump guard: a step beyond this many σ (and beyond `halt_min_ppm`) waits for confirmation.
    pub halt_sigmas_ppm: u32,
    /// Jump guard: the smallest relative step that can wait.
    pub halt_min_ppm: u32,
    /// Jump guard: how much later a confirming publication must be.
    pub confirm_seconds: u32,
    /// Half-life of the fast variance.
    pub half_life_fast_seconds: u32,
    /// Half-life of the slow variance.
    pub half_life_slow_seconds: u32,
    /// Half-life of the jump level.
    pub half_life_jump_seconds: u32,
    /// A return counts at most this many σ in the variances.
    pub winsor_sigmas_ppm: u32,
    /// σ of a calm day, per √day: the lowest the model believes.
    pub sigma_floor_ppm: u32,
    /// σ of a stressed day, per √day.
    pub sigma_stress_ppm: u32,
    /// Weight of the stressed variance; at least 25 %.
    pub stress_weight_ppm: u32,
    /// Expected shortfall of a unit-variance return: k(α, ν).
    pub tail_multiplier_ppm: u32,
    /// Margin period of risk, queueing for liquidation included.
    pub horizon_seconds: u32,
    /// Bid-ask spread, whole; half of it is a cost of closing out.
    pub spread_ppm: u32,
    /// Smallest liquidation bonus.
    pub bonus_min_ppm: u32,
    /// Largest liquidation bonus.
    pub bonus_max_ppm: u32,
    /// Part of a liquidation's value that goes to the insurance fund.
    pub insurance_cut_ppm: u32,
    /// Lowest margin goal; at least 5 % for a pegged asset.
    pub margin_min_ppm: u32,
    /// Highest margin goal.
    pub margin_max_ppm: u32,
    /// Initial margin stands at least this far above maintenance margin.
    pub initial_gap_ppm: u32,
    /// Y of the square-root law of impact; 0: no impact.
    pub impact_multiple_ppm: u32,
    /// What the program's own volume of a day is multiplied by before it may lower the average daily volume; 0: it may not.
    pub volume_multiple_ppm: u32,
}

/// Parameters of one lending reserve.
#[zero_copy]
#[derive(borsh::BorshSerialize, borsh::BorshDeserialize, Debug, Default, PartialEq, Eq)]
pub struct ReserveParams {
    /// Most that all accounts together may deposit.
    pub deposit_cap_atoms: u64,
    /// Most that all accounts together may borrow.
    pub borrow_cap_atoms: u64,
    /// Utilisation at which the curve rests.
    pub target_utilisation_ppm: u32,
    /// Borrowing stops where utilisation would pass this.
    pub max_utilisation_ppm: u32,
    /// The curve's steepness C: the rate at full utilisation is C times the rate at target.
    pub curve_steepness_ppm: u32,
    /// Speed at which the rate at target adapts, per year.
    pub curve_speed_per_year: u32,
    /// Lowest rate at target.
    pub rate_min_ppm_per_year: u32,
    /// Highest rate at target.
    pub rate_max_ppm_per_year: u32,
    /// Part of interest that goes to the reserve's insurance fund.
    pub protocol_share_ppm: u32,
    /// Collateral weight in initial margin: at once.
    pub collateral_weight_initial_ppm: u32,
    /// Collateral weight in maintenance margin: where it walks to.
    pub collateral_weight_maintenance_ppm: u32,
    /// How long a change of the maintenance weight walks, after its announcement of one grace.
    pub collateral_walk_seconds: u32,
    /// Fee of a flash loan.
    pub flash_loan_fee_ppm: u32,
    /// Keeps the size a multiple of eight.
    pub reserved: u32,
}

/// Parameters of one perpetual market.
#[zero_copy]
#[derive(borsh::BorshSerialize, borsh::BorshDeserialize, Debug, Default, PartialEq, Eq)]
pub struct PerpMarketParams {
    /// Most base atoms that each side may hold.
    pub max_open_interest_base_atoms: u64,
    /// Depth of the markets elsewhere within 2 % of mid, one side.
    pub depth_quote_atoms: u64,
    /// The skew at which premium and funding velocity are full.
    pub skew_scale_base_atoms: u64,
    /// Smallest trade, and smallest position that a trade may leave.
    pub min_base_atoms: u64,
    /// Multiple of the depth that each side may hold.
    pub depth_multiple_ppm: u32,
    /// Margin per unit of position over skew scale: what closing into the pool costs.
    pub size_margin_ppm: u32,
    /// Fastest change of the daily funding rate, per day.
    pub max_funding_velocity_ppm: u32,
    /// Largest funding rate per hour, as a part of initial less maintenance margin.
    pub funding_cap_ppm: u32,
    /// Fee on what enlarges the skew.
    pub fee_ppm: u32,
    /// Fee on what brings the skew nearer to zero.
    pub fee_reducing_ppm: u32,
    /// Part of each fee that goes to the market's insurance.
    pub insurance_share_ppm: u32,
    /// How long a change of the size margin walks, after its announcement of one grace.
    pub size_walk_seconds: u32,
    /// The part of the open-interest cap from which initial margin grows toward one; 1,000,000: never.
    pub crowding_start_ppm: u32,
    /// Keeps the size a multiple of eight.
    pub reserved: u32,
}

/// Parameters of the pool, and of the orders that it fills.
#[zero_copy]
#[derive(borsh::BorshSerialize, borsh::BorshDeserialize, Debug, Default, PartialEq, Eq)]
pub struct PoolParams {
    /// Most quote atoms that the pool's equity may reach by a deposit.
    pub deposit_cap_atoms: u64,
    /// What an order pays who executes it.
    pub executor_fee_atoms: u64,
    /// From being armed to being due.
    pub order_delay_seconds: u32,
    /// How long after the publication that it was due on an order may still be filled.
    pub order_window_seconds: u32,
    /// From asking for a deposit to being due.
    pub deposit_delay_seconds: u32,
    /// From asking for a withdrawal to being due.
    pub withdraw_delay_seconds: u32,
    /// Part of its equity that the requirement of the pool's positions may reach.
    pub requirement_share_ppm: u32,
    /// Part of its equity that the pool pays a day for the losses of others, beyond what it earned in their market.
    pub loss_share_ppm_per_day: u32,
}
