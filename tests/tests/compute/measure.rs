//! What each row measures.

use plimsoll_client::plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll_client::{Instruction, Pubkey, instructions};
use plimsoll_tests::{Asset, Trader, World, assets};
use serde::{Deserialize, Serialize};
use solana_message::Message;

/// One figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) instruction: String,
    pub(crate) case: String,
    /// Compute units, or whatever the case counts.
    pub(crate) cu: u64,
}

impl Row {
    pub(crate) fn new(instruction: &str, case: &str, cu: u64) -> Self {
        Self { instruction: instruction.into(), case: case.into(), cu }
    }

    pub(crate) fn is(&self, instruction: &str, case: &str) -> bool {
        self.instruction == instruction && self.case == case
    }
}

/// Sixteen assets, a lender of all, and a borrower with `positions` positions: one debt in USDC, deposits in the rest.
struct Stage {
    world: World,
    borrower: Trader,
    positions: usize,
}

impl Stage {
    fn new(positions: usize) -> Self {
        let mut world = World::with(&assets::sixteen());
        let lender = world.trader();
        for asset in world.assets.clone() {
            world.deposit(&lender, &asset, asset.atoms(1_000_000)).expect("a deposit");
        }
        let borrower = world.trader();
        let held: Vec<Asset> = world.assets[1..positions.max(2)].to_vec();
        for asset in held {
            world.deposit(&borrower, &asset, asset.atoms(10)).expect("a deposit");
        }
        if positions > 1 {
            let usdc = world.assets[0];
            world.borrow(&borrower, &usdc, usdc.atoms(500)).expect("a loan");
        }
        // one second later, so that each figure contains an accrual of the reserve that it touches
        world.advance_refreshed(1);
        Self { world, borrower, positions }
    }

    fn usdc(&self) -> Asset {
        self.world.assets[0]
    }

    fn collateral(&self) -> Asset {
        self.world.assets[1]
    }

    /// Compute units of one instruction, paid and signed by the borrower alone, as a wallet would send it.
    fn cost(&mut self, build: impl FnOnce(&mut World, &Trader) -> Instruction) -> (u64, Instruction) {
        let instruction = build(&mut self.world, &self.borrower);
        let cu = self.world.must(std::slice::from_ref(&instruction), &[&self.borrower.keypair]);
        (cu, instruction)
    }

    fn deposit(mut self) -> Row {
        let asset = self.collateral();
        let (cu, _) = self.cost(|world, borrower| {
            let source = world.create_token_account(&asset, &borrower.key(), asset.atoms(1));
            instructions::deposit(&asset.keys(), borrower.account, borrower.key(), source, asset.atoms(1))
        });
        Row::new("deposit", &format!("{} positions", self.positions), cu)
    }

    fn repay(mut self) -> Row {
        let asset = self.usdc();
        let (cu, _) = self.cost(|world, borrower| {
            let source = world.create_token_account(&asset, &borrower.key(), asset.atoms(1));
            instructions::repay(&asset.keys(), borrower.account, borrower.key(), source, asset.atoms(1))
        });
        Row::new("repay", &format!("{} positions", self.positions), cu)
    }

    fn borrow(mut self) -> Row {
        let asset = self.usdc();
        let (cu, _) = self.cost(|world, borrower| {
            let destination = world.create_token_account(&asset, &borrower.key(), 0);
            instructions::borrow(&asset.keys(), borrower.account, borrower.key(), destination, asset.atoms(1))
        });
        Row::new("borrow", &format!("{} positions", self.positions), cu)
    }

    fn withdraw(&mut self) -> (u64, Instruction) {
        let asset = self.collateral();
        self.cost(|world, borrower| {
            let destination = world.create_token_account(&asset, &borrower.key(), 0);
            instructions::withdraw(&asset.keys(), borrower.account, borrower.key(), destination, asset.atoms(1))
        })
    }

    fn liquidate(mut self) -> Row {
        let liquidator = self.world.trader();
        let extra: Vec<Asset> = self.world.assets[8..16].to_vec();
        for asset in extra {
            self.world.deposit(&liquidator, &asset, asset.atoms(1_000)).expect("a deposit");
        }
        let request = make_unhealthy(&mut self);
        let liquidate = instructions::liquidate(
            self.world.book,
            self.borrower.account,
            liquidator.account,
            liquidator.key(),
            request,
        );
        let cu = self.world.must(&[liquidate], &[&liquidator.keypair]);
        Row::new("liquidate", &format!("{} positions", self.positions), cu)
    }
}

