//! A market of several accounts beside a model in doubles that reaches everybody at each event.

use plimsoll_risk::RiskError;
use plimsoll_risk::perp::fill::{FillTerms, plan_fill};
use plimsoll_risk::perp::funding::{FundingInputs, FundingTerms, walk};
use plimsoll_risk::perp::waterfall::{PerpBankruptcy, PerpBankruptcyInputs, resolve_perp_bankruptcy};
use plimsoll_risk::perp::{PerpBooks, PerpPosition};
use plimsoll_risk::quantities::{Amount, DailyRate, Price, SignedAmount};

use crate::{as_f64, base, ppm, profit, quote};

/// What an account holds if everybody is reached at once and nothing is rounded.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Exact {
    pub(crate) base: f64,
    pub(crate) quote: f64,
}

#[derive(Debug)]
pub(crate) struct Market {
    pub(crate) books: PerpBooks,
    pub(crate) accounts: Vec<PerpPosition>,
    pub(crate) model: Vec<Exact>,
    pub(crate) waterfalls: u64,
    rate: DailyRate,
}

const FILL: FillTerms =
    FillTerms { skew_scale: Amount(1 << 48), fee: ppm(500), fee_reducing: ppm(200), insurance_share: ppm(300_000) };

impl Market {
    pub(crate) fn new(accounts: usize) -> Self {
        Self {
            books: PerpBooks::EMPTY,
            accounts: vec![PerpPosition::default(); accounts],
            model: vec![Exact::default(); accounts],
            waterfalls: 0,
            rate: DailyRate::ZERO,
        }
    }

    pub(crate) fn touch(&mut self, account: usize) {
        self.books.touch(&mut self.accounts[account]).unwrap();
    }

    /// Fills a trade against the pool, fee included.
    pub(crate) fn trade(&mut self, account: usize, delta: i64, mid: Price) {
        self.touch(account);
        let fill = plan_fill(self.books.skew().unwrap(), base(delta), mid, Price::ZERO, &FILL).unwrap();
        let position = &mut self.accounts[account];
        self.books.trade_with_pool(position, base(delta), fill.quote).unwrap();
        self.books.charge(position, fill.fee, fill.to_insurance).unwrap();
        self.model[account].base += delta as f64;
        self.model[account].quote += fill.quote.0 as f64 - fill.fee.0 as f64;
    }

    pub(crate) fn close(&mut self, account: usize, mid: Price) {
        self.touch(account);
        let held = self.accounts[account].base.0;
        if held != 0 {
            self.trade(account, -held, mid);
        }
    }

    pub(crate) fn update_funding(&mut self, elapsed_seconds: u64, mid: Price) {
        let inputs = FundingInputs { rate: self.rate, elapsed_seconds, mid, gap: ppm(50_000) };
        let terms = FundingTerms {
            skew_scale: FILL.skew_scale,
            max_velocity: DailyRate::from_bits(9 << 52),
            cap_fraction: ppm(100_000),
        };
        let step = walk(self.books.skew().unwrap(), &inputs, &terms).unwrap();
        self.rate = self.books.update_funding(&inputs, &terms).unwrap();
        let due = step.integral.to_bits() as f64 / 2f64.powi(48) * as_f64(mid);
        for exact in &mut self.model {
            exact.quote -= exact.base * due;
        }
    }

    pub(crate) fn settle(&mut self, account: usize) {
        self.touch(account);
        let amount = self.accounts[account].realised;
        self.books.settle(&mut self.accounts[account], amount).unwrap();
        self.model[account].quote -= amount.0 as f64;
    }

    /// Resolves an account that has nothing but this position.
    pub(crate) fn fail(
        &mut self,
        account: usize,
        mid: Price,
        pool_share_left: u64,
        pool_equity: u64,
    ) -> Result<PerpBankruptcy, RiskError> {
        self.touch(account);
        let position = self.accounts[account];
        let inputs = PerpBankruptcyInputs {
            position,
            mid,
            quote_net: quote(profit(&position, mid)),
            pool_share_left: Amount(pool_share_left),
            pool_equity: Amount(pool_equity),
        };
        let outcome = resolve_perp_bankruptcy(&self.books, &inputs)?;
        self.share_in_the_model(position.base, &outcome);
        self.waterfalls += u64::from(!outcome.closed_against_winners.is_zero());
        self.books = outcome.books;
        self.accounts[account] = outcome.position;
        self.model[account] = Exact { base: 0.0, quote: outcome.position.realised.0 as f64 };
        Ok(outcome)
    }

    /// Closes the same fraction of each exact position of the other side, all for one sum.
    fn share_in_the_model(&mut self, failed: SignedAmount, outcome: &PerpBankruptcy) {
        let side = self.books.open_interest.of(failed.negated().unwrap()).0 as f64;
        let closed = outcome.closed_against_winners.0 as f64;
        let paid = (outcome.books.unapplied.0 - self.books.unapplied.0) as f64;
        for exact in self.model.iter_mut().filter(|exact| exact.base * (failed.0 as f64) < 0.0) {
            let part = exact.base.abs() / side;
            exact.quote += paid * part;
            exact.base -= exact.base.signum() * closed * part;
        }
    }

    /// INV-LEDGER, to the atom.
    pub(crate) fn assert_balanced(&self) {
        let accounts: i64 = self.accounts.iter().map(|position| position.entry.0 + position.realised.0).sum();
        let insurance = i64::try_from(self.books.insurance.0).unwrap();
        assert_eq!(accounts + self.books.pool_quote.0 + insurance + self.books.unapplied.0, 0, "{self:?}");
    }

    /// Open interest is the sum of the positions, and after waterfalls within an atom a position and waterfall.
    pub(crate) fn assert_open_interest(&self) {
        let (mut long, mut short) = (0, 0);
        for position in &self.accounts {
            let mut touched = *position;
            touched.touch(&self.books.indices).unwrap();
            let size = touched.base.magnitude().0;
            if touched.base.is_negative() { short += size } else { long += size }
        }
        let slack = self.waterfalls * (self.accounts.len() as u64 + 1);
        for (side, sum) in [(self.books.open_interest.long.0, long), (self.books.open_interest.short.0, short)] {
            assert!(side >= sum && side - sum <= slack, "{side} against {sum}: {self:?}");
        }
    }
}
