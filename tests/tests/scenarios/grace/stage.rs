//! Six accounts, each but some dollars above what is announced, and what was announced to them.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll_client::plimsoll::instructions::keeper::liquidate_perp::PerpLiquidationRequest;
use plimsoll_client::plimsoll::state::{Book, MarginAccount};
use plimsoll_client::{Instruction, health, instructions};
use plimsoll_tests::outcome::{Outcome, refusal};
use plimsoll_tests::{Trader, World};

use super::accounts::{Exchange, Promised, open_accounts};
use super::setters::{self, change_factor};
use crate::perp_story::{SOL, SOL_PERP, USDC};
use crate::story::{self, STEP_SECONDS};

/// Steps of the announced hour.
pub(crate) const GRACE_STEPS: usize = 12;
/// What every account has left at its lowest announced point, in quote atoms: less than one step's walk takes.
const LEFT_ATOMS: i128 = 2_000_000;

/// The accounts, a keeper who would take them, and the Book of the promise.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) promised: Vec<Promised>,
    pub(crate) keeper: Trader,
    announced: Box<Book>,
}

impl Stage {
    /// Everybody at his initial margin, which stands 1 % above maintenance; then an hour in which SOL's line is announced to rise; then
    /// everybody adds what the announced hour asks of him, and two dollars.
    pub(crate) fn new() -> Self {
        let (mut world, _provider) = World::with_perps();
        for factor in 0..4 {
            change_factor(&mut world, factor, |params| params.initial_gap_ppm = 10_000);
        }
        let keeper = world.depositor(&world.assets[0].clone(), 1_000_000 * USDC);
        world.deposit(&keeper, &world.assets[1].clone(), 10_000 * SOL.unsigned_abs()).expect("SOL to lend");
        let promised = open_accounts(&mut world);
        change_factor(&mut world, 1, |params| params.tail_multiplier_ppm *= 2);
        let mut stage = Self { announced: world.book_state(), world, promised, keeper };
        for _ in 0..2 * GRACE_STEPS {
            stage.next_step();
            stage.fold();
        }
        stage.promise();
        stage
    }

    /// Everybody adds what he lacks; from here on the hour counts.
    fn promise(&mut self) {
        let usdc = self.world.assets[0];
        for Promised { name, trader, exchange } in &self.promised {
            let lowest = self.lowest(trader);
            assert!(lowest < LEFT_ATOMS, "{name} is not near his line: {lowest}");
            let lacks = u64::try_from(LEFT_ATOMS - lowest).expect("an amount");
            // 1 USDC of debt weighs 1.0525 and one of deposits 0.95: a margin of 5 %
            match exchange {
                Exchange::Loan { debt_reserve: 0, .. } => {
                    self.world.repay(trader, &usdc, lacks * 10_000 / 10_525).expect("a repayment");
                }
                _ => {
                    self.world.deposit(trader, &usdc, lacks * 100 / 95).expect("a deposit");
                }
            }
            let left = self.lowest(trader);
            assert!((0..2 * LEFT_ATOMS).contains(&left), "{name} has {left} left");
        }
        self.announced = self.world.book_state();
    }

    /// The next grid step begins, this very second.
    pub(crate) fn begin_step(&mut self) {
        self.world.advance(STEP_SECONDS - self.world.now() % STEP_SECONDS);
    }

    /// The next grid step begins, and every price is published as it was.
    pub(crate) fn next_step(&mut self) {
        setters::next_step(&mut self.world);
    }

    /// Every price is published as it was, and refreshed.
    pub(crate) fn publish_unchanged(&mut self) {
        setters::publish_unchanged(&mut self.world);
    }

    /// Folds the step, brings interest and funding up to date.
    pub(crate) fn fold(&mut self) {
        let book = self.world.book;
        self.world.must(&[instructions::refresh_risk(book, &[])], &[]);
        self.bring_up();
    }

    /// Brings interest and funding up to date.
    pub(crate) fn bring_up(&mut self) {
        setters::bring_up(&mut self.world);
    }

    /// Sends what the admin signs and must be taken.
    pub(crate) fn govern(&mut self, instruction: Instruction) {
        self.world.must(&[instruction], &[]);
    }

