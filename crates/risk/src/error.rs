//! Everything the core can refuse, one variant per cause. Numbers are stable: append only.

use core::fmt;

/// The result of every fallible function of the core.
pub type Result<T> = core::result::Result<T, RiskError>;

macro_rules! risk_errors {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal => $message:literal,)+) => {
        /// A refusal. `code()` is stable across versions; the message states the fact and the remedy.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum RiskError {
            $($(#[doc = $doc])* #[doc = $message] $name = $code,)+
        }

        impl RiskError {
            /// Every variant, in the order of its code.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The sentence shown to people.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(Self::$name => $message),+ }
            }
        }
    };
}

risk_errors! {
    Overflow = 0 => "a result does not fit its type; use a smaller amount",
    DivisionByZero = 1 => "a divisor is zero; the account or parameter read is empty",
    PriceNotPositive = 2 => "the oracle published a price that is zero or negative; wait for the next publication",
    PriceExponent = 3 => "the oracle's exponent lies outside -18 to 6; check the feed",
    PriceTooSmall = 4 => "the price is too small for the Book's fixed point (mantissa below 2^20); list the asset with fewer decimals",
    PriceTooLarge = 5 => "the price is too large for the Book's fixed point (mantissa above 2^53); list the asset with more decimals",
    PriceStale = 6 => "the publication is older than max_age_seconds; post a newer one",
    PriceFromFuture = 7 => "the publication is more than 30 seconds ahead of the clock; post one that is not",
    PriceNotNewer = 8 => "the publication is not newer than the factor's price; post a newer one",
    PriceUncertain = 9 => "the confidence interval is wider than max_confidence; wait for a more certain publication",
    SampleNotFirst = 10 => "the publication is not the first of its grid step; post the one with prev_publish_time before the boundary",
    StepAlreadyFolded = 11 => "this grid step was folded before; wait for the next boundary",
    StepIncomplete = 12 => "a live factor has no sample of this step yet; bring it, or wait until 120 seconds after the boundary",
    ParameterOutOfBounds = 13 => "a parameter lies outside its bounds; see docs/accounts.md",
    AmountZero = 14 => "the amount is zero; pass a positive amount",
    NotLiquidatable = 15 => "the account's maintenance health is not negative; it cannot be liquidated",
    NothingToRepay = 16 => "the account has no debt in the named reserve; name one that it owes",
    NothingToSeize = 17 => "the account has no deposit in the named reserve; name one that it holds",
    ThroughputExhausted = 18 => "the factor's or account's liquidation bucket is empty; wait until it refills",
    HealthNotImproved = 19 => "the step would not raise the account's health; choose a larger amount, or another position or pair of reserves",
    LegTooLarge = 20 => "a position would be worth more than 2^53 quote atoms; use smaller positions",
    NotBankrupt = 21 => "the account still has deposits worth more than dust, or no debt in this reserve; liquidate it first",
    StalePriceLeg = 22 => "a leg of this exchange has a price older than liquidation_max_age; call refresh_prices in the same transaction",
    LiquidationSpiral = 23 => "no bonus leaves the account healthier; this position or pair of reserves is past its spiral bound, choose another",
    SameReserve = 24 => "the seized and the repaid reserve are the same; name two different ones",
    ReserveClosed = 40 => "losses brought the reserve's deposit index below 2^-32; it takes no more deposits",
    InitialHealthNegative = 41 => "the account's initial health would be negative; deposit or repay more, or take less",
    OrderTooEarly = 42 => "the publication is older than the order's due time; bring the first one at or after it",
    PublicationNotFirst = 43 => "the publication is not the first since the order was due; bring the one whose prev_publish_time is before it",
    OrderLapsed = 44 => "the order was due longer ago than order_window_seconds; cancel it, or show its condition again",
    ConditionUnmet = 45 => "the price does not meet the order's condition; wait until it does",
    OrderExpired = 46 => "the order has expired; cancel it and place a new one",
    OrderBinding = 47 => "the order is due and binds until it is executed or lapses; wait for either",
    WorstPriceBreached = 48 => "the fill would be worse than the order's worst price; place an order with a worse one, or a smaller one",
    BelowMinimumSize = 49 => "the order, or what it would leave of the position, is smaller than the market's minimum; trade more, or close all",
    OpenInterestCap = 50 => "the side's open interest would pass its cap; trade less, or reduce the other way",
    ReduceOnly = 51 => "a reduce-only order would grow, open or turn the position; trade at most the position, the other way",
    PoolRequirement = 52 => "the pool's requirement would pass its share of the pool's equity; trade or withdraw less, or reduce the skew",
    PoolEmpty = 53 => "the pool has no deposits to pay from; wait until losses are settled or providers deposit",
    PoolWithdrawalTooLarge = 54 => "the request is larger than the shares held, or than the pool's deposits; ask for less",
    NoDeficit = 55 => "the position leaves no deficit; liquidate or settle it instead",
    HealthLowered = 56 => "the account's initial health is negative, and the trade would lower a health; reduce at a better price, or deposit",
    PublicationJump = 57 => "the publication is a jump away from the price in force; wait until the Book has confirmed it",
    WaterfallExhausted = 58 => "insurance, pool and the other side have nothing left to pay with; wait for fees, deposits or positions",
    NothingToClose = 59 => "the account has no position in the named market; name one that it holds",
    ProfileTooSoon = 60 => "the factor's liquidity profile was set less than six hours ago; wait",
    ProfileDepthStep = 61 => "the new depth is more than a quarter above or less than half of the one before; move in smaller steps",
    ProfileVolumeStep = 62 => "the new daily volume is more than a quarter above or less than half of the one before; move in smaller steps",
    ProfileSpreadStep = 63 => "the new spread is more than a quarter below or more than twice the one before; move in smaller steps",
    ProfileDeviationStep = 64 => "the new spread deviation is more than a quarter below or more than twice the one before; move in smaller steps",
    ImpliedAbsurd = 65 => "the implied volatility lies outside 1 % to 1,000 % a year; check the feed",
    ScenarioOutOfRange = 66 => "a scenario's shock lies outside -8 to 8 margins, or its basis outside 0 to 1; correct the row",
}

impl RiskError {
    /// The stable number of this error.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for RiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for RiskError {}
