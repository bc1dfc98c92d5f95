//! Layers and lines of values that are constant, huge, tiny or nearly alike.

use crate::{folder, good, run};
use std::fs;
use std::path::Path;

/// A picture as SVG text, without what made it.
fn svg(folder: &Path, words: &[&str]) -> String {
    good(folder, &[&["plot", words[0], "p.svg"], &words[1..], &["--no-provenance", "--overwrite"]].concat());
    fs::read_to_string(folder.join("p.svg")).expect("written")
}

/// What is written in a picture.
fn texts(svg: &str) -> Vec<&str> {
    svg.split("<text ").skip(1).filter_map(|rest| rest.split_once('>')?.1.split("</text>").next()).collect()
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

#[test]
fn colour_bars_reach_to_values_beyond_single_precision() {
    let here = folder();
    let ticks = |scale: &str| {
        let f = format!("{scale}*sin(x)*cos(y)");
        let words = [&f, "-q", "value", "--engine", "f64", "--size", "100", "--title", "t"];
        let made = svg(here.path(), &words);
        texts(&made).iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()
    };
    let usual = ticks("1e-3");
    assert!(usual.contains(&"×10⁻⁴".to_owned()), "{usual:?}");
    for (scale, power) in [("1e40", "×10³⁹"), ("1e300", "×10²⁹⁹")] {
        let wanted: Vec<String> = usual.iter().map(|text| text.replace("×10⁻⁴", power)).collect();
        assert_eq!(ticks(scale), wanted, "as for 1e-3, in {power}");
    }
}

#[test]
fn labels_tell_levels_apart() {
    let here = folder();
    for (f, size) in [("100000+x", "f32"), ("1e6+x", "f64"), ("1e9+sin(x)*cos(y)", "f64")] {
        let engine = if size == "f64" { "f64" } else { "cpu" };
        let words = [f, "--x", "0:1", "-q", "value", "--contours", "6", "--labels", "--engine", engine];
        let made = svg(here.path(), &words);
        let labels = made.split("<text ").filter(|text| text.contains("xml:space=\"preserve\" fill=\"none\""));
        let mut said: Vec<&str> = labels.filter_map(|text| text.split_once('>')?.1.split("</text>").next()).collect();
        said.sort_unstable();
        said.dedup();
        assert!(said.len() >= 3, "{f}: {said:?}");
    }
}

#[test]
fn labels_lie_over_arrows_and_streamlines() {
    let here = folder();
    let words = ["sin(x)*cos(y)", "-q", "value", "--contours", "5", "--labels", "--arrows", "--streamlines"];
    let made = svg(here.path(), &[&words[..], &["--legend", "none"]].concat());
    let first = made.find("xml:space=\"preserve\" fill=\"none\"").expect("labels");
    assert!(!made[first..].contains("<path"), "lines are drawn over labels");
}

#[test]
fn a_legend_that_does_not_fit_is_left_out() {
    let here = folder();
    let made = |words: &[&str]| svg(here.path(), words).contains(">level lines<");
    let layers = ["-q", "value", "--contours", "5", "--arrows"];
    assert!(made(&[&["x*y"][..], &layers].concat()), "it fits");
    assert!(!made(&[&["sin(x)*cos(y)", "--size", "3x1000"][..], &layers].concat()), "three cells wide");
    assert!(!made(&[&["x*y", "--width", "60", "--legend", "lower-left"][..], &layers].concat()), "60 pixels wide");
}

#[test]
fn numbers_of_many_digits_have_exponents() {
    let here = folder();
    let said = good(here.path(), &["contour", "1e300*sin(x)*cos(y)", "h.csv"]).err;
    let line = said.lines().last().expect("a summary");
    assert!(line.len() < 200 && line.contains("e299"), "{said}");
    let text = fs::read_to_string(here.path().join("h.csv")).expect("written");
    assert!(
        text.lines().all(|row| row.len() < 100),
        "rows of {} letters",
        text.lines().map(str::len).max().unwrap_or(0)
    );
}

#[test]
fn streamlines_of_nothing_say_so() {
    let here = folder();
    let none = run(here.path(), &["streamlines", "sqrt(-x^2-1)", "s.csv"]);
    assert!(none.err.contains("nowhere defined"), "{}", none.err);
    let density = run(here.path(), &["streamlines", "x", "s.csv", "--density", "0", "--overwrite"]);
    assert!(density.code == Some(2) && !density.err.contains("points"), "{}", density.err);
    good(here.path(), &["eval", "x", "row.npy", "-q", "value", "--size", "30x1"]);
    let row = run(here.path(), &["contour", "row.npy", "r.csv"]);
    assert!(row.code == Some(2) && row.err.contains("plane"), "{:?} {}", row.code, row.err);
    let title = svg(here.path(), &["x", "--title", "two\nlines"]);
    assert!(title.contains(">two lines<"), "{:?}", texts(&title));
}
