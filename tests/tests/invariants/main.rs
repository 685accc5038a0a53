//! Laws: random instruction sequences against the real program, and every invariant that can be seen from outside after each instruction.
//!
//! Several people deposit, borrow, liquidate and go bankrupt while prices wander and leap, the admin changes parameters, and accounts are sometimes
//! swapped for others. A failure names its seed and step; the same seed plays the same sequence.
#![allow(clippy::expect_used, clippy::panic, missing_docs)]

mod action;
mod choose;
mod feeds;
mod governance;
mod keeping;
mod laws;
mod liquidity;
mod market;
mod modes;
mod orders;
mod replays;
mod round_trips;
mod samples;
mod snapshot;
mod tally;
mod trading;

use market::Market;
use tally::Tally;

/// Each seed is a market of its own.
const SEEDS: [u64; 8] = [1, 2, 3, 5, 8, 13, 21, 34];
/// Instructions sent in each market.
const INSTRUCTIONS: usize = 10_000;
const _: () = assert!(SEEDS.len() * INSTRUCTIONS >= 20_000);

/// Plays one market to its end.
fn play(seed: u64) -> (Tally, [usize; 2]) {
    let mut market = Market::new(seed);
    for step in 0..INSTRUCTIONS {
        if let Err(violation) = market.step(step) {
            panic!("seed {seed}, step {step}: {violation}");
        }
    }
    (market.tally, [market.announcements.kept, market.announcements.kept_uncalled])
}

/// INV-SOLVENT, INV-GRACE, INV-LAW, INV-PSD, INV-IMPROVE, INV-INFLUENCE, INV-WATERFALL, INV-EVALUABLE, INV-PRICE.
#[test]
fn every_law_holds_after_every_instruction() {
    let mut total = Tally::default();
    let (mut kept, mut uncalled) = (0, 0);
    std::thread::scope(|scope| {
        let markets: Vec<_> = SEEDS.map(|seed| scope.spawn(move || play(seed))).into_iter().collect();
        for market in markets {
            let (tally, promises) = market.join().expect("a market without violations");
            total.add(&tally);
            kept += promises[0];
            uncalled += promises[1];
        }
    });
    println!("{total}\n{kept} promises of INV-GRACE kept, {uncalled} of them to accounts that were not called");
    assert_eq!(total.sent(), SEEDS.len() * INSTRUCTIONS);
    assert!(total.unreached().is_empty(), "never accepted or never refused: {:?}\n{total}", total.unreached());
    assert!(total.rare().is_empty(), "too rare: {:?}\n{total}", total.rare());
    assert!(
        kept > INSTRUCTIONS && uncalled > INSTRUCTIONS,
        "too few accounts were promised anything: {kept}, {uncalled}"
    );
}
