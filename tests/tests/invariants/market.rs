//! A market under random instructions: the world, its people, its feeds, and the laws after each step.

use std::collections::BTreeSet;

use plimsoll_client::plimsoll::state::{PerpMarketParams, PoolParams};
use plimsoll_client::{Pubkey, addresses, instructions};
use plimsoll_tests::risk::{ImpliedFeed, most_compute_units};
use plimsoll_tests::{Keypair, Signer, World, perps};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::action::{Action, Kind};
use crate::choose;
use crate::feeds::Feed;
use crate::laws::paths::Announcements;
use crate::laws::perp_books::OpenInterest;
use crate::laws::{self, Change, Verdict, fills, prices};
use crate::liquidity;
use crate::snapshot::Snapshot;
use crate::tally::Tally;

/// People of a market.
pub(crate) const PEOPLE: usize = 7;
/// What each person starts with of each asset, in whole tokens.
const WALLET_TOKENS: [u64; 4] = [20_000_000, 100_000, 200, 5_000];
/// How many times that the rich start with.
const RICHES: u64 = 5;
/// People who begin by depositing half of everything: lenders and liquidators.
pub(crate) const RICH: usize = 2;
/// Steps between two rounds of promises.
const PROMISE_STEPS: usize = 50;

/// Perp markets: on every asset but the quote token.
pub(crate) const MARKETS: u8 = 3;

/// How long initial margin remembers half of a leap.
const JUMP_HALF_LIFE_SECONDS: u32 = 3_600;

/// A pool that soon pays no more for others, so that winners do, and markets that the people's money can fill.
fn list_perps(world: &mut World) {
    let params = PoolParams {
        deposit_delay_seconds: 5,
        withdraw_delay_seconds: 20,
        loss_share_ppm_per_day: 100,
        ..perps::pool_params()
    };
    let (group, admin, book) = (world.group, world.admin.pubkey(), world.book);
    world.must(&[instructions::set_pool_params(group, admin, book, 0, params)], &[]);
    for asset in world.assets.clone().iter().skip(1) {
        let whole = asset.atoms(1);
        let params = PerpMarketParams {
            max_open_interest_base_atoms: 100_000 * whole,
            skew_scale_base_atoms: 400_000 * whole,
            insurance_share_ppm: 10_000,
            ..perps::perp_params(asset.decimals)
        };
        world.list_perp(asset, params);
        // leverage is soon back after a leap, so that the next one finds somebody
        let mut factor = world.book_state().factors[usize::from(asset.index)].params;
        factor.half_life_jump_seconds = JUMP_HALF_LIFE_SECONDS;
        world.must(&[instructions::set_factor_params(group, admin, book, asset.index, factor)], &[]);
    }
}

/// A world with people who act at random.
pub(crate) struct Market {
    /// The world.
    pub(crate) world: World,
    /// All randomness.
    pub(crate) rng: ChaCha8Rng,
    /// Oracles, by asset.
    pub(crate) feeds: Vec<Feed>,
    /// Feeds of implied volatility, by asset; whether a factor follows its own is for the admin to say.
    pub(crate) implied: Vec<ImpliedFeed>,
    /// Keys of the people.
    pub(crate) people: Vec<Keypair>,
    /// Their margin accounts, two each: person n has 2n and 2n + 1.
    pub(crate) accounts: Vec<Pubkey>,
    /// Their token accounts: `wallets[person][asset]`.
    pub(crate) wallets: Vec<Vec<Pubkey>>,
    /// What happened so far.
    pub(crate) tally: Tally,
    /// What waterfalls may have left of each side's open interest.
    open_interest: OpenInterest,
    /// Announced thresholds.
    pub(crate) announcements: Announcements,
    /// Instructions that are to follow: the ends of short stories.
    pub(crate) queue: Vec<choose::Intention>,
    /// Orders, by account and number, whose execution was refused.
    pub(crate) refused: BTreeSet<(usize, u64)>,
    /// The state now.
    pub(crate) state: Snapshot,
}

