//! `borrow`: tokens go out as a debt; initial health must remain.

mod perps;

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::Borrowed;
use plimsoll_client::plimsoll::state::margin_account::{MODE_CROSS, MODE_ISOLATED};
use plimsoll_client::{Instruction, Pubkey, addresses, instructions};
use plimsoll_tests::world::{factor_listing, reserve_listing};
use plimsoll_tests::{Asset, Listing, Signer};

use crate::expect::{Refusal, emits, refuses, token};
use crate::stage::{
    Stage, UNKNOWN_MODE, account_elsewhere, edit_account, edit_reserve, elsewhere, leave_pending, reserve_of,
    shares_of, stranger,
};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, refuses_unsigned, swapped};

/// Bob's loan of USDC.
fn borrow_usdc(stage: &mut Stage, amount_atoms: u64) -> (Instruction, Pubkey) {
    let owner = stage.bob.key();
    let destination = stage.world.create_token_account(&stage.usdc, &owner, 0);
    let borrow = instructions::borrow(&stage.usdc.keys(), stage.bob.account, owner, destination, amount_atoms);
    (borrow, destination)
}

#[test]
fn a_loan_moves_tokens_and_mints_debt_shares() {
    let mut stage = Stage::new();
    let amount_atoms = stage.usdc.atoms(10_000);
    let (borrow, destination) = borrow_usdc(&mut stage, amount_atoms);
    let event = Borrowed {
        margin_account: stage.bob.account,
        reserve_index: stage.usdc.index,
        amount_atoms,
        debt_shares: amount_atoms,
    };
    emits(&mut stage.world, &borrow, &[&stage.bob.keypair], &event);

    let after = reserve_of(&stage.world, &stage.usdc);
    assert_eq!(stage.world.balance(&destination), amount_atoms);
    assert_eq!(stage.world.vault_balance(&stage.usdc), stage.usdc.atoms(90_000));
    assert_eq!(after.liquidity_atoms, stage.usdc.atoms(90_000));
    assert_eq!(after.total_debt_shares, amount_atoms);
    assert_eq!(shares_of(&stage.world, &stage.bob.account, &stage.usdc), (0, amount_atoms));
}

#[test]
fn a_healthy_loan_forgets_an_earlier_shortfall() {
    let mut stage = Stage::with_debt();
    edit_account(&mut stage.world, stage.bob.account, |account| {
        account.unhealthy_since_seconds = 7;
    });
    let (borrow, _) = borrow_usdc(&mut stage, 1);
    stage.world.must(&[borrow], &[&stage.bob.keypair]);
    assert_eq!(stage.world.margin_state(&stage.bob.account).unhealthy_since_seconds, 0);
}

#[test]
fn amounts_that_cannot_be_borrowed_are_refused() {
    let mut stage = Stage::with_debt();
    let idle = stage.usdc.atoms(90_000);
    for (amount_atoms, error) in [
        (0, PlimsollError::AmountZero),
        (idle, PlimsollError::InitialHealthNegative),
        (idle + 1, PlimsollError::NotEnoughLiquidity),
        (u64::MAX, PlimsollError::Overflow),
    ] {
        let (borrow, _) = borrow_usdc(&mut stage, amount_atoms);
        refuses(&mut stage.world, &borrow, &[&stage.bob.keypair], error);
    }
    let (borrow, _) = borrow_usdc(&mut stage, 1);
    for reserve_index in [4, 15, 16, u8::MAX] {
        let mut unlisted = borrow.clone();
        unlisted.data[8] = reserve_index;
        refuses(&mut stage.world, &unlisted, &[&stage.bob.keypair], PlimsollError::ReserveIndex);
    }
}

#[test]
fn what_the_account_has_deposited_it_cannot_borrow() {
    let mut stage = Stage::new();
    let owner = stage.bob.key();
    let destination = stage.world.create_token_account(&stage.sol, &owner, 0);
    let borrow = instructions::borrow(&stage.sol.keys(), stage.bob.account, owner, destination, 1);
    refuses(&mut stage.world, &borrow, &[&stage.bob.keypair], PlimsollError::WithdrawFirst);
}

