//! Mints and token accounts, made by the token programs themselves.

use anchor_lang::solana_program::system_instruction::create_account;
use anchor_spl::token_2022::ID as TOKEN_2022;
use anchor_spl::token_2022::spl_token_2022::extension::{ExtensionType, metadata_pointer};
use anchor_spl::token_2022::spl_token_2022::instruction::{initialize_account3, initialize_mint2, mint_to};
use anchor_spl::token_2022::spl_token_2022::state::{Account as TokenAccount, Mint};
use plimsoll_client::Pubkey;
use plimsoll_tests::{Asset, Keypair, Signer};

use crate::chain::Chain;

/// Where a mint keeps its supply, in both programs.
const SUPPLY_OFFSET: usize = 36;
/// Where a token account keeps its balance, in both programs.
const BALANCE_OFFSET: usize = 64;

/// A mint of SPL Token.
pub(crate) async fn create_mint(chain: &mut Chain, decimals: u8) -> Pubkey {
    mint_with(chain, anchor_spl::token::ID, &[], decimals).await
}

/// A mint of Token-2022 that points to its metadata, as most new tokens do.
pub(crate) async fn create_extended_mint(chain: &mut Chain, decimals: u8) -> Pubkey {
    mint_with(chain, TOKEN_2022, &[ExtensionType::MetadataPointer], decimals).await
}

async fn mint_with(chain: &mut Chain, program: Pubkey, extensions: &[ExtensionType], decimals: u8) -> Pubkey {
    let (payer, mint) = (chain.payer().pubkey(), Keypair::new());
    let bytes = ExtensionType::try_calculate_account_len::<Mint>(extensions).expect("known extensions");
    let lamports = chain.rent_exempt_lamports(bytes).await;
    let mut list = vec![create_account(&payer, &mint.pubkey(), lamports, bytes as u64, &program)];
    if extensions.contains(&ExtensionType::MetadataPointer) {
        let pointer = metadata_pointer::instruction::initialize(&program, &mint.pubkey(), None, Some(mint.pubkey()));
        list.push(pointer.expect("an instruction"));
    }
    list.push(initialize_mint2(&program, &mint.pubkey(), &payer, None, decimals).expect("an instruction"));
    chain.send(&list, &[&mint]).await;
    mint.pubkey()
}

/// A token account with freshly minted tokens.
pub(crate) async fn create_funded(chain: &mut Chain, asset: &Asset, owner: &Pubkey, amount_atoms: u64) -> Pubkey {
    let (payer, account) = (chain.payer().pubkey(), Keypair::new());
    let (program, address) = (&asset.token_program, account.pubkey());
    let bytes = <TokenAccount as anchor_lang::solana_program::program_pack::Pack>::LEN;
    let lamports = chain.rent_exempt_lamports(bytes).await;
    let mint = &asset.mint;
    let list = [
        create_account(&payer, &address, lamports, bytes as u64, program),
        initialize_account3(program, &address, mint, owner).expect("an instruction"),
        mint_to(program, mint, &address, &payer, &[], amount_atoms).expect("an instruction"),
    ];
    chain.send(&list, &[&account]).await;
    address
}

pub(crate) async fn balance_atoms(chain: &Chain, token_account: Pubkey) -> u64 {
    amount_at(chain, token_account, BALANCE_OFFSET).await
}

pub(crate) async fn supply_atoms(chain: &Chain, mint: Pubkey) -> u64 {
    amount_at(chain, mint, SUPPLY_OFFSET).await
}

async fn amount_at(chain: &Chain, address: Pubkey, offset: usize) -> u64 {
    let account = chain.account(address).await.expect("an account of a token program");
    let bytes = account.data[offset..].first_chunk().expect("eight bytes");
    u64::from_le_bytes(*bytes)
}