impl Market {
    /// A market with everything listed and nobody in it yet.
    pub(crate) fn new(seed: u64) -> Self {
        let mut world = World::with_majors();
        list_perps(&mut world);
        let assets = world.assets.clone();
        let mut wallets = Vec::new();
        let mut accounts = Vec::new();
        let mut people = Vec::new();
        for person in 0..PEOPLE {
            let trader = world.trader();
            let key = trader.key();
            accounts.extend([trader.account, addresses::margin_account(&world.group, &key, 1)]);
            let times = if person < RICH { RICHES } else { 1 };
            let funded = assets.iter().zip(WALLET_TOKENS);
            wallets.push(
                funded
                    .map(|(asset, tokens)| world.create_token_account(asset, &key, asset.atoms(tokens * times)))
                    .collect(),
            );
            people.push(trader.keypair);
        }
        let feeds = assets.iter().map(|asset| Feed::of(&world, *asset)).collect();
        let implied = assets.iter().map(|asset| liquidity::implied_feed(asset.index)).collect();
        let state = Snapshot::take(&world, &accounts, &wallets);
        Self {
            world,
            rng: ChaCha8Rng::seed_from_u64(seed),
            feeds,
            implied,
            people,
            accounts,
            wallets,
            tally: Tally::default(),
            open_interest: OpenInterest::default(),
            announcements: Announcements::default(),
            queue: choose::opening(),
            refused: BTreeSet::new(),
            state,
        }
    }

    /// Moves time and prices a little, sends one instruction, and checks every law.
    pub(crate) fn step(&mut self, number: usize) -> Verdict {
        choose::pass_time(self);
        self.observe();
        self.announcements.check(&self.state)?;
        if number.is_multiple_of(PROMISE_STEPS) {
            self.announcements.promise(&self.state)?;
        }
        let action = choose::action(self);
        self.act(&action).map_err(|violation| format!("{:?}: {violation}", action.kind))
    }

    /// Sends one instruction: refused, it changed nothing; accepted, every law holds.
    pub(crate) fn act(&mut self, action: &Action) -> Verdict {
        let signers: Vec<&Keypair> = action.signer.map(|person| &self.people[person]).into_iter().collect();
        let mut list = vec![action.instruction.clone()];
        if action.kind == Kind::CallMargin {
            list.insert(0, most_compute_units());
        }
        let outcome = self.world.send(&list, &signers);
        self.tally.count(action.kind, outcome.is_ok());
        if let (Err(_), Some((_, id)), Some(account)) = (&outcome, action.order, self.named(action, 1)) {
            self.refused.insert((account, id));
        }
        let after = Snapshot::take(&self.world, &self.accounts, &self.wallets);
        let before = std::mem::replace(&mut self.state, after);
        let after = &self.state;
        if outcome.is_err() {
            return laws::ensure(before.is_same_state(after), || "a refusal changed something".to_owned());
        }
        let change = Change { before: &before, after, action, keys: &self.accounts };
        laws::check(&change)?;
        self.open_interest.check(&change)?;
        fills::at_the_first_publication(&change, &self.feeds)?;
        self.tally.note(&change);
        self.announcements.check(after)?;
        if let (Kind::CallMargin, Some(who)) = (action.kind, change.named(1)) {
            self.announcements.promise_of_call(after, who);
        }
        prices::first_publication_is_the_sample(after, &self.feeds)
    }

    fn named(&self, action: &Action, place: usize) -> Option<usize> {
        let key = action.instruction.accounts.get(place)?.pubkey;
        self.accounts.iter().position(|account| *account == key)
    }

    /// Takes the state anew: the clock moved.
    pub(crate) fn observe(&mut self) {
        self.state.now_seconds = self.world.now().unsigned_abs();
    }

    /// The address of a person.
    pub(crate) fn key(&self, person: usize) -> Pubkey {
        self.people[person].pubkey()
    }
}
