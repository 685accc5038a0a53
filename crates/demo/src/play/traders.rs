//! Who trades perpetuals: forty traders with their habits, and the providers of the pool.

use plimsoll_client::Pubkey;

use super::cast::Party;

/// Traders of a run.
pub const TRADERS: usize = 40;
/// Index in [`crate::scenario::ASSETS`] of what each perp market trades, in the Book's order of markets.
pub const MARKETS: [usize; 3] = [SOL, BTC, ETH];

const USDC: usize = 0;
const SOL: usize = 1;
const BTC: usize = 2;
const ETH: usize = 3;

/// The step at which the first trader opens a position: the pool is filled by then.
const FIRST_ENTRY_STEP: u64 = 3;
/// Over how many steps the entries are spread.
const ENTRY_STEPS: u64 = 12;

/// How large a position is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// A part, in parts per million, of the largest position that initial margin admits.
    Leverage(u32),
    /// As many base atoms as the account holds: what the deposit gains the position loses.
    Hedge,
}

/// A way of trading, and how many trade so.
#[derive(Clone, Copy)]
struct Habit {
    asset: usize,
    is_short: bool,
    /// Lowest leverage, parts per million; 0: a hedge.
    from_ppm: u32,
    /// Distance to the next one.
    step_ppm: u32,
    traders: u32,
    /// How far the price has to come before the order fills, parts per million; 0: at once.
    patience_ppm: u32,
    stop_loss_ppm: u32,
    take_profit_ppm: u32,
    is_isolated: bool,
}

impl Habit {
    const fn of(asset: usize, is_short: bool, (from_ppm, step_ppm): (u32, u32), traders: u32) -> Self {
        Self {
            asset,
            is_short,
            from_ppm,
            step_ppm,
            traders,
            patience_ppm: 0,
            stop_loss_ppm: 0,
            take_profit_ppm: 0,
            is_isolated: false,
        }
    }

    const fn long(asset: usize, leverages: (u32, u32), traders: u32) -> Self {
        Self::of(asset, false, leverages, traders)
    }

    const fn short(asset: usize, leverages: (u32, u32), traders: u32) -> Self {
        Self::of(asset, true, leverages, traders)
    }

    const fn hedge(asset: usize, traders: u32) -> Self {
        Self::of(asset, true, (0, 0), traders)
    }

    const fn stop(self, stop_loss_ppm: u32) -> Self {
        Self { stop_loss_ppm, ..self }
    }

    const fn take(self, take_profit_ppm: u32) -> Self {
        Self { take_profit_ppm, ..self }
    }

    const fn patient(self, patience_ppm: u32) -> Self {
        Self { patience_ppm, ..self }
    }

    const fn isolated(self) -> Self {
        Self { is_isolated: true, ..self }
    }
}

/// Longs on a grid of leverages, some of which a crash reaches; shorts that take profits; holders who hedge; buyers of dips, isolated and with
/// room for the margins of a crash.
/// Those who hedge are rich, so that the shorts outweigh the longs and the pool is long: a fall costs it money and raises what it must hold.
const HABITS: [Habit; 14] = [
    Habit::long(SOL, (600_000, 45_000), 6),
    Habit::long(SOL, (800_000, 100_000), 2).stop(50_000),
    Habit::long(SOL, (400_000, 50_000), 3).patient(60_000).isolated(),
    Habit::short(SOL, (500_000, 150_000), 3).take(120_000).stop(60_000),
    Habit::hedge(SOL, 4),
    Habit::long(BTC, (600_000, 110_000), 4),
    Habit::long(BTC, (900_000, 20_000), 2).stop(30_000).take(20_000),
    Habit::short(BTC, (500_000, 150_000), 3).take(80_000),
    Habit::hedge(BTC, 2),
    Habit::long(ETH, (600_000, 110_000), 4),
    Habit::long(ETH, (450_000, 50_000), 2).patient(50_000).isolated(),
    Habit::short(ETH, (500_000, 100_000), 2).take(100_000),
    Habit::short(ETH, (900_000, 0), 1).isolated(),
    Habit::hedge(ETH, 2),
];