/// Borrows up to the limit, then halves every collateral's price, a few per cent at a time so that no step waits for confirmation.
fn make_unhealthy(stage: &mut Stage) -> LiquidationRequest {
    let usdc = stage.usdc();
    let mut amount = usdc.atoms(20_000_000);
    while amount > usdc.atoms(1) {
        if stage.world.borrow(&stage.borrower, &usdc, amount).is_err() {
            amount /= 2;
        }
    }
    for _ in 0..12 {
        stage.world.advance(30);
        for asset in stage.world.assets.clone() {
            let price = stage.world.published_price(&asset);
            let falls = (1..8).contains(&asset.index);
            stage.world.publish(&asset, if falls { price * 96 / 100 } else { price });
        }
        stage.world.refresh_prices();
    }
    LiquidationRequest { collateral_reserve: 2, debt_reserve: 0, max_repay_atoms: u64::MAX }
}

fn refresh_prices(oracles: usize) -> u64 {
    let mut world = World::with(&assets::sixteen());
    world.advance(60);
    let refreshed: Vec<Asset> = world.assets[..oracles].to_vec();
    for asset in &refreshed {
        let price = world.published_price(asset);
        world.publish(asset, price + price / 1_000);
    }
    let oracles: Vec<Pubkey> = refreshed.iter().map(|asset| asset.oracle).collect();
    let refresh = instructions::refresh_prices(world.book, &oracles);
    world.must(&[refresh], &[])
}

/// One grid step with sixteen fresh samples; none of them flat, so that every product is taken.
fn refresh_risk() -> u64 {
    let mut world = World::with(&assets::sixteen());
    let mut cu = 0;
    for round in 1..=3 {
        world.advance(300);
        for (asset, sign) in world.assets.clone().iter().zip([1, -1].into_iter().cycle()) {
            let price = world.published_price(asset);
            world.publish(asset, price + sign * price / (500 + 10 * i64::from(asset.index) + round));
        }
        world.refresh_prices();
        cu = world.must(&[instructions::refresh_risk(world.book, &[])], &[]);
    }
    cu
}

fn accrue() -> u64 {
    let mut stage = Stage::new(8);
    stage.world.advance(60);
    let accrue = instructions::accrue(stage.world.book);
    stage.world.must(&[accrue], &[])
}

/// Every price moves, and the next step is folded.
pub(crate) fn fold_moved(world: &mut World, round: i64) {
    world.advance(300 - world.now() % 300);
    for (asset, sign) in world.assets.clone().iter().zip([1, -1].into_iter().cycle()) {
        let price = world.published_price(asset);
        let sign = if round % 2 == 0 { sign } else { -sign };
        world.publish(asset, price + sign * price / (300 + 10 * i64::from(asset.index) + round));
    }
    world.refresh_prices();
    world.must(&[instructions::refresh_risk(world.book, &[])], &[]);
}

/// A healthy account under flat paths.
pub(crate) fn call_margin() -> u64 {
    let mut stage = Stage::new(8);
    let call = instructions::call_margin(stage.world.book, stage.borrower.account);
    stage.world.must(&[call], &[])
}

fn bytes_and_accounts(instruction: &Instruction, payer: &Pubkey) -> (u64, u64) {
    let message = Message::new(std::slice::from_ref(instruction), Some(payer));
    // a signature and their count before the message
    let bytes = 1 + 64 + message.serialize().len();
    (bytes as u64, message.account_keys.len() as u64)
}

/// Every row.
pub(crate) fn all() -> Vec<Row> {
    let (withdraw_8, _) = Stage::new(8).withdraw();
    let (withdraw_16, instruction) = Stage::new(16).withdraw();
    let (withdraw_1, _) = Stage::new(1).withdraw();
    let owner = instruction.accounts[2].pubkey;
    let (bytes, accounts) = bytes_and_accounts(&instruction, &owner);
    let (one_oracle, all_oracles) = (refresh_prices(1), refresh_prices(16));
    vec![
        Stage::new(8).deposit(),
        Stage::new(8).repay(),
        Row::new("withdraw", "1 position", withdraw_1),
        Row::new("withdraw", "8 positions", withdraw_8),
        Row::new("withdraw", "16 positions", withdraw_16),
        Row::new("withdraw", "16 positions bytes", bytes),
        Row::new("withdraw", "16 positions accounts", accounts),
        Stage::new(8).borrow(),
        Row::new("margin_check", "per position", (withdraw_16 - withdraw_1) / 15),
        Stage::new(8).liquidate(),
        Row::new("refresh_prices", "1 oracle", one_oracle),
        Row::new("refresh_prices", "16 oracles", all_oracles),
        Row::new("refresh_prices", "per oracle", (all_oracles - one_oracle).div_ceil(15)),
        Row::new("refresh_risk", "16 factors", refresh_risk()),
        Row::new("accrue", "16 reserves", accrue()),
    ]
}
