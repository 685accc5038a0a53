//! The files under `migrations/params` are read, say what their name says, and reach JSON without loss.

use std::collections::BTreeMap;
use std::path::PathBuf;

use plimsoll_params::{
    Cluster, FactorParams, MintSource, ParameterFile, PerpMarketListing, ReserveListing, ReserveParams,
};

const CLUSTERS: [(&str, Cluster); 3] =
    [("localnet", Cluster::Localnet), ("devnet", Cluster::Devnet), ("mainnet", Cluster::Mainnet)];

fn path_of(cluster: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../migrations/params/{cluster}.toml"))
}

fn shipped(cluster: &str) -> ParameterFile {
    ParameterFile::read(&path_of(cluster)).unwrap_or_else(|error| panic!("{error}"))
}

/// Every leaf of a JSON tree by its path, numbers and strings alike as text.
fn leaves(value: &serde_json::Value, path: &str, found: &mut BTreeMap<String, String>) {
    match value {
        serde_json::Value::Object(fields) => {
            fields.iter().for_each(|(key, field)| leaves(field, &format!("{path}.{key}"), found));
        }
        serde_json::Value::Array(elements) => {
            elements
                .iter()
                .enumerate()
                .for_each(|(index, element)| leaves(element, &format!("{path}[{index}]"), found));
        }
        serde_json::Value::String(text) => {
            found.insert(path.to_owned(), text.clone());
        }
        leaf => {
            found.insert(path.to_owned(), leaf.to_string());
        }
    }
}

#[test]
fn every_shipped_file_is_valid_and_names_its_cluster() {
    for (name, cluster) in CLUSTERS {
        let file = shipped(name);
        assert_eq!(file.cluster, cluster);
        let symbols: Vec<&str> = file.reserves.iter().map(|reserve| reserve.symbol.as_str()).collect();
        assert_eq!(symbols, ["USDC", "SOL", "BTC", "ETH"]);
        let markets: Vec<&str> = file.perp_markets.iter().map(|market| market.symbol.as_str()).collect();
        assert_eq!(markets, ["SOL-PERP", "BTC-PERP", "ETH-PERP"]);
    }
}

#[test]
fn the_way_from_toml_to_json_changes_no_value() {
    for (name, _) in CLUSTERS {
        let written: toml::Table = std::fs::read_to_string(path_of(name)).unwrap().parse().unwrap();
        let read = serde_json::from_str(&shipped(name).to_json().unwrap()).unwrap();
        let (mut in_toml, mut in_json) = (BTreeMap::new(), BTreeMap::new());
        leaves(&serde_json::to_value(written).unwrap(), "", &mut in_toml);
        leaves(&read, "", &mut in_json);
        assert_eq!(in_toml, in_json, "{name}");
    }
}

#[test]
fn numbers_of_64_bits_are_strings_in_json_and_smaller_ones_are_numbers() {
    let json: serde_json::Value = serde_json::from_str(&shipped("localnet").to_json().unwrap()).unwrap();
    for (pointer, is_string) in [
        ("/book/dust_quote_atoms", true),
        ("/book/grid_seconds", false),
        ("/factors/1/params/liquidation_capacity_quote_atoms", true),
        ("/factors/1/params/liquidation_refill_quote_atoms_per_second", true),
        ("/factors/1/params/horizon_seconds", false),
        ("/reserves/1/params/deposit_cap_atoms", true),
        ("/reserves/1/params/borrow_cap_atoms", true),
        ("/reserves/1/initial_rate_ppm_per_year", false),
        ("/pool/params/deposit_cap_atoms", true),
        ("/pool/params/executor_fee_atoms", true),
        ("/pool/params/order_delay_seconds", false),
        ("/perp_markets/0/params/max_open_interest_base_atoms", true),
        ("/perp_markets/0/params/depth_quote_atoms", true),
        ("/perp_markets/0/params/skew_scale_base_atoms", true),
        ("/perp_markets/0/params/min_base_atoms", true),
        ("/perp_markets/0/params/fee_ppm", false),
    ] {
        let value = json.pointer(pointer).unwrap_or_else(|| panic!("{pointer}"));
        assert_eq!((value.is_string(), value.is_u64()), (is_string, !is_string), "{pointer}");
    }
}

#[test]
fn identities_are_read_as_bytes() {
    let file = shipped("mainnet");
    assert_eq!(file.factors[1].feed_id.0[..4], [0xef, 0x0d, 0x8b, 0x6f]);
    assert_eq!(&file.factors[1].symbol.to_padded(), b"SOL\0\0\0\0\0\0\0\0\0\0\0\0\0");
    let MintSource::Address(wrapped_sol) = file.reserves[1].mint else { panic!("mainnet names its mints") };
    assert_eq!(wrapped_sol.0[..4], [0x06, 0x9b, 0x88, 0x57]);
}

/// What the files claim in their comments: a whole cap can be liquidated within the horizon.
#[test]
fn deposit_caps_fit_through_the_liquidation_bucket_within_the_horizon() {
    for (name, _) in CLUSTERS {
        let file = shipped(name);
        for (index, price) in [(0, 1), (1, 220), (2, 110_000), (3, 4_000)] {
            let ReserveListing { factor, params: ReserveParams { deposit_cap_atoms, .. }, symbol, .. } =
                &file.reserves[index];
            let factor = file.factor(factor).expect("checked when read");
            let FactorParams { liquidation_refill_quote_atoms_per_second, horizon_seconds, .. } = factor.params;
            let cap_tokens = deposit_cap_atoms / 10_u64.pow(factor.base_decimals.into());
            let through = liquidation_refill_quote_atoms_per_second * u64::from(horizon_seconds);
            assert!(cap_tokens * price * 1_000_000 <= through, "{name}: {symbol}");
        }
    }
}

/// What the files claim in their comments: open interest takes a part of the bucket that collateral shares, and one trade to the cap moves the price a little.
#[test]
fn caps_of_open_interest_leave_the_bucket_room_and_the_price_near() {
    for (name, _) in CLUSTERS {
        let file = shipped(name);
        for (market, price) in file.perp_markets.iter().zip([220, 110_000, 4_000]) {
            let PerpMarketListing { factor, params, symbol } = market;
            let factor = file.factor(factor).expect("checked when read");
            let FactorParams { liquidation_refill_quote_atoms_per_second, horizon_seconds, .. } = factor.params;
            let atoms = u128::from(params.max_open_interest_base_atoms) * price * 1_000_000;
            let cap_quote_atoms = atoms / 10_u128.pow(factor.base_decimals.into());
            let through = u128::from(liquidation_refill_quote_atoms_per_second) * u128::from(horizon_seconds);
            assert!(cap_quote_atoms <= through, "{name}: {symbol}");
            assert!(params.max_open_interest_base_atoms * 50 <= params.skew_scale_base_atoms, "{name}: {symbol}");
        }
    }
}
