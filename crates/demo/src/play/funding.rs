//! What funding a market paid between two moments.

use plimsoll_client::plimsoll::state::Book;
use plimsoll_risk::quantities::SizeFactor;

/// Fractional bits of a funding rate in a Book.
const RATE_FRACTION_BITS: u32 = 48;

/// A daily rate in parts per million, rounded toward zero.
pub(super) fn rate_ppm(rate_bits: i64) -> i64 {
    i64::try_from(i128::from(rate_bits) * 1_000_000 / (1 << RATE_FRACTION_BITS)).unwrap_or(i64::MAX)
}

/// What the paying side paid between two Books: the change of a side's profit index, of a side that no waterfall touched in between, times what the
/// payers held before. Fills come after funding in a step, and add seconds of it at most.
pub(super) fn funding_paid(before: &Book, after: &Book, index: u8) -> u64 {
    let side = usize::from(index);
    let (Some(before), Some(after)) = (before.perp_markets.get(side), after.perp_markets.get(side)) else {
        return 0;
    };
    let due = [0, 1].into_iter().find_map(|side: usize| {
        let untouched = before.size_factor[side] == after.size_factor[side];
        // an empty side begins anew
        let held = [before.long_base_atoms, before.short_base_atoms][side] > 0
            && [after.long_base_atoms, after.short_base_atoms][side] > 0;
        let change = after.profit_index[side].signed().checked_sub(before.profit_index[side].signed())?;
        // what longs pay lowers their index, and raises that of the shorts
        (untouched && held).then_some((if side == 0 { -change } else { change }, before.size_factor[side]))
    });
    let Some((due, size_factor)) = due else { return 0 };
    let payers = if due > 0 { before.long_base_atoms } else { before.short_base_atoms };
    let paid = due.unsigned_abs().checked_mul(payers.into()).map_or(0, |product| product >> 64);
    let paid = paid * u128::from(SizeFactor::ONE.to_bits()) / u128::from(size_factor.max(1));
    u64::try_from(paid).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_client::plimsoll::state::{PerpMarket, Wide};

    const ONE: u64 = SizeFactor::ONE.to_bits();

    /// A market of 1,000 longs and 400 shorts whose longs have been booked so much per base atom.
    fn booked(long_profit: i128, short_profit: i128) -> Box<Book> {
        let mut book: Box<Book> = bytemuck::zeroed_box();
        book.perp_markets[0] = PerpMarket {
            long_base_atoms: 1_000,
            short_base_atoms: 400,
            size_factor: [ONE; 2],
            profit_index: [long_profit, short_profit].map(|atoms| Wide::from_signed(atoms << 64)),
            ..PerpMarket::default()
        };
        book
    }

    #[test]
    fn funding_is_what_the_paying_side_paid() {
        let before = booked(0, 0);
        assert_eq!(funding_paid(&before, &booked(-3, 3), 0), 3_000, "longs pay");
        assert_eq!(funding_paid(&before, &booked(2, -2), 0), 800, "shorts pay");
        assert_eq!(funding_paid(&before, &before, 0), 0);
    }

    #[test]
    fn a_waterfall_is_not_mistaken_for_funding() {
        let (before, mut after) = (booked(0, 0), booked(-90, 1));
        after.perp_markets[0].size_factor[0] = ONE / 2;
        assert_eq!(funding_paid(&before, &after, 0), 1_000, "told by the side that it left alone: longs pay");
        after.perp_markets[0].size_factor[1] = ONE / 2;
        assert_eq!(funding_paid(&before, &after, 0), 0, "told by neither");
    }

    #[test]
    fn a_rate_is_rounded_toward_zero() {
        assert_eq!(rate_ppm(1 << 47), 500_000);
        assert_eq!(rate_ppm(-(1 << 47) - 1), -500_000);
    }
}
