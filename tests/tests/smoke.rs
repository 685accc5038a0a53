use plimsoll_tests::World;
#[test]
fn life() {
    let mut world = World::with_majors();
    let [usdc, sol, ..] = world.assets[..] else { panic!() };
    let lender = world.depositor(&usdc, usdc.atoms(100_000));
    let bob = world.depositor(&sol, sol.atoms(100));
    println!(
        "{:?}",
        world
            .borrow(&bob, &usdc, usdc.atoms(10_000))
            .unwrap()
            .compute_units_consumed
    );
    println!(
        "{:?}",
        world.withdraw(&bob, &sol, sol.atoms(1)).unwrap().compute_units_consumed
    );
    println!(
        "{:?}",
        world
            .repay(&bob, &usdc, usdc.atoms(1_000))
            .unwrap()
            .compute_units_consumed
    );
    println!(
        "{:?}",
        world.deposit(&bob, &sol, sol.atoms(1)).unwrap().compute_units_consumed
    );
    let _ = lender;
}
