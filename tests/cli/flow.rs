//! `gradgrid streamlines`, and the streamlines and arrows of `gradgrid plot`.

use crate::{files, folder, good, run};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// The lines of a CSV file: points in their order.
fn lines(folder: &Path, name: &str) -> Vec<Vec<[f64; 2]>> {
    let text = fs::read_to_string(folder.join(name)).expect("written");
    assert!(text.starts_with("line,x,y\n"), "{}", &text[..40.min(text.len())]);
    let mut lines: Vec<Vec<[f64; 2]>> = Vec::new();
    for row in text.lines().skip(1) {
        let fields: Vec<&str> = row.split(',').collect();
        let number = |k: usize| fields[k].parse::<f64>().expect("a number");
        if fields[0].parse() == Ok(lines.len()) {
            lines.push(Vec::new());
        }
        lines.last_mut().expect("a line").push([number(1), number(2)]);
    }
    lines
}

#[test]
fn lines_rise_or_fall_and_have_the_same_points_in_every_format() {
    let here = folder();
    let made = |name: &str, more: &[&str]| {
        let base = ["streamlines", "x^2 - y^2", name, "--x", "-2:2", "--y", "-2:2", "--size", "300"];
        good(here.path(), &[&base[..], more].concat()).err
    };
    let said = made("up.csv", &[]);
    let up = lines(here.path(), "up.csv");
    assert!(said.contains(&format!("{} lines", up.len())) && up.len() > 20, "{said}");
    let f = |p: &[f64; 2]| p[0] * p[0] - p[1] * p[1];
    for line in &up {
        assert!(line.windows(2).all(|pair| f(&pair[1]) > f(&pair[0])), "{line:?}");
    }
    made("down.csv", &["--direction", "descent"]);
    let mut down = lines(here.path(), "down.csv");
    down.iter_mut().for_each(|line| line.reverse());
    assert_eq!(up, down, "the same lines the other way");
    made("up.geojson", &[]);
    let json: Value =
        serde_json::from_slice(&fs::read(here.path().join("up.geojson")).expect("written")).expect("JSON");
    let features = json["features"].as_array().expect("features");
    assert_eq!(features.len(), up.len(), "GeoJSON");
    // The reader of the test is off by an ulp now and then.
    let read = features[3]["geometry"]["coordinates"][1][1].as_f64().expect("a number");
    assert!((read - up[3][1][1]).abs() < 1e-15, "every digit: {read}");
    assert_eq!(json["provenance"]["Quantity"], "streamlines of ∇f", "what they are");
    made("up.svg", &[]);
    let svg = fs::read_to_string(here.path().join("up.svg")).expect("written");
    assert_eq!(svg.matches("<path").count(), up.len(), "SVG");
    let sparse = made("sparse.csv", &["--density", "0.5"]);
    assert!(lines(here.path(), "sparse.csv").len() < up.len() * 2 / 3, "{sparse}");
}

#[test]
fn lines_through_points_and_of_files() {
    let here = folder();
    good(here.path(), &["streamlines", "x^2+y^2", "rays.csv", "--from", "1,1", "--from", "-1,0.5"]);
    let rays = lines(here.path(), "rays.csv");
    assert_eq!(rays.len(), 2, "one for each point");
    let top = rays[0][rays[0].len() - 1];
    assert!(top[0] == 5.0 && (top[1] - 5.0).abs() < 1e-9, "up to the corner: {top:?}");
    assert!(rays[0].iter().all(|p| (p[0] - p[1]).abs() < 1e-9), "along the diagonal");
    let made = [
        "eval",
        "(x-150)^2 + 4(y-60)^2",
        "dem.tif",
        "-q",
        "value",
        "--x",
        "100:200",
        "--y",
        "80:40",
        "--size",
        "51x21",
    ];
    good(here.path(), &made);
    let said =
        good(here.path(), &["streamlines", "dem.tif", "drain.csv", "--direction", "descent", "--separation", "9"]);
    assert!(said.err.contains("ends at critical points") || said.err.contains("1 end at"), "{}", said.err);
    let drains = lines(here.path(), "drain.csv");
    assert!(drains.len() > 10, "{}", drains.len());
    let (mut bottom, mut along) = (f64::INFINITY, 0.0_f64);
    for line in &drains {
        let last = line[line.len() - 1];
        bottom = bottom.min((last[0] - 150.0).hypot(last[1] - 60.0));
        // (x − 150)⁴/(y − 60) is kept: d(x)/(x−150) = 2 dt, d(y)/(y−60) = 8 dt.
        let kept = |p: &[f64; 2]| (4.0 * (p[0] - 150.0).abs().ln() - (p[1] - 60.0).abs().ln()) / 4.0;
        let far: Vec<f64> =
            line.iter().filter(|p| (p[0] - 150.0).abs() > 5.0 && (p[1] - 60.0).abs() > 2.0).map(kept).collect();
        along = far.iter().fold(along, |worst, k| worst.max((k - far[0]).abs()));
    }
    assert!(bottom < 0.1, "the first one reaches the bottom: {bottom}");
    // Derivatives of a quadratic are central differences' own, but for the cells at the border and the file's single precision.
    assert!(along < 0.02, "the way of steepest descent: {along}");
}

