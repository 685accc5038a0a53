//! The ledger by example: average entry, realised profit, trades through zero, fees, settlement, what is left at the end.

use plimsoll_risk::perp::{PerpBooks, PerpPosition};
use plimsoll_risk::quantities::{PerUnit, SizeFactor};

use crate::{atoms, base, price, profit, quote};

fn traded(trades: &[(i64, i64)]) -> (PerpBooks, PerpPosition) {
    let (mut books, mut position) = (PerpBooks::EMPTY, PerpPosition::default());
    for &(delta, paid) in trades {
        books.trade_with_pool(&mut position, base(delta), quote(paid)).unwrap();
    }
    (books, position)
}

#[test]
fn growing_averages_the_entry_and_closing_realises_its_part() {
    let (books, position) = traded(&[(10, -1_000), (30, -3_400), (-10, 1_500)]);
    assert_eq!((position.base, position.entry, position.realised), (base(30), quote(-3_300), quote(400)));
    assert_eq!(books.pool_quote, quote(2_900));
    assert_eq!((books.open_interest.long, books.open_interest.short), (atoms(30), atoms(0)));
    assert_eq!(books.skew(), Ok(base(30)));
    // 30 atoms at 120, for which 3,300 were paid, and 400 booked
    assert_eq!(profit(&position, price(120.0)), 3_600 - 3_300 + 400);
}

#[test]
fn the_closed_part_of_an_entry_rounds_down() {
    let (_, long) = traded(&[(3, -10), (-1, 0)]);
    assert_eq!((long.entry, long.realised), (quote(-6), quote(-4)));
    let (_, short) = traded(&[(-3, 10), (1, 0)]);
    assert_eq!((short.entry, short.realised), (quote(7), quote(3)));
    // the last atom takes all of it
    let (_, closed) = traded(&[(3, -10), (-1, 0), (-2, 0)]);
    assert_eq!((closed.entry, closed.realised), (quote(0), quote(-10)));
}

#[test]
fn unrealised_profit_rounds_down_on_both_sides() {
    let half = price(0.5);
    let (_, long) = traded(&[(3, 0)]);
    let (_, short) = traded(&[(-3, 0)]);
    assert_eq!((profit(&long, half), profit(&short, half)), (1, -2));
}

#[test]
fn a_trade_through_zero_closes_then_opens() {
    // 7 of 10 atoms close: ⌊1,001·7/10⌋ of the quote
    let (books, position) = traded(&[(7, -650), (-10, 1_001)]);
    assert_eq!((position.base, position.realised, position.entry), (base(-3), quote(700 - 650), quote(301)));
    assert_eq!((books.open_interest.long, books.open_interest.short), (atoms(0), atoms(3)));
    let (_, bought) = traded(&[(-7, 650), (10, -1_001)]);
    assert_eq!((bought.realised, bought.entry), (quote(650 - 701), quote(-300)));
}

#[test]
fn a_fee_goes_to_the_insurance_and_the_pool() {
    let (mut books, mut position) = traded(&[(10, -1_000)]);
    books.charge(&mut position, atoms(9), atoms(2)).unwrap();
    assert_eq!((position.realised, books.insurance, books.pool_quote), (quote(-9), atoms(2), quote(1_007)));
}

#[test]
fn settlement_moves_realised_profit_against_the_pools_deposits() {
    let (mut books, mut position) = traded(&[(10, -1_000), (-10, 1_300)]);
    books.settle(&mut position, quote(200)).unwrap();
    assert_eq!((position.realised, books.pool_quote, books.settled), (quote(100), quote(-100), quote(-200)));
    let (mut books, mut position) = traded(&[(10, -1_000), (-10, 700)]);
    books.settle(&mut position, quote(-300)).unwrap();
    assert!(position.is_empty());
    assert_eq!((books.pool_quote, books.settled), (quote(0), quote(300)));
}

#[test]
fn accounts_trade_with_each_other_without_the_pool() {
    let (mut books, mut seller) = traded(&[(10, -1_000)]);
    let mut buyer = PerpPosition::default();
    books.trade(&mut seller, base(-4), quote(500)).unwrap();
    books.trade(&mut buyer, base(4), quote(-500)).unwrap();
    assert_eq!((books.pool_quote, books.open_interest.long), (quote(1_000), atoms(10)));
    assert_eq!((seller.realised, buyer.entry), (quote(100), quote(-500)));
}