#[test]
fn caps_and_utilisation_limit_borrowing_to_the_atom() {
    let mut stage = Stage::new();
    let limit = stage.usdc.atoms(1_000);
    edit_reserve(&mut stage.world, &stage.usdc, |reserve| {
        reserve.params.borrow_cap_atoms = limit;
    });
    let (over, _) = borrow_usdc(&mut stage, limit + 1);
    refuses(&mut stage.world, &over, &[&stage.bob.keypair], PlimsollError::BorrowCap);

    // a half can be written exactly as a ratio: the lender's deposit shrinks to twice the limit
    edit_reserve(&mut stage.world, &stage.usdc, |reserve| {
        reserve.params.borrow_cap_atoms = u64::MAX;
        reserve.params.max_utilisation_ppm = 500_000;
    });
    stage.world.withdraw(&stage.lender, &stage.usdc, stage.usdc.atoms(98_000)).expect("a withdrawal");
    refuses(&mut stage.world, &over, &[&stage.bob.keypair], PlimsollError::UtilisationLimit);
    let (borrow, _) = borrow_usdc(&mut stage, limit);
    stage.world.must(&[borrow], &[&stage.bob.keypair]);
}

#[test]
fn the_margin_check_refuses_a_loan() {
    let mut stage = Stage::new();
    let too_much = stage.usdc.atoms(19_000);
    let (borrow, _) = borrow_usdc(&mut stage, too_much);
    refuses(&mut stage.world, &borrow, &[&stage.bob.keypair], PlimsollError::InitialHealthNegative);

    let (borrow, _) = borrow_usdc(&mut stage, 1);
    let signers = [&stage.bob.keypair];
    for (mode, error) in
        [(UNKNOWN_MODE, PlimsollError::AccountMode), (MODE_ISOLATED, PlimsollError::IsolatedCollateral)]
    {
        edit_account(&mut stage.world, stage.bob.account, |account| account.mode = mode);
        refuses(&mut stage.world, &borrow, &signers, error);
    }
    edit_account(&mut stage.world, stage.bob.account, |account| account.mode = MODE_CROSS);
    leave_pending(&mut stage.world, &stage.sol);
    refuses(&mut stage.world, &borrow, &signers, PlimsollError::PricePending);
}

#[test]
fn another_debt_that_was_not_accrued_lately_refuses_a_loan() {
    let mut stage = Stage::with_debt();
    let ava = stage.world.depositor(&stage.btc, stage.btc.atoms(1));
    stage.world.advance_refreshed(3_601);
    let outcome = stage.world.borrow(&stage.bob, &stage.btc, 1);
    plimsoll_tests::assert_refused(outcome, PlimsollError::ReserveStale);
    stage.world.borrow(&ava, &stage.usdc, 1).expect("her own debt is accrued as she borrows");
}

#[test]
fn a_leg_that_is_too_large_refuses_a_loan() {
    let mut stage = Stage::new();
    // worth 9,600,000,000 USDC: above 2^53 atoms
    stage.world.deposit(&stage.bob, &stage.btc, stage.btc.atoms(80_000)).expect("a deposit");
    let (borrow, _) = borrow_usdc(&mut stage, 1);
    refuses(&mut stage.world, &borrow, &[&stage.bob.keypair], PlimsollError::LegTooLarge);
}

/// A factor and reserve that no price has reached.
fn list_unpriced(stage: &mut Stage) -> Asset {
    let listing = Listing { symbol: "NEW", decimals: 8, price_e8: 1, sigma_ppm: 30_000 };
    let world = &mut stage.world;
    let (admin, mint) = (world.admin.pubkey(), world.create_mint(8));
    let asset = Asset { mint, feed_id: [9; 32], oracle: Pubkey::new_unique(), index: 4, ..stage.btc };
    let factor = instructions::list_factor(world.group, admin, world.book, factor_listing(&listing, asset.feed_id));
    let tokens = (mint, asset.token_program);
    let reserve = instructions::list_reserve(world.group, admin, world.book, tokens, reserve_listing(4));
    world.must(&[factor], &[]);
    world.must(&[reserve], &[]);
    asset
}

