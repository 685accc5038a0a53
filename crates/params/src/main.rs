//! `plimsoll-params <file>`: checks a parameter file and prints it as JSON. Errors go to standard error, one per line, with exit
//! status 1; wrong usage is status 2.

use std::path::PathBuf;
use std::process::ExitCode;

use plimsoll_params::ParameterFile;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(file), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: plimsoll-params <file.toml>");
        return ExitCode::from(2);
    };
    match print_as_json(&file) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn print_as_json(file: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    println!("{}", ParameterFile::read(file)?.to_json()?);
    Ok(())
}
