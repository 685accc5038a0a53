//! `close_margin_account` of an account that held perps.

use plimsoll_client::instructions;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_tests::Trader;

use crate::expect::refuses;
use crate::position_stage::{PositionStage, SOL_PERP};

#[test]
fn a_position_is_closed_and_settled_first() {
    let mut stage = PositionStage::new();
    let long = Trader { keypair: stage.long.keypair.insecure_clone(), account: stage.long.account };
    let close = instructions::close_margin_account(long.account, long.key());
    stage.close(&long, SOL_PERP);
    let usdc = stage.usdc;
    // premium and fee are realised, not settled
    refuses(&mut stage.world, &close, &[&long.keypair], PlimsollError::AccountNotEmpty);
    let settle = stage.settle(long.account, SOL_PERP);
    stage.world.must(&[settle], &[]);
    refuses(&mut stage.world, &close, &[&long.keypair], PlimsollError::AccountNotEmpty);
    stage.world.withdraw(&long, &usdc, instructions::ALL).expect("a withdrawal");
    stage.world.must(&[close], &[&long.keypair]);
    assert_eq!(stage.market(SOL_PERP).positions, 0);
}
