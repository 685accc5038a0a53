//! The live view: content, size, colour.

mod sample;

use plimsoll_demo::view::{
    AccountCounts, Colour, FactorState, KeeperCounts, MAX_COLUMNS, MAX_ROWS, MarketState, Moment, PerpState, closing,
    day_line, frame,
};

fn moment() -> Moment {
    let factor = |symbol: &str, price, path: &[u32]| FactorState {
        symbol: symbol.to_owned(),
        price_quote_atoms: price,
        sigma_ppm: 61_200,
        initial_ppm: 151_900,
        path_ppm: path.to_vec(),
    };
    let keeper = |name: &str| KeeperCounts { name: name.to_owned(), refreshes: 1_204, liquidations: 9, lost_races: 3 };
    Moment {
        title: "october-2025, moving thresholds".to_owned(),
        step: 268,
        steps: 577,
        time_seconds: 1_760_166_000,
        elapsed_seconds: 64,
        factors: vec![
            factor("USDC", 1_000_000, &[50_000; 13]),
            factor(
                "SOL",
                187_000_000,
                &[
                    98_100, 98_300, 98_500, 98_700, 98_900, 99_100, 99_300, 99_500, 99_700, 99_900, 100_100, 100_300,
                    100_600,
                ],
            ),
            factor("BTC", 113_000_000_000, &[70_000, 69_900]),
        ],
        accounts: AccountCounts {
            healthy: 55,
            called: 3,
            liquidatable: 2,
            calls: 21,
            cured: 8,
            liquidations: 17,
            threshold_liquidations: 1,
            bad_debt_quote_atoms: 1_234_560_000,
        },
        perps: perps(),
        keepers: vec![keeper("keeper A"), keeper("keeper B")],
    }
}

fn perps() -> PerpState {
    PerpState {
        markets: vec![
            MarketState {
                symbol: "SOL".to_owned(),
                long_quote_atoms: 1_234_567_000_000,
                short_quote_atoms: 2_000_000_000_000,
                funding_ppm_per_day: -12_340,
            },
            MarketState {
                symbol: "BTC".to_owned(),
                long_quote_atoms: 900_000_000_000,
                short_quote_atoms: 400_000_000_000,
                funding_ppm_per_day: 5_000,
            },
        ],
        pool_equity_quote_atoms: 2_000_123_000_000,
        orders_filled: 52,
        liquidations: 11,
        waterfall_quote_atoms: 1_500_000_000,
    }
}

#[test]
fn the_frame_says_everything() {
    let text = frame(&moment(), Colour::Off).join("\n");
    for part in [
        "2025-10-11 07:00 UTC   step 268 of 577",
        " 46 %   1:04 elapsed",
        "USDC           1.0000       6.12 %     5.00 %     →   5.00 %    15.19 %   ▁▁▁▁▁▁▁▁▁▁▁▁▁",
        "SOL            187.00       6.12 %     9.81 %     ↑  10.06 %    15.19 %   ▁▁▂▂▃▃▄▄▅▆▆▇█",
        "BTC           113,000       6.12 %     7.00 %     ↓   6.99 %    15.19 %   █▁",
        "healthy 55   called 3   liquidatable 2",
        "calls      made 21   cured 8",
        "liquidations 17 (1 by the walk alone)   bad debt 1,234.56 USDC",
        "SOL          1,234,567        2,000,000       -765,433          -1.23 %",
        "BTC            900,000          400,000        500,000           0.50 %",
        "pool       equity 2,000,123 USDC   orders filled 52   liquidations 11   waterfall 1,500 USDC",
        "keeper B   refreshes   1,204   liquidations    9   races lost    3",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn the_frame_fits_even_when_crowded() {
    let mut crowded = moment();
    crowded.title = "x".repeat(300);
    crowded.step = 9_999;
    let worst = FactorState {
        symbol: "LONGSYMBOLLONG".to_owned(),
        price_quote_atoms: 9_007_199_254_740_992,
        sigma_ppm: u32::MAX,
        initial_ppm: u32::MAX,
        path_ppm: (0..64).map(|n| n * 60_000_000).collect(),
    };
    crowded.factors = vec![worst; 20];
    crowded.perps.markets = vec![
        MarketState {
            symbol: "LONGSYMBOLLONG".to_owned(),
            long_quote_atoms: u64::MAX,
            short_quote_atoms: u64::MAX,
            funding_ppm_per_day: i64::MIN,
        };
        16
    ];
    crowded.perps.pool_equity_quote_atoms = i64::MIN;
    crowded.keepers = vec![crowded.keepers[0].clone(); 20];
    let lines = frame(&crowded, Colour::Off);
    assert!(lines.len() <= MAX_ROWS);
    for line in lines {
        assert!(line.chars().count() <= MAX_COLUMNS, "{line}");
    }
}

#[test]
fn colour_only_when_asked_and_never_in_the_text() {
    let (plain, painted) = (frame(&moment(), Colour::Off), frame(&moment(), Colour::On));
    assert!(plain.iter().all(|line| !line.contains('\u{1b}')));
    assert!(painted.iter().any(|line| line.contains("\u{1b}[31m2\u{1b}[0m")), "liquidatable accounts are red");
    let stripped: Vec<String> = painted.iter().map(|line| strip(line)).collect();
    assert_eq!(stripped, plain);
}

fn strip(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').expect("an ANSI sequence").1)
}

#[test]
fn a_day_is_one_line() {
    assert_eq!(
        day_line(&moment()),
        "11 Oct  USDC 1.0000 MM 5.00 %, SOL 187.00 MM 9.81 %, BTC 113,000 MM 7.00 %  |  called 3 (21 so far, 8 cured), liquidatable 2, \
         liquidations 17 (1 by the walk), bad debt 1,234.56  |  perps: pool 2,000,123, orders 52, liquidations 11, waterfall 1,500"
    );
}

#[test]
fn a_moment_without_factors_or_steps_is_drawn_too() {
    let perps = PerpState::default();
    let empty = Moment { steps: 0, step: 0, factors: vec![], keepers: vec![], perps, ..moment() };
    assert!(frame(&empty, Colour::Off).join("\n").contains("step 0 of 0"));
}

#[test]
fn the_closing_table_holds_both_runs_and_names_the_walk() {
    let lines = closing(&sample::report(), Colour::Off);
    assert!(lines.iter().all(|line| line.chars().count() <= MAX_COLUMNS));
    let line = |label: &str| lines.iter().find(|line| line.trim_start().starts_with(label)).expect(label);
    assert!(line("Bad debt").ends_with("0.00              1,843.22"), "{}", line("Bad debt"));
    let text = lines.join(" ");
    assert!(
        text.contains("Liquidated by the walk alone")
            && text.contains("None of its oracle prices had moved since 06:00")
    );
}