    /// Asserts that the lines are those announced and that nobody can be liquidated: in part, whole, by a keeper or the pool. A liquidation
    /// bucket that no account has a share of is refused before health is asked for.
    #[track_caller]
    pub(crate) fn assert_kept(&mut self, what: &str) {
        self.assert_lines(what);
        for index in 0..self.promised.len() {
            for outcome in self.liquidate(index) {
                let name = self.promised[index].name;
                assert!(outcome.is_err(), "{what}: {name} was liquidated");
                let expected = [PlimsollError::NotLiquidatable, PlimsollError::ParameterOutOfBounds].map(u32::from);
                assert!(expected.contains(&refusal(&outcome)), "{what}: {name}: {outcome:?}");
            }
            let health = self.health(index);
            assert!(health >= 0, "{what}: {} has {health}", self.promised[index].name);
        }
    }

    /// Asserts that every margin and weight is the announced one.
    #[track_caller]
    pub(crate) fn assert_lines(&self, what: &str) {
        let now_seconds = self.world.now().unsigned_abs();
        assert_eq!(lines(&self.world.book_state(), now_seconds), lines(&self.announced, now_seconds), "{what}");
    }

    /// Which of the accounts is called so.
    pub(crate) fn index_of(&self, name: &str) -> usize {
        self.promised.iter().position(|promised| promised.name == name).expect("a name of the stage")
    }

    fn lowest(&self, trader: &Trader) -> i128 {
        let account = self.world.margin_state(&trader.account);
        lowest_announced(&self.world.book_state(), &account, self.world.now().unsigned_abs())
    }

    /// Maintenance health of one of the accounts, as a liquidation sees it.
    pub(crate) fn health(&self, index: usize) -> i128 {
        story::liquidation_health(&self.world, &self.promised[index].trader)
    }

    /// Tries every way to liquidate one of the accounts.
    pub(crate) fn liquidate(&mut self, index: usize) -> Vec<Outcome> {
        let list = self.liquidations(index);
        list.into_iter().map(|one| self.world.send(&[one], &[&self.keeper.keypair])).collect()
    }

    /// Every way to liquidate one of the accounts: whole and in part, or by the keeper and against the pool.
    pub(crate) fn liquidations(&self, index: usize) -> Vec<Instruction> {
        let Promised { trader, exchange, .. } = &self.promised[index];
        let (book, pair, key) = (self.world.book, (trader.account, self.keeper.account), self.keeper.key());
        match *exchange {
            Exchange::Loan { collateral_reserve, debt_reserve } => [u64::MAX, 1_000_000]
                .map(|max_repay_atoms| LiquidationRequest { collateral_reserve, debt_reserve, max_repay_atoms })
                .map(|request| instructions::liquidate(book, pair.0, pair.1, key, request))
                .to_vec(),
            Exchange::Perp => [false, true]
                .map(|against_pool| PerpLiquidationRequest { market: SOL_PERP, max_base_atoms: u64::MAX, against_pool })
                .map(|request| instructions::liquidate_perp(book, pair.0, pair.1, key, request))
                .to_vec(),
        }
    }
}

/// Maintenance margin of each factor, collateral weight of each reserve and size margin of each market at a moment, as a Book has them.
pub(crate) fn lines(book: &Book, now_seconds: u64) -> Vec<(&'static str, usize, u64)> {
    let step = book.step_at(now_seconds);
    let factors = book.factors.iter().enumerate().filter(|(_, factor)| factor.is_listed());
    let reserves = book.reserves.iter().enumerate().filter(|(_, reserve)| reserve.is_listed());
    let markets = book.perp_markets.iter().enumerate().filter(|(_, market)| market.is_listed());
    let margins = factors.map(|(index, factor)| ("margin", index, factor.maintenance_margin(step).to_bits()));
    let weights = reserves
        .map(|(index, reserve)| (index, reserve.weight_ramp().at_down(now_seconds).expect("a weight")))
        .map(|(index, weight)| ("weight", index, weight.to_bits()));
    let sizes = markets
        .map(|(index, market)| ("size", index, market.size_margin_per_atom(now_seconds).expect("a size margin")));
    margins.chain(weights).chain(sizes).collect()
}

/// Maintenance health at the worst announced point, at the prices in force.
pub(crate) fn lowest_announced(book: &Book, account: &MarginAccount, now_seconds: u64) -> i128 {
    let mut fresh = Box::new(*book);
    let moments = (0..=GRACE_STEPS as u64).map(|step| now_seconds + step * STEP_SECONDS.unsigned_abs());
    let lowest = moments.map(|moment| {
        for factor in &mut fresh.factors {
            factor.price.publish_time_seconds = moment;
        }
        health::liquidation(&fresh, account, moment).expect("a health").maintenance.0
    });
    lowest.min().expect("a moment")
}
