//! What it costs to close out: horizons, spreads and impact.

/// √h scaling of a one-day figure to another horizon in days.
#[must_use]
pub fn scaled_to_horizon(one_day: f64, horizon_days: f64) -> f64 {
    one_day * horizon_days.sqrt()
}

/// Expected shortfall over liquidity horizons (Basel MAR33.5): √Σ (ES_j·√((LH_j − LH_{j−1})/T))², T of ten days and the horizons 10, 20, 40, 60 and 120.
/// `shortfalls[j]` is the ten-day shortfall of the factors whose horizon is at least the j-th.
#[must_use]
pub fn over_liquidity_horizons(shortfalls: [f64; 5]) -> f64 {
    const HORIZONS: [f64; 6] = [0.0, 10.0, 20.0, 40.0, 60.0, 120.0];
    let lengths = HORIZONS.windows(2).map(|pair| (pair[1] - pair[0]) / HORIZONS[1]);
    shortfalls.iter().zip(lengths).map(|(shortfall, length)| shortfall * shortfall * length).sum::<f64>().sqrt()
}

/// What a spread costs a value in a bad moment (Bangia, Diebold, Schuermann and Stroughair 1999): ½·value·(mean + multiple·deviation).
#[must_use]
pub fn spread_cost(value: f64, mean_spread: f64, spread_deviation: f64, multiple: f64) -> f64 {
    0.5 * value * (mean_spread + multiple * spread_deviation)
}

/// The square-root law: by what part closing `quantity` moves the price, Y·σ·√(Q/ADV); quantity and average daily volume in one unit, σ per √day.
#[must_use]
pub fn square_root_impact(multiple: f64, daily_volatility: f64, quantity: f64, average_daily_volume: f64) -> f64 {
    multiple * daily_volatility * (quantity / average_daily_volume).sqrt()
}
