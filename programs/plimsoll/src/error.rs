//! Every refusal of the program: the fact and the remedy. Numbers are stable: append only.
//!
//! Numbers below 100 are the core's ([`plimsoll_risk::RiskError`]) and map one to one; a test holds both lists together.
#![allow(missing_docs)] // each message is the documentation

mod from_core;

use anchor_lang::prelude::*;

pub use from_core::OrRefuse;

/// A refusal of the program. Anchor adds 6000 to the number.
#[error_code]
#[derive(PartialEq, Eq)]
pub enum PlimsollError {
    #[msg("a result does not fit its type; use a smaller amount")]
    Overflow = 0,
    #[msg("a divisor is zero; the account or parameter read is empty")]
    DivisionByZero = 1,
    #[msg("the oracle published a price that is zero or negative; wait for the next publication")]
    PriceNotPositive = 2,
    #[msg("the oracle's exponent lies outside -18 to 6; check the feed")]
    PriceExponent = 3,
    #[msg(
        "the price is too small for the Book's fixed point (mantissa below 2^20); list the asset with fewer decimals"
    )]
    PriceTooSmall = 4,
    #[msg("the price is too large for the Book's fixed point (mantissa above 2^53); list the asset with more decimals")]
    PriceTooLarge = 5,
    #[msg("the publication is older than max_age_seconds; post a newer one")]
    PriceStale = 6,
    #[msg("the publication is more than 30 seconds ahead of the clock; post one that is not")]
    PriceFromFuture = 7,
    #[msg("the publication is not newer than the factor's price; post a newer one")]
    PriceNotNewer = 8,
    #[msg("the confidence interval is wider than max_confidence; wait for a more certain publication")]
    PriceUncertain = 9,
    #[msg("the publication is not the first of its grid step; post the one with prev_publish_time before the boundary")]
    SampleNotFirst = 10,
    #[msg("this grid step was folded before; wait for the next boundary")]
    StepAlreadyFolded = 11,
    #[msg("a live factor has no sample of this step yet; bring it, or wait until 120 seconds after the boundary")]
    StepIncomplete = 12,
    #[msg("a parameter lies outside its bounds; see docs/accounts.md")]
    ParameterOutOfBounds = 13,
    #[msg("the amount is zero; pass a positive amount")]
    AmountZero = 14,
    #[msg("the account's maintenance health is not negative; it cannot be liquidated")]
    NotLiquidatable = 15,
    #[msg("the account has no debt in the named reserve; name one that it owes")]
    NothingToRepay = 16,
    #[msg("the account has no deposit in the named reserve; name one that it holds")]
    NothingToSeize = 17,
    #[msg("the factor's or account's liquidation bucket is empty; wait until it refills")]
    ThroughputExhausted = 18,
    #[msg(
        "the step would not raise the account's health; choose a larger amount, or another position or pair of reserves"
    )]
    HealthNotImproved = 19,
    #[msg("a position would be worth more than 2^53 quote atoms; use smaller positions")]
    LegTooLarge = 20,
    #[msg("the account still has deposits worth more than dust, or no debt in this reserve; liquidate it first")]
    NotBankrupt = 21,
    #[msg(
        "a leg of this exchange has a price older than liquidation_max_age; call refresh_prices in the same transaction"
    )]
    StalePriceLeg = 22,
    #[msg(
        "no bonus leaves the account healthier; this position or pair of reserves is past its spiral bound, choose another"
    )]
    LiquidationSpiral = 23,
    #[msg("the seized and the repaid reserve are the same; name two different ones")]
    SameReserve = 24,
    #[msg("losses brought the reserve's deposit index below 2^-32; it takes no more deposits")]
    ReserveClosed = 40,
    #[msg("the account's initial health would be negative; deposit or repay more, or take less")]
    InitialHealthNegative = 41,
    #[msg("the publication is older than the order's due time; bring the first one at or after it")]
    OrderTooEarly = 42,
    #[msg(
        "the publication is not the first since the order was due; bring the one whose prev_publish_time is before it"
    )]
    PublicationNotFirst = 43,
    #[msg("the order was due longer ago than order_window_seconds; cancel it, or show its condition again")]
    OrderLapsed = 44,
    #[msg("the price does not meet the order's condition; wait until it does")]
    ConditionUnmet = 45,
    #[msg("the order has expired; cancel it and place a new one")]
    OrderExpired = 46,
    #[msg("the order is due and binds until it is executed or lapses; wait for either")]
    OrderBinding = 47,
    #[msg("the fill would be worse than the order's worst price; place an order with a worse one, or a smaller one")]
    WorstPriceBreached = 48,
    #[msg(
        "the order, or what it would leave of the position, is smaller than the market's minimum; trade more, or close all"
    )]
    BelowMinimumSize = 49,
    #[msg("the side's open interest would pass its cap; trade less, or reduce the other way")]
    OpenInterestCap = 50,
    #[msg("a reduce-only order would grow, open or turn the position; trade at most the position, the other way")]
    ReduceOnly = 51,
    #[msg(
        "the pool's requirement would pass its share of the pool's equity; trade or withdraw less, or reduce the skew"
    )]
    PoolRequirement = 52,
    #[msg("the pool has no deposits to pay from; wait until losses are settled or providers deposit")]
    PoolEmpty = 53,
    #[msg("the request is larger than the shares held, or than the pool's deposits; ask for less")]
    PoolWithdrawalTooLarge = 54,
    #[msg("the position leaves no deficit; liquidate or settle it instead")]
    NoDeficit = 55,
    #[msg(
        "the account's initial health is negative, and the trade would lower a health; reduce at a better price, or deposit"
    )]
    HealthLowered = 56,
    #[msg("the publication is a jump away from the price in force; wait until the Book has confirmed it")]
    PublicationJump = 57,
    #[msg("insurance, pool and the other side have nothing left to pay with; wait for fees, deposits or positions")]
    WaterfallExhausted = 58,
    #[msg("the account has no position in the named market; name one that it holds")]
    NothingToClose = 59,
    #[msg("the factor's liquidity profile was set less than six hours ago; wait")]
    ProfileTooSoon = 60,
    #[msg("the new depth is more than a quarter above or less than half of the one before; move in smaller steps")]
    ProfileDepthStep = 61,
    #[msg(
        "the new daily volume is more than a quarter above or less than half of the one before; move in smaller steps"
    )]
    ProfileVolumeStep = 62,
    #[msg("the new spread is more than a quarter below or more than twice the one before; move in smaller steps")]
    ProfileSpreadStep = 63,
    #[msg(
        "the new spread deviation is more than a quarter below or more than twice the one before; move in smaller steps"
    )]
    ProfileDeviationStep = 64,
    #[msg("the implied volatility lies outside 1 % to 1,000 % a year; check the feed")]
    ImpliedAbsurd = 65,
    #[msg("a scenario's shock lies outside -8 to 8 margins, or its basis outside 0 to 1; correct the row")]
    ScenarioOutOfRange = 66,

    #[msg("the account has an older layout; call migrate first")]
    AccountVersion = 100,
    #[msg("the account has the current layout; there is nothing to migrate")]
    AlreadyCurrent = 101,
    #[msg("the account is not one of this program's; pass a Group, Book or MarginAccount")]
    NotMigratable = 102,
    #[msg("the signer is not the group's admin; sign with the admin's key")]
    NotAdmin = 103,
    #[msg("the signer is not the margin account's owner; sign with the owner's key")]
    NotOwner = 104,
    #[msg("the signer is neither the margin account's owner nor its delegate; sign with one of their keys")]
    NotOwnerOrDelegate = 105,
    #[msg("the Book or margin account belongs to another group; pass accounts of one group")]
    WrongGroup = 106,
    #[msg("the group has a Book already; use that one")]
    BookExists = 107,
    #[msg("the Book's account is smaller than its layout; create it with the size that the IDL gives")]
    BookTooSmall = 108,
    #[msg("the Book would grow by more than 10,240 bytes at once or past its limit; ask for less")]
    BookGrowth = 109,
    #[msg("no such factor is listed; check the index")]
    FactorIndex = 110,
    #[msg("no such reserve is listed; check the index")]
    ReserveIndex = 111,
    #[msg("all slots are taken; delist something first")]
    NoFreeSlot = 112,
    #[msg("the feed, symbol, mint or market is listed already; change the listing that is there")]
    AlreadyListed = 113,
    #[msg("the oracle kind is neither pull (0) nor push (1); pass one of them")]
    OracleKind = 114,
    #[msg("the factor has not seen a price yet; call refresh_prices first")]
    FactorNotPriced = 115,
    #[msg("the mint is not the one listed; pass the reserve's mint")]
    WrongMint = 116,
    #[msg("the vault is not the reserve's; pass the reserve's vault")]
    WrongVault = 117,
    #[msg("the token program is not the one that owns the mint; pass the reserve's token program")]
    WrongTokenProgram = 118,
    #[msg("the vault authority is not the Book's; derive it from the Book's address")]
    WrongVaultAuthority = 119,
    #[msg("the mint has an extension that this program refuses; see docs/accounts.md for those allowed")]
    MintExtension = 120,
    #[msg("the mint's decimals differ from the factor's; list a factor of its own for it")]
    MintDecimals = 121,
    #[msg("the account is not an initialised mint of a token program; pass the mint itself")]
    MintNotUsable = 122,
    #[msg("the account owes in this reserve; repay before depositing")]
    RepayFirst = 123,
    #[msg("the account has a deposit in this reserve; withdraw it before borrowing")]
    WithdrawFirst = 124,
    #[msg("the deposit is smaller than the amount; withdraw at most the deposit")]
    DepositTooSmall = 125,
    #[msg("the account owes less than the amount; repay at most the debt, or pass u64::MAX for all of it")]
    DebtTooSmall = 126,
    #[msg("deposits would pass the reserve's cap; deposit less")]
    DepositCap = 127,
    #[msg("borrows would pass the reserve's cap; borrow less")]
    BorrowCap = 128,
    #[msg("utilisation would pass the reserve's limit; borrow less")]
    UtilisationLimit = 129,
    #[msg("the vault has too little idle liquidity; withdraw or borrow less, or wait for repayments")]
    NotEnoughLiquidity = 130,
    #[msg("a reserve that the account uses was accrued too long ago; call accrue in the same transaction")]
    ReserveStale = 132,
    #[msg(
        "a factor that the account uses has an unconfirmed price; wait for its confirmation, or only deposit and repay"
    )]
    PricePending = 133,
    #[msg("the vault moved by another amount than was booked; the token behaves in a way this program refuses")]
    VaultMismatch = 134,
    #[msg("the reserve's claims would exceed its assets; the instruction is refused as a whole")]
    Insolvent = 135,
    #[msg("the account still holds something; close its positions first")]
    AccountNotEmpty = 136,
    #[msg("liquidator and liquidated are the same account; pass two different ones")]
    SameAccount = 137,
    #[msg("an oracle account is not owned by the oracle program of its kind; pass a genuine one")]
    OracleOwner = 138,
    #[msg("an oracle account's data is not a price; pass a price account")]
    OracleData = 139,
    #[msg("a price update is not fully verified; post one with full verification")]
    OracleNotVerified = 140,
    #[msg("no factor of this Book follows this feed; pass the accounts of listed feeds")]
    OracleFeed = 141,
    #[msg("the push oracle is not trading; wait for its next price")]
    OracleNotTrading = 142,
    #[msg("no oracle account was passed; pass at least one")]
    NoOracles = 143,
    #[msg("the clock is before 1970; the cluster is misconfigured")]
    Clock = 144,
    #[msg("the margin account is in a mode that this instruction does not serve; switch to cross mode")]
    AccountMode = 145,
    #[msg("liquidation would leave the liquidator's initial health negative; deposit collateral or liquidate less")]
    LiquidatorHealth = 146,
    #[msg("the source account's balance is zero or its data is not a token account; pass a funded token account")]
    SourceEmpty = 147,
    #[msg("grid_seconds and grace_seconds are fixed when the Book is created; keep them")]
    GridFixed = 148,
    #[msg("no such perp market is listed; check the index")]
    MarketIndex = 149,
    #[msg("the market is being delisted and takes reduce-only orders alone; pass the flag, or wait for its settlement")]
    MarketNotActive = 150,
    #[msg("the group has no liquidity pool; create it with set_pool_params first")]
    PoolMissing = 151,
    #[msg("the pool's quote reserve is fixed when the pool is created; pass that one")]
    QuoteReserveFixed = 152,
    #[msg("the reserve's decimals are not those of the Book's quote; name a reserve of the quote token")]
    QuoteReserveDecimals = 153,
    #[msg("the account is isolated for another market; use a cross account, or one opened for this market")]
    IsolatedMarket = 154,
    #[msg("the account is isolated and holds the quote reserve alone; use a cross account for other tokens")]
    IsolatedCollateral = 155,
    #[msg("no such kind of order is known here; pass one that the instruction lists")]
    OrderKind = 156,
    #[msg("the order's flags have unknown bits; pass 0 or 1 (reduce only)")]
    OrderFlags = 157,
    #[msg("the slot holds no order of this id, which was executed or cancelled; read the account again")]
    OrderMissing = 158,
    #[msg("all order slots of the account are taken; cancel an order first")]
    NoFreeOrderSlot = 159,
    #[msg("the order trades a market; call execute_order")]
    OrderNotPool = 160,
    #[msg("the order is a request to the pool; call execute_pool_order")]
    OrderIsPool = 161,
    #[msg("the order was placed in a market that had the slot before this one; cancel it")]
    OrderOfFormerMarket = 162,
    #[msg("a market that the account uses was funded too long ago; call update_funding in the same transaction")]
    FundingStale = 163,
    #[msg("the Book's price is older than the publication; call refresh_prices in the same transaction")]
    BookBehindPublication = 164,
    #[msg("the receiving account has a position in the market; close it, or pass another account")]
    PositionExists = 165,
    #[msg("the account has no position in the market; check account and market")]
    NoPosition = 166,
    #[msg("the two margin accounts belong to different owners; pass two of one owner")]
    DifferentOwner = 167,
    #[msg(
        "the position has no realised profit or loss that its account could receive or pay; there is nothing to settle"
    )]
    NothingToSettle = 168,
    #[msg("the pool's equity would pass its deposit cap; deposit less")]
    PoolDepositCap = 169,
    #[msg("the market is not being delisted; call delist_perp_market first")]
    MarketNotDelisting = 170,
    #[msg("the market's settlement time has not come, or no price after it; wait for both")]
    SettlementTooEarly = 171,
    #[msg("the request is too small to be worth one share or one atom; ask for more")]
    PoolSharesTooSmall = 172,
    #[msg(
        "a market's price is older than the request's due time or than liquidation_max_age; call refresh_prices first"
    )]
    PoolPriceStale = 173,
    #[msg("the market's settlement time has come; call settle_delisted_market")]
    MarketSettling = 174,
    #[msg("the account has an open perp position; call liquidate_perp or resolve_perp_bankruptcy until there is none")]
    PerpPositionOpen = 175,
    #[msg("the account has a realised perp profit that was not settled; call settle_pnl first")]
    ProfitNotSettled = 176,
    #[msg(
        "the account's perps claim or cover this balance of the quote reserve; call settle_pnl or liquidate_perp first"
    )]
    QuoteNetted = 177,
    #[msg("the market's ledger does not sum to zero; the instruction is refused as a whole")]
    LedgerUnbalanced = 178,
    #[msg(
        "the order's worst price is zero, or it has a trigger that its kind has not, or none; a request to the pool has neither"
    )]
    OrderPrice = 179,
    #[msg(
        "the pool owes traders all that it has; its shares are worth nothing, so it takes no deposit until it has recovered"
    )]
    PoolUnderWater = 180,
    #[msg("only the group's steward may do this; sign with its key")]
    NotSteward = 181,
    #[msg(
        "no whole tide has passed since the Book's first fold; enter portfolio mode once announced values are in force"
    )]
    PortfolioNotReady = 182,
    #[msg("an isolated account stays isolated; open another account for cross or portfolio margin")]
    IsolatedMode = 183,
    #[msg("the account's maintenance health is negative now; it can be liquidated, a call comes too late")]
    AlreadyLiquidatable = 184,
    #[msg("no factor of this Book follows this implied-volatility feed; name a feed with set_implied_feed first")]
    ImpliedFeed = 185,
    #[msg("the rows do not fit the scenario grid of 32; pass fewer rows, or a lower first row or count")]
    ScenarioRow = 186,
}
