//! `gradgrid contour` and the contours of `gradgrid plot`: every format, every way to say levels, and any budget of memory.

use crate::{files, folder, good, run};
use serde_json::Value;
use std::fs;

/// The rows of a CSV file of lines: number of the line, value, x, y and more.
fn rows(text: &str) -> Vec<Vec<f64>> {
    let number = |field: &str| field.parse().unwrap_or(f64::NAN);
    text.lines().skip(1).map(|line| line.split(',').map(number).collect()).collect()
}

#[test]
fn circles_are_closed_and_on_the_circle_with_their_normals() {
    let here = folder();
    let args = ["contour", "x^2+y^2", "c.csv", "--level", "4,1,9", "--normals", "--size", "100"];
    let said = good(here.path(), &args).err;
    assert!(said.contains("3 lines at 3 levels (1 to 9)"), "{said}");
    let text = fs::read_to_string(here.path().join("c.csv")).expect("written");
    assert!(text.starts_with("line,value,x,y,normal_x,normal_y\n"), "{}", &text[..60]);
    let rows = rows(&text);
    for row in &rows {
        let (radius, x, y) = (row[1].sqrt(), row[2], row[3]);
        // The bar is 1e-6; a root's residual of 1e-12 of an edge's rise is far within it.
        assert!((x.hypot(y) - radius).abs() < 1e-11, "{row:?}");
        assert!((row[4] - x / radius).hypot(row[5] - y / radius) < 1e-11, "∇f points outward: {row:?}");
    }
    for line in 0..3 {
        let of: Vec<_> = rows.iter().filter(|row| row[0] == f64::from(line)).collect();
        assert_eq!(of[0], of[of.len() - 1], "line {line} ends where it begins");
    }
}

#[test]
fn formats_hold_the_same_lines_and_any_cut_gives_the_same_bytes() {
    let here = folder();
    let lines = |name: &str, more: &[&str]| {
        let base = ["contour", "sin(x*y)+x/3", name, "--every", "0.25", "--size", "301x199", "--overwrite"];
        good(here.path(), &[&base[..], more].concat());
        fs::read(here.path().join(name)).expect("written")
    };
    let csv = lines("a.csv", &[]);
    assert_eq!(csv, lines("a.csv", &["--memory", "1K"]), "a tight budget");
    // Single precision finds the same cells, and the function the same places in them.
    assert_eq!(csv, lines("a.csv", &["--engine", "cpu"]), "single precision");
    let rows = rows(&String::from_utf8(csv).expect("text"));
    let json: Value = serde_json::from_slice(&lines("a.geojson", &[])).expect("JSON");
    let features = json["features"].as_array().expect("features");
    let points: usize = features.iter().map(|f| f["geometry"]["coordinates"].as_array().map_or(0, Vec::len)).sum();
    assert_eq!(points, rows.len(), "points of GeoJSON");
    assert_eq!(features[0]["properties"]["value"], rows[0][1], "its value");
    let svg = String::from_utf8(lines("a.svg", &[])).expect("text");
    assert_eq!(svg.matches("<path").count(), features.len(), "paths of SVG");
    lines("a.npz", &[]);
    let told = good(here.path(), &["stats", "a.npz:values", "--json"]).text();
    assert!(told.contains(&format!("{}", features.len())), "values of NPZ: {told}");
}

#[test]
fn files_have_lines_in_their_own_coordinates() {
    let here = folder();
    let made = ["eval", "x + 2y", "dem.tif", "-q", "value", "--x", "100:200", "--y", "80:40", "--size", "11x5"];
    good(here.path(), &made);
    let said = good(here.path(), &["contour", "dem.tif", "-", "--format", "csv", "--every", "50"]);
    let rows = rows(&said.text());
    let levels: Vec<f64> = rows.iter().map(|row| row[1]).collect();
    assert!(levels.contains(&200.0) && levels.contains(&350.0) && !levels.contains(&360.0), "{levels:?}");
    for row in &rows {
        assert!((row[2] + 2.0 * row[3] - row[1]).abs() < 1e-4, "on the plane, to the precision of the file: {row:?}");
    }
    // Higher values on the left: a plane that rises to the upper right has lines from upper left to lower right.
    assert!(rows[0][2] < rows[1][2] && rows[0][3] > rows[1][3], "{:?} {:?}", rows[0], rows[1]);
}

