//! Samples: which publication a step keeps (INV-PRICE), the range it ends, and when a step is folded.

use plimsoll_risk::RiskError;
use plimsoll_risk::volatility::{Decays, LogRange, Observations, Volatility, step_to_fold};

use crate::{log, observed, start, terms};

const GRID: u64 = 300;

/// INV-PRICE: nobody chooses the sample of a step.
#[test]
fn the_first_publication_after_a_boundary_is_the_sample() {
    let listed = Observations::start(log(1.0), 10);
    let (before, is_sample) = listed.observe(log(1.2), 3_299, 3_290, GRID).unwrap();
    assert!(!is_sample && !before.has_sample(11));
    let (at, is_sample) = before.observe(log(1.1), 3_300, 3_299, GRID).unwrap();
    assert!(is_sample && at.has_sample(11));
    // the range that the sample ends holds what came before and the sample itself
    assert_eq!(at.closed, LogRange { high: log(1.2), low: log(1.0) });
    let (later, is_sample) = at.observe(log(1.5), 3_305, 3_301, GRID).unwrap();
    assert!(!is_sample);
    assert_eq!((later.sample, later.closed, later.open.high), (log(1.1), at.closed, log(1.5)));
    // the publication before lies in the same step: not the first, however late the crank
    assert_eq!(later.observe_sample(log(1.3), 3_800, 3_601, GRID), Err(RiskError::SampleNotFirst));
    // nor is it where that publication stands on the boundary itself
    assert_eq!(later.observe_sample(log(1.3), 3_605, 3_600, GRID), Err(RiskError::SampleNotFirst));
    // a sample is taken once
    assert_eq!(at.observe_sample(log(1.1), 3_300, 3_299, GRID), Err(RiskError::SampleNotFirst));
    assert_eq!(at.observe(log(1.1), 3_300, 3_299, 0), Err(RiskError::DivisionByZero));
}

#[test]
fn a_sample_that_was_not_folded_leaves_its_range_to_the_next() {
    let first = Observations::start(log(1.0), 10).observe_sample(log(1.4), 3_300, 3_299, GRID).unwrap();
    let second = first.observe_sample(log(0.9), 3_600, 3_590, GRID).unwrap();
    assert_eq!(second.closed, LogRange { high: log(1.4), low: log(0.9) });
    assert!(second.has_sample(12) && !second.has_sample(11));
}

#[test]
fn a_step_is_folded_once_and_not_before_everyone_is_there() {
    assert_eq!(step_to_fold(10, true, 3_300, GRID), Ok(11));
    assert_eq!(step_to_fold(10, false, 3_419, GRID), Err(RiskError::StepIncomplete));
    assert_eq!(step_to_fold(10, false, 3_420, GRID), Ok(11));
    assert_eq!(step_to_fold(11, true, 3_599, GRID), Err(RiskError::StepAlreadyFolded));
    assert_eq!(step_to_fold(0, true, 3_599, 0), Err(RiskError::DivisionByZero));
    let listed = Volatility { last_step: 11, ..start(0.001, 0.001) };
    let sample = observed(0.0, 0.0, 0.0, 0);
    assert!(!listed.is_due(&Observations { sample_step: 11, ..sample }, 11));
    assert!(listed.is_due(&Observations { sample_step: 12, ..sample }, 12));
    let again = start(0.001, 0.001).fold(&sample, &Decays::over(1, &terms()).unwrap(), &terms());
    assert_eq!(again, Err(RiskError::StepAlreadyFolded));
}
