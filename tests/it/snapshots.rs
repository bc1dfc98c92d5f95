//! Emitted WGSL as files in the repository, so that a change of one operation shows as one line in the diff.
//!
//! `GRADGRID_ACCEPT=1 cargo test --test it snapshots` rewrites them.

use crate::compare;
use crate::expressions::program_of_text;
use gradgrid::Quantity;
use gradgrid::program::emit;
use std::fs;
use std::path::{Path, PathBuf};

/// Whether differing files are to be replaced instead of reported.
pub(crate) fn accepting() -> bool {
    std::env::var_os("GRADGRID_ACCEPT").is_some_and(|value| !value.is_empty())
}

/// A file in a folder of `tests/`.
pub(crate) fn path(folder: &str, name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder).join(name)
}

fn cases() -> Vec<(&'static str, &'static str, Vec<Quantity>)> {
    vec![
        ("front-page", "x^2*y + sin(y)", vec![Quantity::Magnitude]),
        ("well", "x² + y²", vec![Quantity::Gradient]),
        ("bell", "e^{-(x²+y²)}", vec![Quantity::Value]),
        ("ratio", "xy/(x²+y²)", vec![Quantity::Value]),
        ("branch", "if(x > 0, √x, y)", vec![Quantity::Partial(vec![0])]),
        ("powers", "x^5 + y^-2 + x^0.5 + x^y", vec![Quantity::Value]),
        ("saddle", "x² - y²", vec![Quantity::HessianDet, Quantity::Laplacian]),
        ("volume", "xyz", vec![Quantity::Ascent]),
    ]
}

#[test]
fn emitted_programs_are_the_ones_on_file() {
    let mut complaints = String::new();
    for (name, text, quantities) in cases() {
        let program = program_of_text(text, 2, &quantities);
        let emitted = format!("// {text}\n{}", emit::emit(&program));
        let file = path("snapshots", &format!("{name}.wgsl"));
        let on_file = fs::read_to_string(&file).unwrap_or_default();
        if accepting() {
            fs::write(&file, &emitted).expect("written");
        } else if let Some(difference) = compare::texts(&emitted, &on_file) {
            complaints += &format!("{}\n{difference}", file.display());
        }
    }
    assert!(complaints.is_empty(), "{complaints}\nto accept: GRADGRID_ACCEPT=1 cargo test --test it snapshots");
}

#[test]
fn there_are_no_stray_snapshots() {
    let known: Vec<String> = cases().iter().map(|case| format!("{}.wgsl", case.0)).collect();
    for file in fs::read_dir(path("snapshots", "")).expect("a folder") {
        let name = file.expect("a file").file_name().to_string_lossy().into_owned();
        assert!(known.contains(&name), "{name} belongs to no test");
    }
}
