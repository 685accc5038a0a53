//! The margins that are compared: the model's own, the unmitigated EWMA's, a fixed one, and peers' rules that prices alone can replay.

use plimsoll_risk::RiskError;
use plimsoll_risk::threshold::Path;
use serde::Serialize;

use super::windows::Window;
use crate::replay::{FactorModel, Step, real};
use crate::statistics::procyclicality::{Level, mean};

/// Which rule sets the margin.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleId {
    /// es alone, along the announced path: what the model says of the price, without buffer and cost.
    Shortfall,
    /// Maintenance margin in force: es and the exhaustible buffer, along the announced path.
    Maintenance,
    /// k·σ·√h of the unmitigated EWMA, at once.
    Ewma,
    /// The same, scaled to the average of [`Self::Shortfall`].
    EwmaAtEqualAverage,
    /// The average of [`Self::Shortfall`], always.
    Fixed,
    /// Hyperliquid's smallest tier of the asset.
    HyperliquidSmallest,
    /// Hyperliquid's largest.
    HyperliquidLargest,
    /// Initial margin.
    Initial,
    /// Mango's weights at the stable price, at the average of [`Self::Initial`].
    MangoInitial,
    /// The average of [`Self::Initial`], always.
    FixedInitial,
}

impl RuleId {
    /// As the report names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shortfall => "MM, es part",
            Self::Maintenance => "MM with buffer",
            Self::Ewma => "Unmitigated EWMA",
            Self::EwmaAtEqualAverage => "EWMA, equal average",
            Self::Fixed => "Fixed, equal average",
            Self::HyperliquidSmallest => "Hyperliquid, small",
            Self::HyperliquidLargest => "Hyperliquid, large",
            Self::Initial => "IM",
            Self::MangoInitial => "Mango IM, equal average",
            Self::FixedInitial => "Fixed IM, equal average",
        }
    }

    /// Whether it is an initial margin.
    #[must_use]
    pub const fn is_initial(self) -> bool {
        matches!(self, Self::Initial | Self::MangoInitial | Self::FixedInitial)
    }
}

/// A rule's margins through the tested half, for either side.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Which.
    pub id: RuleId,
    /// What a long must hold, as a part of its value.
    pub long: Vec<Level>,
    /// What a short must hold.
    pub short: Vec<Level>,
}

impl Rule {
    fn both(id: RuleId, levels: Vec<Level>) -> Self {
        Self { id, short: levels.clone(), long: levels }
    }

    /// The average over time and both sides.
    #[must_use]
    pub fn average(&self) -> f64 {
        f64::midpoint(mean(&self.long), mean(&self.short))
    }

    /// Margins in force at the start of a window: of a long and of a short.
    #[must_use]
    pub fn at(&self, window: &Window) -> (f64, f64) {
        (in_force(&self.long, window.time_seconds), in_force(&self.short, window.time_seconds))
    }
}

/// The newest level at a time; the first one before all.
fn in_force(levels: &[Level], time_seconds: u64) -> f64 {
    let newer = levels.partition_point(|level| level.time_seconds <= time_seconds);
    levels.get(newer.saturating_sub(1)).map_or(f64::NAN, |level| level.margin)
}

/// The announced path of es alone: the core's path, walking toward es instead of m_goal.
///
/// # Errors
/// The core's refusal of a slide.
pub fn walked_shortfall(steps: &[Step], model: &FactorModel) -> Result<Vec<Level>, RiskError> {
    let [first, later @ ..] = steps else { return Ok(Vec::new()) };
    let mut path = Path::start(first.shortfall, first.time_seconds / model.grid_seconds, &model.threshold);
    let mut levels = vec![Level { time_seconds: first.time_seconds, margin: real::ratio(first.shortfall) }];
    for step in later {
        let number = step.time_seconds / model.grid_seconds;
        path = path.slide(number, step.shortfall, &model.threshold)?;
        levels.push(Level { time_seconds: step.time_seconds, margin: real::ratio(path.at(number)) });
    }
    Ok(levels)
}

