//! How a refusal of the core becomes one of the program, with its number and words.

use anchor_lang::prelude::*;
use plimsoll_risk::RiskError;

use super::PlimsollError;

impl From<RiskError> for PlimsollError {
    fn from(error: RiskError) -> Self {
        macro_rules! one_to_one {
            ($($name:ident)+) => { match error { $(RiskError::$name => Self::$name),+ } };
        }
        one_to_one!(
            Overflow DivisionByZero PriceNotPositive PriceExponent PriceTooSmall PriceTooLarge PriceStale PriceFromFuture
            PriceNotNewer PriceUncertain SampleNotFirst StepAlreadyFolded StepIncomplete ParameterOutOfBounds AmountZero
            NotLiquidatable NothingToRepay NothingToSeize ThroughputExhausted HealthNotImproved LegTooLarge NotBankrupt
            StalePriceLeg LiquidationSpiral SameReserve ReserveClosed InitialHealthNegative OrderTooEarly PublicationNotFirst OrderLapsed ConditionUnmet OrderExpired OrderBinding WorstPriceBreached BelowMinimumSize OpenInterestCap ReduceOnly PoolRequirement PoolEmpty PoolWithdrawalTooLarge NoDeficit HealthLowered PublicationJump WaterfallExhausted NothingToClose ProfileTooSoon ProfileDepthStep ProfileVolumeStep ProfileSpreadStep ProfileDeviationStep ImpliedAbsurd ScenarioOutOfRange
        )
    }
}

/// Carries a refusal of the core to Anchor.
pub trait OrRefuse<T> {
    /// The value, or the program's error with the core's number.
    fn or_refuse(self) -> Result<T>;
}

impl<T> OrRefuse<T> for plimsoll_risk::Result<T> {
    #[inline(always)]
    fn or_refuse(self) -> Result<T> {
        match self {
            Ok(value) => Ok(value),
            Err(error) => refuse(error),
        }
    }
}

/// Out of line: formatting an error costs nothing where none occurs.
#[cold]
#[inline(never)]
fn refuse<T>(error: RiskError) -> Result<T> {
    Err(PlimsollError::from(error).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cores_errors_keep_their_numbers_and_words() {
        for &error in RiskError::ALL {
            let ours = PlimsollError::from(error);
            assert_eq!(ours as u32, u32::from(error.code()), "{error:?}");
            assert_eq!(ours.to_string(), error.message(), "{error:?}");
        }
    }
}