#[test]
fn a_touch_books_the_sides_profit_since_the_last_one() {
    let (mut books, mut position) = traded(&[(10, -1_000)]);
    let mut touch = |twentieths: i128| {
        books.indices.long.profit = PerUnit::from_bits((twentieths << 64) / 20);
        books.touch(&mut position).unwrap();
        (position.realised.0, books.unapplied.0)
    };
    assert_eq!(touch(11), (5, -5)); // 5.5, rounded down
    assert_eq!(touch(11), (5, -5));
    assert_eq!(touch(-1), (-1, 1)); // 0.6 less an atom
}

#[test]
fn a_touch_after_a_waterfall_closes_the_same_fraction() {
    let (mut books, mut position) = traded(&[(-10, 1_000)]);
    books.indices.short.size = SizeFactor::from_bits(3 << 60);
    books.indices.short.profit = PerUnit::from_bits(-27 << 64);
    books.touch(&mut position).unwrap();
    // three quarters of 10 atoms are 7; the entry of 3 is realised beside −27 an atom
    assert_eq!((position.base, position.entry, position.realised), (base(-7), quote(700), quote(300 - 270)));
    // the same again does nothing, and from here on a unit of Π is worth 4/3 to an atom
    books.touch(&mut position).unwrap();
    assert_eq!(position.realised, quote(30));
    books.indices.short.profit = PerUnit::from_bits(-24 << 64);
    books.touch(&mut position).unwrap();
    assert_eq!(position.realised, quote(30 + 28));
    // 7·4/3 = 9.33: of a gain 9, of a loss 10
    books.indices.short.profit = PerUnit::from_bits(-23 << 64);
    books.touch(&mut position).unwrap();
    assert_eq!(position.realised, quote(30 + 28 + 9));
    books.indices.short.profit = PerUnit::from_bits(-24 << 64);
    books.touch(&mut position).unwrap();
    assert_eq!(position.realised, quote(30 + 28 + 9 - 10));
}

#[test]
fn an_empty_side_starts_again_at_a_size_factor_of_one() {
    let (mut books, mut position) = traded(&[(-10, 1_000)]);
    let mut stale = PerpPosition::default();
    books.indices.short.size = SizeFactor::from_bits(1 << 61);
    books.indices.short.profit = PerUnit::from_bits(7 << 64);
    books.open_interest.short = atoms(5);
    books.touch(&mut position).unwrap();
    assert_eq!(position.base, base(-5));
    books.trade_with_pool(&mut position, base(5), quote(-500)).unwrap();
    assert_eq!(books.indices.short.size, SizeFactor::ONE);
    let (mut longs, mut long) = traded(&[(10, -1_000)]);
    longs.indices.long.size = SizeFactor::from_bits(1 << 61);
    longs.open_interest.long = atoms(5);
    longs.touch(&mut long).unwrap();
    longs.trade_with_pool(&mut long, base(-5), quote(500)).unwrap();
    assert_eq!(longs.indices.long.size, SizeFactor::ONE);
    // an empty position that saw other indices takes the present ones
    stale.size = SizeFactor::from_bits(1 << 40);
    stale.profit = PerUnit::from_bits(-(9 << 64));
    books.touch(&mut stale).unwrap();
    assert!(stale.is_empty());
    books.trade_with_pool(&mut stale, base(-4), quote(400)).unwrap();
    books.touch(&mut stale).unwrap();
    assert_eq!((stale.base, stale.entry, stale.realised), (base(-4), quote(400), quote(0)));
    assert_eq!((stale.size, stale.profit), (SizeFactor::ONE, PerUnit::from_bits(7 << 64)));
}

#[test]
fn a_sweep_leaves_an_empty_market() {
    let (mut books, mut position) = traded(&[(10, -1_000), (-10, 1_000)]);
    books.charge(&mut position, atoms(5), atoms(5)).unwrap();
    books.settle(&mut position, quote(-5)).unwrap();
    // as a waterfall's rounding leaves it
    books.unapplied = quote(3);
    books.pool_quote = books.pool_quote.minus(quote(3)).unwrap();
    books.open_interest.short = atoms(2);
    books.indices.short.size = SizeFactor::from_bits(1 << 61);
    books.sweep().unwrap();
    assert_eq!((books.unapplied, books.pool_quote, books.insurance), (quote(0), quote(-5), atoms(5)));
    assert_eq!(books.skew(), Ok(base(0)));
    assert_eq!(books.indices.short.size, SizeFactor::ONE);
}
