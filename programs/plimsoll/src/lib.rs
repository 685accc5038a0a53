use anchor_lang::prelude::*;
declare_id!("P1imso11ine11111111111111111111111111111111");
#[program]
pub mod plimsoll {
    use super::*;
    pub fn noop(_ctx: Context<Noop>) -> Result<()> {
        Ok(())
    }
}
#[derive(Accounts)]
pub struct Noop {}
