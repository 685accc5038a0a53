//! Margin modes of a test world: models in force, hedged accounts, and their health in both modes.

use plimsoll_client::plimsoll::margin::AccountHealth;
use plimsoll_client::plimsoll::state::Scenario;
use plimsoll_client::plimsoll::state::margin_account::MODE_PORTFOLIO;
use plimsoll_client::{Instruction, Pubkey, health, instructions};
use plimsoll_risk::health::CrossHealth;
use solana_signer::Signer;

use crate::assets::Asset;
use crate::outcome::Outcome;
use crate::traders::Trader;
use crate::world::World;

/// One margin, as shocks and bases count it.
pub const ONE_MARGIN: i16 = 1 << 12;

/// Asks for the most compute units that a transaction may use.
#[must_use]
pub fn most_compute_units() -> Instruction {
    const SET_LIMIT: u8 = 2;
    let program_id = Pubkey::from_str_const("ComputeBudget111111111111111111111111111111");
    let mut data = vec![SET_LIMIT];
    data.extend(1_400_000u32.to_le_bytes());
    Instruction { program_id, accounts: Vec::new(), data }
}

/// Everything but the quote down or up by 1.5 margins, and SOL a margin against the rest; a fifth of a margin of basis in each row.
#[must_use]
pub fn grid() -> Vec<Scenario> {
    const BASIS: i16 = ONE_MARGIN / 5;
    let row = |sol: i16, rest: i16| {
        let shocks = std::array::from_fn(|factor| match factor {
            0 => 0,
            1 => sol,
            _ => rest,
        });
        Scenario { shocks, basis: BASIS }
    };
    let wide = ONE_MARGIN * 3 / 2;
    vec![row(-wide, -wide), row(wide, wide), row(ONE_MARGIN, -ONE_MARGIN), row(-ONE_MARGIN, ONE_MARGIN)]
}

impl World {
    /// Writes the newest grid, in as many instructions as it needs.
    ///
    /// # Panics
    /// Where a row is refused.
    pub fn set_grid(&mut self, rows: &[Scenario]) {
        let count = u8::try_from(rows.len()).expect("at most 32 rows");
        for (first, part) in (0u8..).step_by(16).zip(rows.chunks(16)) {
            let admin = self.admin.pubkey();
            let set = instructions::set_scenarios(self.group, admin, self.book, (first, count), part.to_vec());
            self.must(&[set], &[]);
        }
    }

    /// Sets the grid and lets two tides pass, so that portfolio mode may be entered with it.
    ///
    /// # Panics
    /// Where a fold is refused.
    pub fn open_portfolio_mode(&mut self, rows: &[Scenario]) {
        self.set_grid(rows);
        self.fold().expect("a fold");
        self.turn_tide();
        self.turn_tide();
        self.bring_up();
    }

    /// Prices unchanged and fresh, interest and every market's funding booked: so that margins can be checked.
    pub fn bring_up(&mut self) {
        self.advance_refreshed(1);
        self.must(&[instructions::accrue(self.book)], &[]);
        for (index, market) in (0u8..).zip(self.book_state().perp_markets) {
            if market.is_listed() {
                self.must(&[instructions::update_funding(self.book, index)], &[]);
            }
        }
    }

    /// Changes a trader's margin mode.
    pub fn set_mode(&mut self, trader: &Trader, mode: u8) -> Outcome {
        let set = instructions::set_margin_mode(self.book, trader.account, trader.key(), mode);
        self.send(&[set], &[&trader.keypair])
    }

    /// Enters portfolio mode.
    ///
    /// # Panics
    /// Where it is refused.
    #[track_caller]
    pub fn enter_portfolio_mode(&mut self, trader: &Trader) {
        self.set_mode(trader, MODE_PORTFOLIO).expect("portfolio mode");
    }

    /// Calls a trader's account, with as many compute units as a transaction may use.
    pub fn call(&mut self, trader: &Trader) -> Outcome {
        self.send(&[most_compute_units(), instructions::call_margin(self.book, trader.account)], &[])
    }

    /// Health in cross.
    ///
    /// # Panics
    /// Where the program would refuse to evaluate it.
    #[must_use]
    #[track_caller]
    pub fn cross_health(&self, trader: &Trader) -> CrossHealth {
        let (book, account) = (self.book_state(), self.margin_state(&trader.account));
        health::cross(&book, &account, self.now().unsigned_abs()).expect("cross health")
    }

    /// Health in a mode, whatever the account's own is.
    ///
    /// # Panics
    /// Where the program would refuse to evaluate it.
    #[must_use]
    #[track_caller]
    pub fn health_in(&self, trader: &Trader, mode: u8) -> AccountHealth {
        let (book, mut account) = (self.book_state(), self.margin_state(&trader.account));
        account.mode = mode;
        health::of(&book, &account, self.now().unsigned_abs()).expect("health")
    }

    /// Atoms of an asset worth this many dollars at its published price.
    ///
    /// # Panics
    /// Where they do not fit.
    #[must_use]
    pub fn worth(&self, asset: &Asset, dollars: u64) -> u64 {
        let price = u128::from(self.published_price(asset).unsigned_abs());
        let atoms = u128::from(dollars) * 100_000_000 * u128::from(asset.atoms(1)) / price;
        u64::try_from(atoms).expect("an amount of 64 bits")
    }
}
