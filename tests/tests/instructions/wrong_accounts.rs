//! Each account of an instruction replaced by a wrong one.

use anchor_lang::error::ErrorCode;
use plimsoll_client::plimsoll;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::{Instruction, Pubkey};
use plimsoll_tests::{Keypair, Signer, World};
use solana_message::Message;
use solana_transaction::Transaction;

use crate::expect::{assert_refusal, refuses};
use crate::stage::{elsewhere, stranger};

/// Where every layout keeps its version: after the discriminator.
const VERSION_OFFSET: usize = 8;

/// The instruction with one account replaced wherever it stands.
pub(crate) fn swapped(instruction: &Instruction, right: Pubkey, wrong: Pubkey) -> Instruction {
    let mut instruction = instruction.clone();
    let metas = instruction.accounts.iter_mut().filter(|meta| meta.pubkey == right);
    assert_eq!(metas.map(|meta| meta.pubkey = wrong).count(), 1, "the instruction names the account once");
    instruction
}

/// An account of the program replaced by a copy that another program owns, by one of another kind, and by none at all.
#[track_caller]
pub(crate) fn refuses_impostors(world: &mut World, instruction: &Instruction, signers: &[&Keypair], account: Pubkey) {
    let genuine = world.svm.get_account(&account).expect("an account").data;
    let mut other_kind = genuine.clone();
    other_kind[..VERSION_OFFSET].copy_from_slice(&[0xA5; VERSION_OFFSET]);
    for (data, owner, error) in [
        (genuine, anchor_spl::token::ID, ErrorCode::AccountOwnedByWrongProgram),
        (other_kind, plimsoll::ID, ErrorCode::AccountDiscriminatorMismatch),
    ] {
        let impostor = Pubkey::new_unique();
        world.set_account(impostor, data, owner);
        refuses(world, &swapped(instruction, account, impostor), signers, error);
    }
    let nobody = Pubkey::new_unique();
    // what nobody created belongs to the system program
    refuses(world, &swapped(instruction, account, nobody), signers, ErrorCode::AccountOwnedByWrongProgram);
}

/// Accounts of the program in an older and in an unknown newer layout.
#[track_caller]
pub(crate) fn refuses_other_versions(
    world: &mut World,
    instruction: &Instruction,
    signers: &[&Keypair],
    accounts: &[Pubkey],
) {
    for account in accounts {
        for version in [0, 2] {
            set_version(world, account, version);
            refuses(world, instruction, signers, PlimsollError::AccountVersion);
        }
        set_version(world, account, 1);
    }
}

/// Writes the version of an account's layout.
pub(crate) fn set_version(world: &mut World, account: &Pubkey, version: u8) {
    let mut data = world.svm.get_account(account).expect("an account").data;
    data[VERSION_OFFSET] = version;
    world.set_account(*account, data, plimsoll::ID);
}

/// A signature left out: Anchor refuses it.
#[track_caller]
pub(crate) fn refuses_unsigned(world: &mut World, instruction: &Instruction, signer: Pubkey) {
    let mut unsigned = instruction.clone();
    let metas = unsigned.accounts.iter_mut().filter(|meta| meta.pubkey == signer);
    assert_eq!(metas.map(|meta| meta.is_signer = false).count(), 1, "the instruction names the signer once");
    // the payer of the fee signs in any case, so it is somebody else
    let payer = Keypair::new();
    world.svm.airdrop(&payer.pubkey(), 1_000_000_000).expect("airdrop");
    let message = Message::new(&[unsigned], Some(&payer.pubkey()));
    let transaction = Transaction::new(&[&payer], message, world.svm.latest_blockhash());
    let outcome = world.svm.send_transaction(transaction).map_err(Box::new);
    assert_refusal(&outcome, &ErrorCode::AccountNotSigner.into());
}

/// Any program in place of one that the instruction names by its address.
#[track_caller]
pub(crate) fn refuses_other_program(
    world: &mut World,
    instruction: &Instruction,
    signers: &[&Keypair],
    program: Pubkey,
) {
    let other = swapped(instruction, program, plimsoll::ID);
    refuses(world, &other, signers, ErrorCode::InvalidProgramId);
}

/// What every instruction refuses by which the admin changes a Book: false, foreign and outdated accounts, and other signers.
#[track_caller]
pub(crate) fn refuses_wrong_governance(world: &mut World, instruction: &Instruction) {
    refuses_wrong_role(world, instruction, PlimsollError::NotAdmin);
}

/// The same of any role, all of which the test world's admin has; another signer is refused with `not_role`.
#[track_caller]
pub(crate) fn refuses_wrong_role(world: &mut World, instruction: &Instruction, not_role: PlimsollError) {
    let (group, book, admin) = (world.group, world.book, world.admin.pubkey());
    for account in [group, book] {
        refuses_impostors(world, instruction, &[], account);
    }
    refuses_other_versions(world, instruction, &[], &[group, book]);
    refuses_unsigned(world, instruction, admin);

    let other = elsewhere(world);
    for (right, wrong) in [(group, other.group), (book, other.book)] {
        refuses(world, &swapped(instruction, right, wrong), &[], PlimsollError::WrongGroup);
    }
    let impostor = stranger(&mut world.svm);
    let theirs = swapped(instruction, admin, impostor.pubkey());
    refuses(world, &theirs, &[&impostor], not_role);
}
