//! The parameter structs have the fields of the program's, in its order and with its integer types; only `reserved` ones are left out.

use plimsoll_params::{BookParams, FactorParams, PerpMarketParams, PoolParams, ReserveParams};

const PROGRAM: &str = include_str!("../../../programs/plimsoll/src/state/params.rs");
const READER: &str = include_str!("../src/params.rs");

/// `name: type` of each field of a struct, as its source says; the reader's go on with `in bounds`.
fn fields_of(source: &str, name: &str) -> Vec<String> {
    let body = source.split_once(&format!("pub struct {name} {{")).unwrap_or_else(|| panic!("no struct {name}")).1;
    let lines = body.lines().map(str::trim).take_while(|line| *line != "}");
    let fields = lines.filter(|line| !line.is_empty() && !line.starts_with("//") && !line.starts_with('#'));
    let declarations = fields.map(|line| line.split(',').next().unwrap_or(line).split(" in ").next().unwrap_or(line));
    declarations
        .map(|field| field.trim_start_matches("pub ").to_owned())
        .filter(|field| !field.starts_with("reserved:"))
        .collect()
}

#[test]
fn every_field_of_the_program_is_read_under_its_name_and_type() {
    for (name, bounds) in [
        ("BookParams", BookParams::BOUNDS),
        ("FactorParams", FactorParams::BOUNDS),
        ("ReserveParams", ReserveParams::BOUNDS),
        ("PerpMarketParams", PerpMarketParams::BOUNDS),
        ("PoolParams", PoolParams::BOUNDS),
    ] {
        let in_program = fields_of(PROGRAM, name);
        assert_eq!(fields_of(READER, name), in_program, "{name}");
        assert_eq!(bounds.len(), in_program.len(), "{name}");
    }
}
