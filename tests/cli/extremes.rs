//! Layers and lines of values that are constant, huge, tiny or nearly alike.

use crate::{folder, good};
use std::fs;
use std::path::Path;

/// A picture as SVG text, without what made it.
fn svg(folder: &Path, words: &[&str]) -> String {
    good(folder, &[&["plot", words[0], "p.svg"], &words[1..], &["--no-provenance", "--overwrite"]].concat());
    fs::read_to_string(folder.join("p.svg")).expect("written")
}

#[test]
fn constant_files_have_no_arrows() {
    let here = folder();
    for value in ["0.7", "3", "1234.567"] {
        good(here.path(), &["eval", value, "c.npy", "-q", "value", "--size", "60x50", "--overwrite"]);
        let flat = svg(here.path(), &["c.npy", "-q", "value", "--arrows"]);
        assert!(!flat.contains("<path"), "{value} has arrows");
    }
    good(here.path(), &["eval", "1000.1 + max(x, 0)", "p.npy", "-q", "value", "--size", "60x50"]);
    let half = svg(here.path(), &["p.npy", "-q", "value", "--arrows"]);
    assert!(half.contains("<path"), "the slope beside a plateau has arrows");
}

#[test]
fn files_beyond_single_precision_have_arrows_and_lines() {
    let here = folder();
    for scale in ["1e302", "1e-302"] {
        let f = format!("{scale}*sin(x)*cos(y)");
        good(here.path(), &["eval", &f, "b.npy", "-q", "value", "--engine", "f64", "--size", "60", "--overwrite"]);
        let arrows = svg(here.path(), &["b.npy", "-q", "value", "--arrows"]);
        assert!(arrows.contains("<path"), "{scale}: arrows");
        let said = good(here.path(), &["streamlines", "b.npy", "b.csv", "--overwrite"]).err;
        let rows = fs::read_to_string(here.path().join("b.csv")).expect("written").lines().count();
        assert!(rows > 500, "{scale}: {rows} rows, {said}");
    }
}
