//! `gradgrid bench`: what it times it has checked, and it says so in a table, in JSON and in a picture.

use crate::{files, folder, good, run};
use serde_json::Value;

#[test]
fn engines_are_timed_and_verified() {
    let here = folder();
    let args = ["bench", "sin(x)*sqrt(y)", "--sizes", "33,64", "--rounds", "2", "--engine", "cpu,f64", "--quiet"];
    let end = good(here.path(), &args);
    let text = end.text();
    for part in ["33²", "64²", "cpu", "f64", "Mpt/s", "memory write", "Gflop/s", "verified  cpu: 0 of "] {
        assert!(text.contains(part), "`{part}` is missing: {text}");
    }
    assert_eq!(end.err, "", "--quiet");
    let json: Value = serde_json::from_slice(&good(here.path(), &[&args[..], &["--json"]].concat()).out).expect("JSON");
    assert_eq!(json["schema"], "gradgrid.bench/1", "a versioned schema");
    assert!(json["limits"]["write_bytes_per_s"].as_f64().is_some_and(|rate| rate > 0.0), "{json}");
    assert_eq!((&json["holds"], &json["adapter"]), (&Value::Bool(true), &Value::Null), "no GPU was asked for");
    let sizes = json["sizes"].as_array().expect("a list");
    assert_eq!(sizes.len(), 2, "{json}");
    for size in sizes {
        let engines = size["engines"].as_array().expect("a list");
        let names: Vec<&Value> = engines.iter().map(|row| &row["engine"]).collect();
        assert_eq!(names, ["cpu", "f64"], "{json}");
        let times = &engines[0]["pass"];
        let [least, median, most] = ["least_s", "median_s", "most_s"].map(|key| times[key].as_f64().expect("a time"));
        assert!(0.0 < least && least <= median && median <= most, "{times}");
        assert_eq!(times["rounds_s"].as_array().map(Vec::len), Some(2), "{times}");
        // Half the plane has no root, and the row y = 0 has no slope.
        let judged = engines[0]["check"]["values"].as_u64().expect("a count");
        let points = size["points"].as_f64().expect("a count");
        assert!(judged > 0 && judged as f64 <= points / 2.0, "{judged} of {points} are defined");
    }
    assert_eq!(files(here.path()), [""; 0], "no file was asked for");
}

#[test]
fn the_picture_is_a_png_file() {
    let here = folder();
    let args = ["bench", "--sizes", "16,32", "--rounds", "1", "--engine", "cpu", "--plot", "speed.png"];
    let end = good(here.path(), &args);
    assert!(end.text().contains("verified") && end.err.contains("speed.png"), "{}", end.err);
    let png = std::fs::read(here.path().join("speed.png")).expect("written");
    assert!(image::load_from_memory(&png).is_ok_and(|image| image.width() > 600), "a picture");
    let again = run(here.path(), &args);
    assert_eq!(again.code, Some(2), "not without --overwrite: {}", again.err);
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn the_gpu_is_compared_by_bits() {
    let here = folder();
    let text = good(here.path(), &["bench", "x*y", "--sizes", "100", "--rounds", "2", "--quiet"]).text();
    assert!(text.contains("adapter   ") && text.contains("gpu: 0 of 10000 values differ from cpu in a bit"), "{text}");
}

#[test]
fn a_single_size_has_marks_for_all_that_the_legend_names() {
    let here = folder();
    good(
        here.path(),
        &["bench", "x*y", "--sizes", "16", "--rounds", "1", "--engine", "cpu,f64", "--plot", "one.svg", "--quiet"],
    );
    let text = std::fs::read_to_string(here.path().join("one.svg")).expect("a picture");
    // Memory limits are faint: two marks in the figure, and two in the legend.
    assert_eq!(text.matches(r#"fill-opacity="0.45""#).count(), 4, "marks of memory limits");
}
