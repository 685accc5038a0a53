use plimsoll_lab::stress::{definition::Source, run::*};
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let source = Source::find(&args[1]).unwrap();
    let def = source.definition().unwrap_or_else(|e| panic!("{e}"));
    let params = plimsoll_params::ParameterFile::read(std::path::Path::new("migrations/params/mainnet.toml")).unwrap();
    let prices = args.get(4).map(std::path::PathBuf::from);
    let run = Run::prepare(&source, def, &params, prices.as_deref(), Request { accounts: args[2].parse().unwrap(), paths: args[3].parse().unwrap(), seed: 1 }).unwrap_or_else(|e| panic!("{e}"));
    let paths: Vec<u64> = (0..run.request.paths).collect();
    let t = std::time::Instant::now();
    let results = run.play(&paths).unwrap();
    eprintln!("{:?} {}", t.elapsed(), run.prices_from);
    for (i, arm) in run.arms.iter().enumerate() {
        let n = results.len() as f64;
        let mean = |f: &dyn Fn(&plimsoll_lab::stress::outcome::Outcome) -> f64| results.iter().map(|r| f(&r.outcomes[i])).sum::<f64>() / n;
        println!("{:24} bad {:12.0} failed {:6.1} liq {:7.1} ann {:5.1} unann {:5.1} liqusd {:12.0} reduced {:12.0} opened {:12.0} throttled {:7.0} declined {:5.0} impact {:.4} ins {:10.0} margins {:?}", arm.name,
          mean(&|o| o.bad_debt_usd), mean(&|o| o.failed_accounts as f64), mean(&|o| o.liquidated_accounts as f64), mean(&|o| o.by_announced_threshold as f64), mean(&|o| o.by_unannounced_threshold as f64),
          mean(&|o| o.liquidated_usd), mean(&|o| o.reduced_usd), mean(&|o| o.opened_usd), mean(&|o| o.throttled as f64), mean(&|o| o.declined as f64), mean(&|o| o.largest_impact), mean(&|o| o.insurance_loss_usd),
          (0..run.symbols.len()).map(|f| (mean(&|o| o.mean_margins[f]) * 1e4).round() / 1e2).collect::<Vec<_>>());
    }
}