#[test]
fn what_cannot_be_followed_is_refused() {
    let here = folder();
    let refused = |args: &[&str], word: &str| {
        let ending = run(here.path(), &[&["contour", "x^2+y^2"], args].concat());
        assert_eq!(ending.code, Some(2), "{args:?}: {}", ending.err);
        assert!(ending.err.contains(word), "{args:?}: {}", ending.err);
    };
    refused(&["a.txt"], ".geojson, .csv, .npz or .svg");
    refused(&["a.csv", "-q", "gradient"], "2 values per cell");
    refused(&["a.csv", "--every", "-1"], "positive");
    refused(&["a.csv", "--every", "1e-9"], "further apart");
    refused(&["a.csv", "--level", "1,two"], "1,4,9");
    refused(&["a.csv", "--levels", "0"], "at least one");
    refused(&["a.csv", "--levels", "3", "--every", "1"], "cannot be used with");
    refused(&["a.svg", "--normals"], ".geojson");
    assert_eq!(files(here.path()), Vec::<String>::new(), "nothing is written");
    let none = good(here.path(), &["contour", "x^2+y^2", "none.geojson", "--level", "-1"]);
    assert!(none.err.contains("0 lines at 1 level"), "no line is no mistake: {}", none.err);
}

#[test]
fn pictures_have_contours_and_labels() {
    let here = folder();
    let drawn = |more: &[&str]| {
        let base = ["plot", "sin(x)*cos(y)", "p.png", "--size", "120", "--overwrite"];
        good(here.path(), &[&base[..], more].concat());
        fs::read(here.path().join("p.png")).expect("written")
    };
    let plain = drawn(&[]);
    let lines = drawn(&["--contours", "every=0.25"]);
    assert!(lines != plain, "lines are drawn");
    assert!(drawn(&["--contours", "every=0.25", "--labels"]) != lines, "and labels");
    assert!(drawn(&["--contours", "every=0.25", "--contour-color", "#fff"]) != lines, "in a colour");
    assert_eq!(drawn(&["--contours", "every=0.25", "--memory", "1K"]), lines, "whatever the budget");
    assert_eq!(drawn(&["--level", "5"]).len(), drawn(&["--level", "7"]).len(), "levels that do not occur draw nothing");
    let filled = drawn(&["-q", "value", "--contours", "every=0.25", "--filled"]);
    assert!(filled != drawn(&["-q", "value", "--contours", "every=0.25"]), "flat colours between the lines");
    let refused = |more: &[&str], word: &str| {
        let ending = run(here.path(), &[&["plot", "x*y", "q.png"], more].concat());
        assert!(ending.code == Some(2) && ending.err.contains(word), "{more:?}: {}", ending.err);
    };
    refused(&["--labels"], "--contours");
    refused(&["--contours", "many"], "every=50");
    refused(&["--filled"], "add --contours");
    refused(&["--contours", "5", "--filled"], "-q value");
    refused(&["-q", "value", "--contours", "1,2,5", "--filled"], "evenly spaced");
    refused(&["-q", "value", "--contours", "every=0.01", "--filled"], "flat steps");
    refused(&["--contours", "5", "--contour-color", "mauve"], "no colour");
    refused(&["--contours", "5", "--contour-width", "-1"], "positive");
}

#[test]
fn more_lines_than_memory_are_refused_and_leave_no_file() {
    let here = folder();
    // 100 levels around each of some thousand summits.
    let base = ["contour", "sin(20*x)*sin(20*y)", "a.csv", "--levels", "100", "--size", "800", "--engine", "cpu"];
    let end = run(here.path(), &[&base[..], &["--memory", "1M"]].concat());
    assert_eq!(end.code, Some(2), "{}", end.err);
    assert!(end.err.contains("the lines take") && end.err.contains("--memory"), "{}", end.err);
    assert_eq!(files(here.path()), [""; 0], "nothing half-written");
    good(here.path(), &[&base[..], &["--memory", "1G"]].concat());
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn lines_do_not_depend_on_the_engine() {
    let here = folder();
    // Holes, a row longer than the first pieces, and more levels than a list of cells is worth.
    for (formula, size, levels) in [
        ("sin(x*y) + x/3", "701x499", "10"),
        ("sqrt(x)*y + log(y + sin(3*x))", "640x333", "25"),
        ("x*y - sin(x)", "150000x9", "3"),
        ("sin(x)*sin(y)", "400x300", "120"),
    ] {
        let lines = |more: &[&str]| {
            let base = ["contour", formula, "a.csv", "--levels", levels, "--size", size, "--overwrite"];
            let end = run(here.path(), &[&base[..], more].concat());
            assert_eq!(end.code, Some(0), "{formula} {more:?}: {}", end.err);
            assert!(!end.err.contains("computed again"), "{formula} {more:?}: {}", end.err);
            fs::read(here.path().join("a.csv")).expect("written")
        };
        let cpu = lines(&["--engine", "cpu"]);
        assert!(cpu.len() > 1_000, "{formula}: there are lines");
        assert!(lines(&["--engine", "f64"]) == cpu, "{formula}: f64");
        for more in [&["--memory", "1K"][..], &["--verify", "all"], &["--verify", "off"]] {
            assert!(lines(&[&["--engine", "gpu"], more].concat()) == cpu, "{formula}: gpu {more:?}");
        }
    }
}
