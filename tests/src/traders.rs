//! People of a test world: keys, token accounts, margin accounts.

use anchor_lang::solana_program::program_pack::Pack;
use anchor_spl::token::spl_token;
use plimsoll_client::{Pubkey, addresses, instructions};
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::assets::Asset;
use crate::outcome::Outcome;
use crate::world::World;

/// Somebody with a margin account.
pub struct Trader {
    /// The owner's key.
    pub keypair: Keypair,
    /// The margin account.
    pub account: Pubkey,
}

impl Trader {
    /// The owner's address.
    #[must_use]
    pub fn key(&self) -> Pubkey {
        self.keypair.pubkey()
    }
}

impl World {
    /// A mint of SPL Token without supply; the admin may mint.
    pub fn create_mint(&mut self, decimals: u8) -> Pubkey {
        let mint = Pubkey::new_unique();
        let state = spl_token::state::Mint {
            mint_authority: Some(self.admin.pubkey()).into(),
            supply: u64::MAX / 2,
            decimals,
            is_initialized: true,
            freeze_authority: None.into(),
        };
        let mut data = vec![0; spl_token::state::Mint::LEN];
        state.pack_into_slice(&mut data);
        self.set_account(mint, data, anchor_spl::token::ID);
        mint
    }

    /// A token account with a balance.
    pub fn create_token_account(&mut self, asset: &Asset, owner: &Pubkey, amount_atoms: u64) -> Pubkey {
        let address = Pubkey::new_unique();
        let state = spl_token::state::Account {
            mint: asset.mint,
            owner: *owner,
            amount: amount_atoms,
            state: spl_token::state::AccountState::Initialized,
            ..spl_token::state::Account::default()
        };
        let mut data = vec![0; spl_token::state::Account::LEN];
        state.pack_into_slice(&mut data);
        self.set_account(address, data, asset.token_program);
        address
    }

    /// The balance of a token account.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn balance(&self, token_account: &Pubkey) -> u64 {
        let account = self.svm.get_account(token_account).expect("a token account");
        u64::from_le_bytes(account.data[64..72].try_into().expect("eight bytes"))
    }

    /// The balance of an asset's vault.
    #[must_use]
    pub fn vault_balance(&self, asset: &Asset) -> u64 {
        self.balance(&addresses::vault(&self.book, &asset.mint))
    }

    /// Somebody new, with lamports and an open margin account.
    ///
    /// # Panics
    /// Where the account cannot be opened.
    pub fn trader(&mut self) -> Trader {
        let keypair = Keypair::new();
        self.svm.airdrop(&keypair.pubkey(), 10_000_000_000).expect("airdrop");
        let account = addresses::margin_account(&self.group, &keypair.pubkey(), 0);
        self.must(&[instructions::open_margin_account(self.group, keypair.pubkey(), 0)], &[&keypair]);
        Trader { keypair, account }
    }

    /// Somebody new with one deposit.
    ///
    /// # Panics
    /// Where the deposit is refused.
    pub fn depositor(&mut self, asset: &Asset, amount_atoms: u64) -> Trader {
        let trader = self.trader();
        self.deposit(&trader, asset, amount_atoms).expect("a deposit");
        trader
    }

    /// Deposits fresh tokens.
    pub fn deposit(&mut self, trader: &Trader, asset: &Asset, amount_atoms: u64) -> Outcome {
        let source = self.create_token_account(asset, &trader.key(), amount_atoms);
        let deposit = instructions::deposit(&asset.keys(), trader.account, trader.key(), source, amount_atoms);
        self.send(&[deposit], &[&trader.keypair])
    }

    /// Repays with fresh tokens.
    pub fn repay(&mut self, trader: &Trader, asset: &Asset, amount_atoms: u64) -> Outcome {
        let funds = if amount_atoms == instructions::ALL { u64::MAX / 4 } else { amount_atoms };
        let source = self.create_token_account(asset, &trader.key(), funds);
        let repay = instructions::repay(&asset.keys(), trader.account, trader.key(), source, amount_atoms);
        self.send(&[repay], &[&trader.keypair])
    }

    /// Withdraws to a new token account.
    pub fn withdraw(&mut self, trader: &Trader, asset: &Asset, amount_atoms: u64) -> Outcome {
        let destination = self.create_token_account(asset, &trader.key(), 0);
        let withdraw = instructions::withdraw(&asset.keys(), trader.account, trader.key(), destination, amount_atoms);
        self.send(&[withdraw], &[&trader.keypair])
    }

    /// Borrows to a new token account.
    pub fn borrow(&mut self, trader: &Trader, asset: &Asset, amount_atoms: u64) -> Outcome {
        let destination = self.create_token_account(asset, &trader.key(), 0);
        let borrow = instructions::borrow(&asset.keys(), trader.account, trader.key(), destination, amount_atoms);
        self.send(&[borrow], &[&trader.keypair])
    }
}
