//! Situations that several instructions are tried in.

use litesvm::LiteSVM;
use plimsoll_client::plimsoll::instructions::governance::create_group::GroupRoles;
use plimsoll_client::plimsoll::state::{BOOK_BYTES, Book, MarginAccount, Reserve};
use plimsoll_client::{Pubkey, accounts, addresses, instructions, plimsoll};
use plimsoll_tests::{Asset, Keypair, Signer, Trader, World, assets};

/// A margin mode that no program knows.
pub(crate) const UNKNOWN_MODE: u8 = 3;

/// A world with lenders of USDC and SOL, and Bob with a deposit of 100 SOL.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) usdc: Asset,
    pub(crate) sol: Asset,
    pub(crate) btc: Asset,
    /// Deposited 100,000 USDC.
    pub(crate) lender: Trader,
    /// Deposited 100 SOL, worth 20,000 USDC.
    pub(crate) bob: Trader,
}

impl Stage {
    /// Nobody owes anything.
    pub(crate) fn new() -> Self {
        let mut world = World::with_majors();
        let [usdc, sol, btc, _] = world.assets[..] else { panic!("four majors") };
        let lender = world.depositor(&usdc, usdc.atoms(100_000));
        let bob = world.depositor(&sol, sol.atoms(100));
        Self { world, usdc, sol, btc, lender, bob }
    }

    /// Bob owes 10,000 USDC.
    pub(crate) fn with_debt() -> Self {
        let mut stage = Self::new();
        let amount_atoms = stage.usdc.atoms(10_000);
        stage.world.borrow(&stage.bob, &stage.usdc, amount_atoms).expect("a borrow");
        stage
    }
}

/// A group on the same chain with a Book of its own.
pub(crate) struct Elsewhere {
    pub(crate) group: Pubkey,
    pub(crate) book: Pubkey,
}

/// Creates another group of the same admin.
pub(crate) fn elsewhere(world: &mut World) -> Elsewhere {
    let (admin, quote_mint) = (world.admin.pubkey(), world.assets[0].mint);
    let (group, book) = (addresses::group(&admin, 1), Pubkey::new_unique());
    let create_group = instructions::create_group(admin, 1, quote_mint, roles(admin));
    world.set_account(book, vec![0; BOOK_BYTES], plimsoll::ID);
    let create_book = instructions::create_book(group, admin, book, quote_mint, assets::book_params());
    world.must(&[create_group], &[]);
    world.must(&[create_book], &[]);
    Elsewhere { group, book }
}

/// One key in every role.
pub(crate) fn roles(admin: Pubkey) -> GroupRoles {
    GroupRoles { admin, steward: admin, guardian: admin, timelock_seconds: 0 }
}

/// An owner's margin account in another group.
pub(crate) fn account_elsewhere(world: &mut World, owner: &Keypair, group: Pubkey) -> Pubkey {
    world.must(&[instructions::open_margin_account(group, owner.pubkey(), 0)], &[owner]);
    addresses::margin_account(&group, &owner.pubkey(), 0)
}

/// Somebody without a margin account.
pub(crate) fn stranger(svm: &mut LiteSVM) -> Keypair {
    let keypair = Keypair::new();
    svm.airdrop(&keypair.pubkey(), 10_000_000_000).expect("airdrop");
    keypair
}

/// Brings an asset's price into force, through the jump guard where it stops it; every other price is published anew.
pub(crate) fn move_price(world: &mut World, asset: &Asset, price_e8: i64) {
    for _ in 0..2 {
        world.advance(3);
        for other in world.assets.clone() {
            let price = if other.index == asset.index { price_e8 } else { world.published_price(&other) };
            world.publish(&other, price);
        }
        world.refresh_prices();
    }
}

/// Leaves a jump of SOL unconfirmed.
pub(crate) fn leave_pending(world: &mut World, sol: &Asset) {
    world.advance(3);
    world.publish(sol, 150 * 100_000_000);
    world.must(&[instructions::refresh_prices(world.book, &[sol.oracle])], &[]);
}

/// Writes a Book as no instruction would.
pub(crate) fn edit_book(world: &mut World, edit: impl FnOnce(&mut Book)) {
    let mut data = world.svm.get_account(&world.book).expect("a Book").data;
    let mut book = accounts::book(&data).expect("a Book");
    edit(&mut book);
    data[8..BOOK_BYTES].copy_from_slice(bytemuck::bytes_of(&*book));
    world.set_account(world.book, data, plimsoll::ID);
}

/// Writes a reserve as no instruction would.
pub(crate) fn edit_reserve(world: &mut World, asset: &Asset, edit: impl FnOnce(&mut Reserve)) {
    edit_book(world, |book| edit(&mut book.reserves[usize::from(asset.index)]));
}

/// Writes a margin account as no instruction would.
pub(crate) fn edit_account(world: &mut World, address: Pubkey, edit: impl FnOnce(&mut MarginAccount)) {
    let mut data = world.svm.get_account(&address).expect("a margin account").data;
    let mut account = accounts::margin_account(&data).expect("a margin account");
    edit(&mut account);
    data[8..].copy_from_slice(bytemuck::bytes_of(&*account));
    world.set_account(address, data, plimsoll::ID);
}

/// A reserve as it stands.
pub(crate) fn reserve_of(world: &World, asset: &Asset) -> Reserve {
    world.book_state().reserves[usize::from(asset.index)]
}

/// A trader's shares in a reserve: of the deposits, of the debts.
pub(crate) fn shares_of(world: &World, account: &Pubkey, asset: &Asset) -> (u64, u64) {
    let balance = world.margin_state(account).balances[usize::from(asset.index)];
    (balance.deposit_shares, balance.debt_shares)
}
