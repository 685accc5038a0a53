//! Sets rows of the scenario grid and how many of them count. Initial health follows at once; maintenance health once the tide has walked them in.

use anchor_lang::prelude::*;

use super::Govern;
use crate::error::PlimsollError;
use crate::events::ScenariosSet;
use crate::state::Scenario;

pub(crate) fn handler(ctx: Context<Govern>, first_row: u8, count: u8, rows: &[Scenario]) -> Result<()> {
    let mut book = ctx.accounts.load_book_mut()?;

    crate::parameters::set_scenarios(&mut book.model_newest, first_row, count, rows)?;

    let rows = u8::try_from(rows.len()).map_err(|_| PlimsollError::ScenarioRow)?;
    emit!(ScenariosSet { book: ctx.accounts.book.key(), first_row, rows, count });
    Ok(())
}