#[test]
fn nothing_is_borrowed_against_a_factor_without_a_price_nor_of_it() {
    let mut stage = Stage::new();
    let unpriced = list_unpriced(&mut stage);
    let holder = stage.world.depositor(&unpriced, 1_000);
    let against = stage.world.borrow(&holder, &stage.usdc, 1);
    plimsoll_tests::assert_refused(against, PlimsollError::FactorNotPriced);
    let of_it = stage.world.borrow(&stage.bob, &unpriced, 1);
    plimsoll_tests::assert_refused(of_it, PlimsollError::FactorNotPriced);
}

#[test]
fn tokens_must_leave_the_vault() {
    let mut stage = Stage::new();
    let (borrow, destination) = borrow_usdc(&mut stage, 1);
    let vault = addresses::vault(&stage.world.book, &stage.usdc.mint);
    let in_circles = swapped(&borrow, destination, vault);
    refuses(&mut stage.world, &in_circles, &[&stage.bob.keypair], PlimsollError::VaultMismatch);
    edit_reserve(&mut stage.world, &stage.usdc, |reserve| reserve.insurance_atoms = 1);
    refuses(&mut stage.world, &borrow, &[&stage.bob.keypair], PlimsollError::Insolvent);
}

#[test]
fn a_delegate_may_not_borrow() {
    let mut stage = Stage::new();
    let delegate = stranger(&mut stage.world.svm);
    let name = instructions::set_delegate(stage.bob.account, stage.bob.key(), delegate.pubkey());
    stage.world.must(&[name], &[&stage.bob.keypair]);
    let destination = stage.world.create_token_account(&stage.usdc, &delegate.pubkey(), 0);
    let borrow = instructions::borrow(&stage.usdc.keys(), stage.bob.account, delegate.pubkey(), destination, 1);
    refuses(&mut stage.world, &borrow, &[&delegate], PlimsollError::NotOwner);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = Stage::new();
    let (borrow, destination) = borrow_usdc(&mut stage, 1);
    let (world, bob) = (&mut stage.world, &stage.bob.keypair);
    let book = world.book;
    for account in [book, stage.bob.account] {
        refuses_impostors(world, &borrow, &[bob], account);
    }
    refuses_other_versions(world, &borrow, &[bob], &[book, stage.bob.account]);
    refuses_unsigned(world, &borrow, bob.pubkey());

    let other = elsewhere(world);
    let theirs = account_elsewhere(world, bob, other.group);
    let of_sol = world.create_token_account(&stage.sol, &bob.pubkey(), 0);
    let [vault, vault_of_sol] = [stage.usdc, stage.sol].map(|asset| addresses::vault(&book, &asset.mint));
    let (authority, their_authority) = (addresses::vault_authority(&book), addresses::vault_authority(&other.book));
    for (right, wrong, error) in [
        (book, other.book, PlimsollError::WrongGroup.into()),
        (stage.bob.account, theirs, PlimsollError::WrongGroup.into()),
        (stage.bob.account, stage.lender.account, PlimsollError::NotOwner.into()),
        (authority, their_authority, PlimsollError::WrongVaultAuthority.into()),
        (vault, vault_of_sol, PlimsollError::WrongVault.into()),
        (stage.usdc.mint, stage.sol.mint, PlimsollError::WrongMint.into()),
        (stage.usdc.token_program, anchor_spl::token_2022::ID, PlimsollError::WrongTokenProgram.into()),
        (destination, of_sol, Refusal::from(token::MINT_MISMATCH)),
    ] {
        refuses(world, &swapped(&borrow, right, wrong), &[bob], error);
    }
}
