//! The parts of the core that are compared, one function per part: draws inputs, calls the core, writes down what it returned.
//!
//! None is inlined: all in one function would need branches over more than 2¹⁵ instructions, which SBF does not have.

use crate::source::Source;
use crate::transcript::Transcript;

mod accounts;
mod integers;
mod liquidations;
mod liquidity;
mod mathematics;
mod perp_accounts;
mod perps;
mod portfolio;
mod prices;
mod reserves;
mod thresholds;
mod volatilities;

macro_rules! kernels {
    ($($(#[$doc:meta])* $name:ident => $run:path,)+) => {
        /// A part of the core. Its number is its place in [`Kernel::ALL`].
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum Kernel {
            $($(#[$doc])* $name,)+
        }

        impl Kernel {
            /// Every part.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Runs one case.
            pub fn run(self, source: &mut Source, transcript: &mut Transcript) {
                match self {
                    $(Self::$name => $run(source, transcript),)+
                }
            }
        }
    };
}

kernels! {
    /// The compiler's own unsigned 128-bit integers.
    Unsigned128 => integers::unsigned,
    /// The compiler's own signed 128-bit integers.
    Signed128 => integers::signed,
    /// Calls with more arguments than registers, and wide results.
    Calls => integers::calls,
    /// Products and quotients of 64-bit numbers.
    Products => mathematics::products,
    /// Products and quotients of 128-bit numbers.
    WideProducts => mathematics::wide_products,
    /// Square roots.
    Roots => mathematics::roots,
    /// Logarithms and decimal scales.
    Logarithms => mathematics::logarithms,
    /// Exponentials and decays.
    Exponentials => mathematics::exponentials,
    /// Screening of a publication and the jump guard.
    Publications => prices::publications,
    /// Bands of a price.
    Bands => prices::bands,
    /// The stable price and its hourly averages.
    StablePrices => prices::stable_prices,
    /// Observation and fold of one factor's volatility.
    Volatilities => volatilities::fold,
    /// Fold of all covariances, and correlations.
    Covariances => volatilities::covariances,
    /// Margin goal, path and initial margin.
    Thresholds => thresholds::margins,
    /// Weights that walk.
    Ramps => thresholds::ramps,
    /// Health of an account, leg by leg.
    Healths => accounts::healths,
    /// Liquidation price, distance and probability.
    Metrics => accounts::metrics,
    /// The plan of a liquidation.
    Liquidations => liquidations::plans,
    /// Throughput buckets and the bonus.
    Throughputs => liquidations::throughputs,
    /// Interest.
    Accruals => reserves::accruals,
    /// Credits and debits of a position.
    Positions => reserves::positions,
    /// The waterfall of a deficit.
    Bankruptcies => reserves::bankruptcies,
    /// Perp fills, their slip, worst prices and caps.
    PerpFills => perps::fills,
    /// Funding: cap, walk and update of a market's books.
    PerpFundings => perps::fundings,
    /// Perp positions: touches, also after waterfalls, trades, fees, settlements; the sweep.
    PerpPositions => perps::positions,
    /// The waterfall of a perp deficit.
    PerpBankruptcies => perps::bankruptcies,
    /// What an account can pay of a loss.
    PerpSettlements => perps::settlements,
    /// Health of an account with perps.
    PerpHealths => perp_accounts::healths,
    /// The plan of a perp liquidation.
    PerpLiquidations => perp_accounts::plans,
    /// The pool's equity, exposures and shares.
    Pools => perp_accounts::pools,
    /// What the pool's exposures require.
    PoolRequirements => perp_accounts::requirements,
    /// Impact of size: its terms, walk, multiples and margins.
    Impacts => liquidity::impacts,
    /// The tide and numbers that walk by it.
    Announcements => liquidity::announcements,
    /// Liquidity profiles and measured volume.
    Profiles => liquidity::profiles,
    /// Crowding, and funding that is ahead.
    Crowds => liquidity::crowds,
    /// Implied volatility.
    ImpliedVolatilities => liquidity::implieds,
    /// All correlations of a portfolio model.
    PortfolioCorrelations => portfolio::correlations,
    /// A portfolio's requirement and the loss of each row.
    PortfolioRequirements => portfolio::requirements,
    /// Maintenance, liquidation-end and initial health of a portfolio.
    PortfolioHealths => portfolio::healths,
}
