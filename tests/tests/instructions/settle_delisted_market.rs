//! soon
#[test]
fn print() {
    let (mut world, _p) = plimsoll_tests::World::with_perps();
    let usdc = world.assets[0];
    let long = world.depositor(&usdc, usdc.atoms(100_000));
    world.trade(&long, 0, 500_000_000_000).expect("a purchase");
    let book = world.book_state();
    for f in &book.factors[..4] { println!("{:?} im {} path0 {} goal {}", f.price.mid, f.threshold.initial as f64 / 4294967296.0, f.threshold.path[0] as f64/4294967296.0, f.threshold.goal as f64/4294967296.0); }
    let a = world.margin_state(&long.account);
    println!("{:?}", plimsoll_client::health::cross(&book, &a, world.now() as u64));
    println!("{:?}", plimsoll_client::health::liquidation(&book, &a, world.now() as u64));
    println!("{:?} {}", a.perps[0], a.balances[0].deposit_shares);
    println!("{:?}", book.perp_markets[0]);
}
