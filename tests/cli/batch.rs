//! Batches: a map for each file, resumed, told in a manifest, with bad files skipped.

use crate::{Ending, files, folder, good, run};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// A folder with three small pictures and one that is none.
fn pictures(folder: &Path) {
    let photos = folder.join("photos");
    fs::create_dir(&photos).expect("room");
    for (name, size) in [("a", "20x12"), ("b", "20x12"), ("c", "9x7")] {
        let file = format!("photos/{name}.png");
        let formula = format!("sin(x*{size})*y", size = size.len() + usize::from(name.as_bytes()[0] % 7));
        let words = ["eval", &formula, &file, "--format", "png16", "-q", "value", "--size", size, "--quiet"];
        good(folder, &words);
    }
    fs::write(photos.join("d.png"), b"not a picture").expect("room");
    fs::write(photos.join("notes.txt"), b"nothing").expect("room");
}

fn manifest(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("out/manifest.jsonl")).expect("a manifest");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn batch(folder: &Path, args: &[&str]) -> Ending {
    run(folder, &[&["batch", "photos", "out"], args].concat())
}

#[test]
fn a_bad_file_is_skipped_and_the_rest_is_not_done_twice() {
    let here = folder();
    pictures(here.path());
    let ending = batch(here.path(), &[]);
    assert_eq!(ending.code, Some(1), "done in part: {}", ending.err);
    assert!(ending.err.contains("d.png") && ending.err.contains("3 files written"), "{}", ending.err);
    assert_eq!(files(&here.path().join("out")), ["a.png", "b.png", "c.png", "manifest.jsonl"], "maps");
    let lines = manifest(here.path());
    assert_eq!(lines.len(), 4, "a line for each file");
    let bad: Vec<&Value> = lines.iter().filter(|line| !line["error"].is_null()).collect();
    assert!(bad.len() == 1 && bad[0]["file"] == "photos/d.png", "{bad:?}");
    let line = lines.iter().find(|line| line["file"] == "photos/c.png").expect("c");
    assert_eq!((line["shape"].to_string(), &line["masked"]), ("[7,9]".to_owned(), &Value::from(0)), "{line}");
    assert_eq!(line["range"], line["values"], "each file has its own range");

    fs::remove_file(here.path().join("photos/d.png")).expect("ours");
    let before = fs::metadata(here.path().join("out/a.png")).expect("a map").modified().expect("a clock");
    let ending = batch(here.path(), &[]);
    assert!(ending.code == Some(0) && ending.err.contains("0 files written, 3 were done already"), "{}", ending.err);
    let after = fs::metadata(here.path().join("out/a.png")).expect("a map").modified().expect("a clock");
    assert_eq!(before, after, "untouched");
    fs::remove_file(here.path().join("out/b.png")).expect("ours");
    fs::copy(here.path().join("photos/a.png"), here.path().join("photos/c.png")).expect("room");
    let ending = batch(here.path(), &[]);
    assert!(ending.err.contains("2 files written, 1 were"), "what is missing or has changed: {}", ending.err);
    let ending = batch(here.path(), &["-q", "saliency:1"]);
    assert!(ending.err.contains("3 files written"), "another request is other maps: {}", ending.err);
}

#[test]
fn a_shared_range_is_that_of_all() {
    let here = folder();
    pictures(here.path());
    fs::remove_file(here.path().join("photos/d.png")).expect("ours");
    let ending = batch(here.path(), &["--range", "shared", "--format", "npy"]);
    assert_eq!(ending.code, Some(0), "{}", ending.err);
    let lines = manifest(here.path());
    let number = |value: &Value| value.as_f64().expect("a number");
    let low = lines.iter().map(|line| number(&line["values"][0])).fold(f64::INFINITY, f64::min);
    let high = lines.iter().map(|line| number(&line["values"][1])).fold(f64::NEG_INFINITY, f64::max);
    for line in &lines {
        assert_eq!((number(&line["range"][0]), number(&line["range"][1])), (low, high), "{line}");
    }
    let ending = batch(here.path(), &["--range", "shared", "--format", "npy"]);
    assert!(ending.err.contains("0 files written, 3 were done already"), "{}", ending.err);
    // The file that set the range is gone, so the others are scaled anew.
    let widest = lines.iter().find(|line| number(&line["values"][1]) == high).expect("one of them");
    fs::remove_file(here.path().join(widest["file"].as_str().expect("a name"))).expect("ours");
    let ending = batch(here.path(), &["--range", "shared", "--format", "npy"]);
    assert!(ending.err.contains("2 files written"), "{}", ending.err);
}

#[test]
fn a_batch_is_what_eval_makes_of_each_file() {
    let here = folder();
    pictures(here.path());
    fs::remove_file(here.path().join("photos/d.png")).expect("ours");
    let words = ["--formula", "norm(grad(a))*2", "-q", "value", "--format", "npy", "--scheme", "scharr", "--quiet"];
    assert_eq!(batch(here.path(), &words).code, Some(0), "a formula");
    for name in ["a", "b", "c"] {
        let input = format!("a=photos/{name}.png");
        let eval =
            ["eval", "norm(grad(a))*2", "-", "--format", "npy", "-q", "value", "--scheme", "scharr", "--with", &input];
        let map = fs::read(here.path().join(format!("out/{name}.npy"))).expect("a map");
        assert!(good(here.path(), &eval).out == map, "{name}: the same bytes");
    }
}

#[test]
fn slips_are_told_before_any_work() {
    let here = folder();
    pictures(here.path());
    fs::create_dir(here.path().join("more")).expect("room");
    fs::copy(here.path().join("photos/a.png"), here.path().join("more/a.png")).expect("room");
    let refused = |args: &[&str], words: &[&str]| {
        let ending = run(here.path(), args);
        assert_eq!(ending.code, Some(2), "{args:?}: {}", ending.err);
        for word in words {
            assert!(ending.err.contains(word), "{args:?} misses {word}: {}", ending.err);
        }
    };
    refused(&["batch", "photos", "more", "out"], &["photos/a.png", "more/a.png", "out/a.png"]);
    refused(&["batch", "photos", "photos"], &["replace itself"]);
    refused(&["batch", "photos", "more"], &["--overwrite"]);
    refused(&["batch", "photos/a.png", "photos/b.png"], &["the folder for the results"]);
    refused(&["batch", "photos", "out", "-q", "salience"], &["saliency"]);
    refused(&["batch", "photos", "out", "--formula", "x*y"], &["uses nothing"]);
    refused(&["batch", "photos", "out", "--range", "2:1"], &["low end"]);
    refused(&["batch", "photos", "out", "--scheme", "sobol"], &["sobel"]);
    assert!(!here.path().join("out/a.png").exists(), "nothing was written");
}

#[test]
fn inputs_may_be_a_list() {
    let here = folder();
    pictures(here.path());
    fs::write(here.path().join("list"), "photos/a.png\n\nphotos/c.png\r\n").expect("room");
    good(here.path(), &["batch", "--list", "list", "out", "--format", "tif"]);
    assert_eq!(files(&here.path().join("out")), ["a.tif", "c.tif", "manifest.jsonl"], "as listed");
}