#[test]
fn what_has_no_lines_and_what_is_refused() {
    let here = folder();
    let refused = |args: &[&str], word: &str| {
        let ending = run(here.path(), &[&["streamlines"], args].concat());
        assert_eq!(ending.code, Some(2), "{args:?}: {}", ending.err);
        assert!(ending.err.contains(word), "{args:?}: {}", ending.err);
    };
    refused(&["x*y", "a.png"], ".geojson, .csv, .npz or .svg");
    refused(&["x*y", "a.csv", "-q", "magnitude"], "as the formula");
    refused(&["x*y", "a.csv", "--separation", "0"], "positive");
    refused(&["x*y", "a.csv", "--separation", "1e-3"], "take a distance of");
    refused(&["x*y", "a.csv", "--separation", "5", "--density", "2"], "cannot be used with");
    refused(&["x*y", "a.csv", "--from", "1"], "two coordinates");
    refused(&["x*y", "a.csv", "--from", "9,9"], "no line begins there");
    refused(&["x*y", "a.csv", "--size", "50x1"], "two axes");
    assert_eq!(files(here.path()), Vec::<String>::new(), "nothing is written");
    for (formula, name) in [("3", "flat.csv"), ("0/0", "none.csv"), ("ln(-1-x^2)", "masked.csv")] {
        let said = good(here.path(), &["streamlines", formula, name]).err;
        assert!(said.contains("0 lines, 0 points"), "{formula}: {said}");
    }
}

#[test]
fn pictures_have_streamlines_and_arrows() {
    let here = folder();
    let drawn = |more: &[&str]| {
        let base = ["plot", "sin(x)*cos(y)", "p.png", "--size", "150", "--overwrite", "--no-provenance"];
        good(here.path(), &[&base[..], more].concat());
        fs::read(here.path().join("p.png")).expect("written")
    };
    let sets: [&[&str]; 14] = [
        &[],
        &["--streamlines"],
        &["--streamlines", "9"],
        &["--streamlines", "--streamline-direction", "descent"],
        &["--streamlines", "--streamline-color", "white"],
        &["--streamlines", "--streamline-width", "2"],
        &["--arrows"],
        &["--arrows", "descent"],
        &["--arrows", "--arrow-spacing", "40"],
        &["--arrows", "--arrow-length", "log"],
        &["--arrows", "--arrow-length", "unit"],
        &["--arrows", "--arrow-lattice", "square"],
        &["--arrows", "--arrow-color", "#f00"],
        &["--level", "0.5", "--arrows", "normal"],
    ];
    let pictures: Vec<Vec<u8>> = sets.iter().map(|more| drawn(more)).collect();
    for (k, picture) in pictures.iter().enumerate() {
        for (other, more) in pictures[..k].iter().zip(sets) {
            assert!(picture != other, "{:?} and {more:?} draw the same", sets[k]);
        }
    }
    assert!(drawn(&["--streamlines", "--memory", "1K"]) == pictures[1], "whatever the budget");
    assert!(drawn(&["--level", "5", "--arrows", "normal"]) == drawn(&["--level", "7"]), "no level, no normal");
    let refused = |more: &[&str], word: &str| {
        let ending = run(here.path(), &[&["plot", "x*y", "q.png"], more].concat());
        assert!(ending.code == Some(2) && ending.err.contains(word), "{more:?}: {}", ending.err);
    };
    refused(&["--arrows", "normal"], "--level");
    refused(&["--arrows", "--arrow-spacing", "-3"], "positive");
    refused(&["--arrows", "--arrow-color", "mauve"], "no colour");
    refused(&["--streamlines", "none"], "not a number");
    refused(&["--streamlines", "1e-4"], "take a distance of");
    refused(&["--arrows", "sideways"], "descent");
}

#[test]
fn lines_are_verified() {
    let here = folder();
    good(here.path(), &["streamlines", "sin(x)*cos(y)", "flow.geojson", "--density", "0.4"]);
    good(here.path(), &["verify", "flow.geojson"]);
    let file = here.path().join("flow.geojson");
    let text = fs::read_to_string(&file).expect("written");
    let at = text.find("[[").expect("a line") + 3;
    let digit = if &text[at..=at] == "1" { "2" } else { "1" };
    fs::write(&file, [&text[..at], digit, &text[at + 1..]].concat()).expect("room");
    assert_eq!(run(here.path(), &["verify", "flow.geojson"]).code, Some(4), "a point that was moved");
    good(here.path(), &["streamlines", "x*y", "plain.geojson", "--no-provenance"]);
    assert!(!fs::read_to_string(here.path().join("plain.geojson")).expect("written").contains("Formula"), "left out");
}
