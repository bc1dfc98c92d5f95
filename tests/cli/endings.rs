//! How a command ends when something else ends first: a closed pipe, an interrupt, an engine that is not there.

use crate::{command, ending, files, folder, good, run};
use std::fs;
use std::io::Read;
use std::process::Stdio;
use std::time::Duration;

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let here = folder();
    for args in [
        &["eval", "x", "-", "--format", "csv", "-q", "value", "--size", "500000"][..],
        &["eval", "x+y", "-", "--format", "npy", "--size", "1500x1500"],
        &["plot", "sin(x*y)", "-", "--size", "1500x1500", "--bare"],
    ] {
        let mut child =
            command(here.path(), args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut few = [0; 16];
        child.stdout.take().expect("piped").read_exact(&mut few).expect("a few bytes");
        let end = ending(child.wait_with_output().expect("it ends"));
        assert_eq!(end.code, Some(0), "{args:?}: {}", end.err);
        assert!(!end.err.contains("error") && !end.err.contains("panicked"), "{args:?}: {}", end.err);
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing_behind() {
    let here = folder();
    let args = ["eval", "sum(k, 1, 40, sin(k*x)*cos(k*y))", "f.npy", "--size", "9000x9000", "--engine", "cpu"];
    let child = command(here.path(), &args).stderr(Stdio::piped()).spawn().expect("it starts");
    std::thread::sleep(Duration::from_millis(600));
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().expect("kill").success(), "it still runs");
    let end = ending(child.wait_with_output().expect("it ends"));
    assert_eq!(end.code, Some(130), "{}", end.err);
    assert!(end.err.contains("interrupted"), "{}", end.err);
    assert_eq!(files(here.path()), [""; 0], "no file, no part of one");
}

#[test]
fn an_engine_that_is_not_there_ends_with_3() {
    let here = folder();
    let mut asked = command(here.path(), &["eval", "x", "f.npy", "--engine", "gpu"]);
    let end = ending(asked.env("GRADGRID_ADAPTER", "nonsense").output().expect("it starts"));
    assert_eq!(end.code, Some(3), "{}", end.err);
    assert!(end.err.contains("nonsense") && end.err.starts_with("error: "), "{}", end.err);
    assert_eq!(files(here.path()), [""; 0], "nothing is written");
    let mut auto = command(here.path(), &["eval", "x", "f.npy"]);
    let end = ending(auto.env("GRADGRID_ADAPTER", "nonsense").output().expect("it starts"));
    assert_eq!(end.code, Some(0), "auto takes the CPU: {}", end.err);
    assert!(end.err.contains("engine (auto): cpu"), "and says so: {}", end.err);
}

#[test]
fn a_file_is_replaced_only_when_asked_and_only_whole() {
    let here = folder();
    let file = here.path().join("f.npy");
    fs::write(&file, "precious").expect("written");
    let args = ["eval", "x", "f.npy", "--size", "5"];
    let end = run(here.path(), &args);
    assert_eq!(end.code, Some(2), "{}", end.err);
    assert!(end.err.contains("--overwrite"), "{}", end.err);
    assert_eq!(fs::read(&file).expect("there"), b"precious", "untouched");
    let end = run(here.path(), &["plot", "x", "f.npy", "--overwrite"]);
    assert_eq!(
        (end.code, fs::read(&file).expect("there").as_slice()),
        (Some(2), &b"precious"[..]),
        "a failure harms nothing"
    );
    let end = run(here.path(), &["eval", "x+", "f.npy", "--overwrite"]);
    assert_eq!(
        (end.code, fs::read(&file).expect("there").as_slice()),
        (Some(2), &b"precious"[..]),
        "nor does a bad formula"
    );
    good(here.path(), &[&args[..], &["--overwrite"]].concat());
    assert!(fs::read(&file).expect("there").starts_with(b"\x93NUMPY"), "replaced");
    assert_eq!(files(here.path()), ["f.npy", "f.npy.json"], "nothing else is left");
}