/// One trader, and what is planned.
#[derive(Debug)]
pub struct Trader {
    /// Who.
    pub party: Party,
    /// Index of the perp market.
    pub market: u8,
    /// Whether the position gains as the price falls.
    pub is_short: bool,
    /// Index in [`crate::scenario::ASSETS`] of what is deposited.
    pub collateral: usize,
    /// Value of the deposit, quote atoms.
    pub deposit_quote_atoms: u64,
    /// How large the position is.
    pub size: Size,
    /// The step at which the first order is placed.
    pub entry_step: u64,
    /// How far the price has to come before that order fills, parts per million; 0: at once.
    pub patience_ppm: u32,
    /// How far against the position the price may move before it is closed, parts per million; 0: any distance.
    pub stop_loss_ppm: u32,
    /// How far with the position the price moves before it is closed, parts per million; 0: never.
    pub take_profit_ppm: u32,
    /// Whether the account holds this market and nothing else.
    pub is_isolated: bool,
}

/// The traders of a group.
#[must_use]
pub fn traders(group: &Pubkey) -> Vec<Trader> {
    let mut cast = Vec::with_capacity(TRADERS);
    for habit in &HABITS {
        for place in 0..habit.traders {
            let number = cast.len() as u64 + 1;
            cast.push(trader(group, habit, place, number));
        }
    }
    cast
}

fn trader(group: &Pubkey, habit: &Habit, place: u32, number: u64) -> Trader {
    let is_hedge = habit.from_ppm == 0;
    // between 15,000 and 65,000 dollars, spread over the numbers without a pattern; holders have more
    let dollars = (15_000 + number * 7_919 % 51 * 1_000) * if is_hedge { 10 } else { 1 };
    Trader {
        party: Party::new(format!("Trader {number:02}"), group),
        market: (0..).zip(MARKETS).find(|(_, asset)| *asset == habit.asset).map_or(0, |(market, _)| market),
        is_short: habit.is_short,
        collateral: if is_hedge { habit.asset } else { USDC },
        deposit_quote_atoms: dollars * 1_000_000,
        size: if is_hedge { Size::Hedge } else { Size::Leverage(habit.from_ppm + place * habit.step_ppm) },
        entry_step: FIRST_ENTRY_STEP + number * 5 % ENTRY_STEPS,
        patience_ppm: habit.patience_ppm * (place + 1),
        stop_loss_ppm: habit.stop_loss_ppm,
        take_profit_ppm: habit.take_profit_ppm,
        is_isolated: habit.is_isolated,
    }
}

/// Somebody who lends the pool money, and when it is asked back.
#[derive(Debug)]
pub struct Provider {
    /// Who.
    pub party: Party,
    /// What is put into the pool, quote atoms.
    pub deposit_quote_atoms: u64,
    /// When all shares are offered back, parts per million of the scenario's length; 0: never.
    pub leaves_at_ppm: u32,
}

/// The providers of a group: one stays, one asks for his money when two fifths of the scenario have passed,
/// one near its end.
#[must_use]
pub fn providers(group: &Pubkey) -> [Provider; 3] {
    [("Provider 1", 800_000, 0), ("Provider 2", 300_000, 398_000), ("Provider 3", 100_000, 850_000)].map(
        |(name, dollars, leaves_at_ppm)| Provider {
            party: Party::new(name.to_owned(), group),
            deposit_quote_atoms: dollars * 1_000_000,
            leaves_at_ppm,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_forty_traders_with_accounts_of_their_own_in_every_market() {
        let cast = traders(&Pubkey::new_from_array([7; 32]));
        assert_eq!(cast.len(), TRADERS);
        let accounts: std::collections::BTreeSet<_> = cast.iter().map(|one| one.party.margin_account).collect();
        assert_eq!(accounts.len(), TRADERS);
        for market in 0..3 {
            let side = |is_short| cast.iter().any(|one| one.market == market && one.is_short == is_short);
            assert!(side(false) && side(true), "market {market} has both sides");
        }
        assert!(cast.iter().all(|one| !matches!(one.size, Size::Leverage(ppm) if ppm >= 1_000_000)));
        assert!(cast.iter().any(|one| one.is_isolated) && cast.iter().any(|one| one.size == Size::Hedge));
    }

    #[test]
    fn an_isolated_account_holds_nothing_but_quote() {
        let cast = traders(&Pubkey::new_from_array([7; 32]));
        assert!(cast.iter().filter(|one| one.is_isolated).all(|one| one.collateral == USDC));
    }
}