/// Hyperliquid's maintenance margins of an asset, from the smallest to the largest notional that its published tiers show: the tier's, less its deduction.
///
/// Published tiers: BTC 40× (20× above 150 M USD), ETH 25× (15× above 100 M), SOL 20× (10× above 70 M); MM is half of IM. The largest notional is twice the
/// border of the tiers. They depend on size alone, so that through time each is a fixed threshold.
#[must_use]
pub fn hyperliquid(asset: &str) -> Option<(f64, f64)> {
    let (small, large) = match asset {
        "btc" => (40.0, 20.0),
        "eth" => (25.0, 15.0),
        "sol" => (20.0, 10.0),
        _ => return None,
    };
    let (small, large) = (0.5 / small, 0.5 / large);
    // at twice the border: half the notional at each rate
    Some((small, f64::midpoint(small, large)))
}

/// Everything the rules are made of, in the tested half.
pub struct Ingredients<'a> {
    /// The replay's steps.
    pub steps: &'a [Step],
    /// [`walked_shortfall`], as long as the steps.
    pub shortfall: Vec<Level>,
    /// k·σ·√h of the unmitigated EWMA.
    pub ewma: Vec<Level>,
    /// The asset's symbol in lower case.
    pub asset: &'a str,
}

impl Ingredients<'_> {
    /// All rules that can be replayed.
    #[must_use]
    pub fn rules(self) -> Vec<Rule> {
        let own = |id, margin: fn(&Step) -> f64| Rule::both(id, self.levels(margin));
        let (shortfall, ewma) = (mean(&self.shortfall), mean(&self.ewma));
        let maintenance = own(RuleId::Maintenance, |step| real::ratio(step.maintenance));
        let initial = own(RuleId::Initial, |step| real::ratio(step.initial));
        let scaled = |level: &Level| Level { margin: level.margin * shortfall / ewma, ..*level };
        let mut rules = vec![
            maintenance,
            Rule::both(RuleId::EwmaAtEqualAverage, self.ewma.iter().map(scaled).collect()),
            self.fixed(RuleId::Fixed, shortfall),
        ];
        if let Some((smallest, largest)) = hyperliquid(self.asset) {
            rules.push(self.fixed(RuleId::HyperliquidSmallest, smallest));
            rules.push(self.fixed(RuleId::HyperliquidLargest, largest));
        }
        rules.push(self.mango(initial.average()));
        rules.push(self.fixed(RuleId::FixedInitial, initial.average()));
        rules.insert(0, Rule::both(RuleId::Shortfall, self.shortfall));
        rules.insert(2, Rule::both(RuleId::Ewma, self.ewma));
        let initials = rules.iter().position(|rule| rule.id.is_initial()).unwrap_or(rules.len());
        rules.insert(initials, initial);
        rules
    }

    fn levels(&self, margin: impl Fn(&Step) -> f64) -> Vec<Level> {
        self.steps.iter().map(|step| Level { time_seconds: step.time_seconds, margin: margin(step) }).collect()
    }

    fn fixed(&self, id: RuleId, margin: f64) -> Rule {
        Rule::both(id, self.levels(|_| margin))
    }

    /// What Mango's initial health asks beyond the price p where an asset counts (1 − m)·min(p, s) and a debt (1 + m)·max(p, s): m such that the average is this one.
    fn mango(&self, average: f64) -> Rule {
        // min(p, s)/p and max(p, s)/p
        let shares: Vec<(f64, f64)> = self
            .steps
            .iter()
            .map(|step| {
                let share = real::price(step.stable, 0) / real::price(step.mid, 0);
                (share.min(1.0), share.max(1.0))
            })
            .collect();
        // long 1 − (1 − m)·low and short (1 + m)·high − 1: their average is linear in m
        #[allow(clippy::cast_precision_loss)] // steps of a series
        let count = shares.len() as f64;
        let (low, high) =
            shares.iter().fold((0.0, 0.0), |(low, high), share| (low + share.0 / count, high + share.1 / count));
        let margin = (2.0 * average - (high - low)) / (high + low);
        let level = |(step, &margin): (&Step, &f64)| Level { time_seconds: step.time_seconds, margin };
        let side = |margins: Vec<f64>| self.steps.iter().zip(&margins).map(level).collect();
        Rule {
            id: RuleId::MangoInitial,
            long: side(shares.iter().map(|share| 1.0 - (1.0 - margin) * share.0).collect()),
            short: side(shares.iter().map(|share| (1.0 + margin) * share.1 - 1.0).collect()),
        }
    }
}
