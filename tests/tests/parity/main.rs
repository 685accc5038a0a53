//! **INV-PARITY**: the core compiled for the machine and the core compiled for the chain return the same bits for 702,000 random inputs.
//!
//! Both sides run the same harness (`programs/parity`) over the same core, and draw their inputs from the same seeds.

mod chain;

use chain::Chain;
use plimsoll_parity::{Answer, Kernel, Request, run};
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SEED: u64 = 0x504C_494D;
const BATCHES: u64 = 5;
const CASES_PER_BATCH: u64 = 3_600;

fn native(request: &Request) -> Answer {
    run(&request.to_bytes()).expect("a request")
}

/// The first case on which both sides differ, asked for alone. None where all answers are the same.
fn first_difference(
    request: &Request,
    mut on_chain: impl FnMut(&Request) -> Result<Answer, String>,
    natively: impl Fn(&Request) -> Answer,
) -> Option<Request> {
    let mut differs = |cases| {
        let part = Request { cases, ..*request };
        on_chain(&part) != Ok(natively(&part))
    };
    if !differs(request.cases) {
        return None;
    }
    // the digest of a longer range differs too: the shortest range that differs ends in the case
    let (mut same, mut different) = (0, request.cases);
    while different - same > 1 {
        let middle = same.midpoint(different);
        if differs(middle) {
            different = middle;
        } else {
            same = middle;
        }
    }
    Some(Request { first_case: request.first_case + same, cases: 1, ..*request })
}

/// What the last case returned.
fn words(answer: &Answer) -> String {
    let length = usize::try_from(answer.length).unwrap_or(usize::MAX);
    format!("{:x?}", answer.words.iter().take(length).collect::<Vec<_>>())
}

fn batches() -> impl Iterator<Item = Request> {
    let mut seeds = ChaCha8Rng::seed_from_u64(SEED);
    let kernels = Kernel::ALL.iter().flat_map(|&kernel| (0..BATCHES).map(move |batch| (kernel, batch)));
    kernels.map(move |(kernel, batch)| Request {
        kernel,
        seed: seeds.next_u64(),
        first_case: batch * CASES_PER_BATCH,
        cases: CASES_PER_BATCH,
    })
}

#[test]
fn the_core_returns_the_same_bits_on_the_chain() {
    let mut chain = Chain::new();
    assert!(batches().map(|request| request.cases).sum::<u64>() >= 100_000);
    for request in batches() {
        if let Some(case) = first_difference(&request, |request| chain.ask(request), native) {
            let on_chain = chain.ask(&case).map_or_else(|failure| failure, |answer| words(&answer));
            let natively = words(&native(&case));
            panic!("{case:?}\non the chain {on_chain}\nnatively     {natively}");
        }
    }
}

#[test]
fn every_kernel_answers_more_often_than_it_refuses() {
    for request in batches() {
        let answer = native(&request);
        let kernel = request.kernel;
        let (answered, refused) = (answer.answered, answer.refused);
        println!("{kernel:?}: {answered} answers, {refused} refusals, {} words", answer.length);
        assert!(answered >= refused, "{kernel:?}: {answered} answers, {refused} refusals");
        assert!(answer.length > 0, "{kernel:?} returned nothing");
    }
}

#[test]
fn a_difference_is_narrowed_down_to_its_case() {
    let request = Request { kernel: Kernel::Products, seed: SEED, first_case: 500, cases: 1_000 };
    let wrong_from = |case: u64| {
        move |request: &Request| {
            let mut answer = native(request);
            answer.digest ^= u64::from(request.first_case + request.cases > case);
            Ok(answer)
        }
    };
    for case in [500, 777, 1_499] {
        let found = first_difference(&request, wrong_from(case), native).expect("a difference");
        assert_eq!((found.first_case, found.cases), (case, 1));
    }
    assert_eq!(first_difference(&request, wrong_from(1_500), native), None);
}
