//! Token-2022 mints, each with one extension.

use anchor_spl::token_2022::spl_token_2022::extension as kinds;
use anchor_spl::token_2022::spl_token_2022::extension::{
    BaseStateWithExtensionsMut, Extension, ExtensionType, StateWithExtensionsMut,
};
use anchor_spl::token_2022::spl_token_2022::state::{AccountState, Mint};
use plimsoll_client::Pubkey;
use plimsoll_tests::World;

/// Makes the bytes of a mint with some decimals.
pub(crate) type MakeMint = fn(u8) -> Vec<u8>;

/// Extensions that change nothing about who holds how much.
pub(crate) const ALLOWED: &[MakeMint] = &[
    with::<kinds::metadata_pointer::MetadataPointer>,
    with::<kinds::group_pointer::GroupPointer>,
    with::<kinds::group_member_pointer::GroupMemberPointer>,
    with::<kinds::interest_bearing_mint::InterestBearingConfig>,
    with::<kinds::scaled_ui_amount::ScaledUiAmountConfig>,
];

/// Extensions by which somebody else takes, stops or hides tokens.
pub(crate) const REFUSED: &[MakeMint] = &[
    with::<kinds::transfer_fee::TransferFeeConfig>,
    with::<kinds::transfer_hook::TransferHook>,
    with::<kinds::permanent_delegate::PermanentDelegate>,
    with::<kinds::pausable::PausableConfig>,
    with::<kinds::mint_close_authority::MintCloseAuthority>,
    with_accounts_that_start_frozen,
    with::<kinds::confidential_transfer::ConfidentialTransferMint>,
    with::<kinds::confidential_transfer_fee::ConfidentialTransferFeeConfig>,
    with::<kinds::confidential_mint_burn::ConfidentialMintBurn>,
    with::<kinds::non_transferable::NonTransferable>,
];

fn with<E: Extension + bytemuck::Pod + Default>(decimals: u8) -> Vec<u8> {
    with_extension(decimals, E::default())
}

fn with_accounts_that_start_frozen(decimals: u8) -> Vec<u8> {
    let state = AccountState::Frozen.into();
    with_extension(decimals, kinds::default_account_state::DefaultAccountState { state })
}

fn with_extension<E: Extension + bytemuck::Pod + Default>(decimals: u8, extension: E) -> Vec<u8> {
    let bytes = ExtensionType::try_calculate_account_len::<Mint>(&[E::TYPE]).expect("an extension of a mint");
    let mut data = vec![0; bytes];
    let mut mint = StateWithExtensionsMut::<Mint>::unpack_uninitialized(&mut data).expect("room for a mint");
    *mint.init_extension::<E>(true).expect("room for the extension") = extension;
    mint.base = Mint { decimals, is_initialized: true, supply: 1_000_000, ..Mint::default() };
    mint.pack_base();
    mint.init_account_type().expect("a mint");
    data
}

/// Puts a mint on the chain.
pub(crate) fn create(world: &mut World, make: MakeMint, decimals: u8) -> Pubkey {
    let mint = Pubkey::new_unique();
    world.set_account(mint, make(decimals), anchor_spl::token_2022::ID);
    mint
}
