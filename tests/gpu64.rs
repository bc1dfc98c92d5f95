//! The command line in double precision: what it refuses, and deep domains on the engines that hold them.

use std::process::{Command, Output};

/// Runs the tool in a folder of its own.
fn run(folder: &tempfile::TempDir, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gradgrid"));
    command.args(args).current_dir(folder).env("NO_COLOR", "1").output().expect("runs")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const DEEP: &str = "--x=-0.7436438875371587:-0.7436438865371587";
const TOO_DEEP: &str = "--x=-0.7436438870371592:-0.7436438870371582";

/// The x of every row of a CSV file.
fn values(folder: &tempfile::TempDir, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(folder.path().join(name)).expect("written");
    text.lines().skip(1).map(|line| line.rsplit(',').next().unwrap_or("").to_owned()).collect()
}

#[test]
fn a_domain_that_f64_cannot_hold_is_refused_by_every_engine() {
    let folder = folder();
    for engine in ["f64", "gpu64", "auto", "cpu"] {
        let output =
            run(&folder, &["eval", "x", "out.csv", "-q", "value", "-s", "16384", TOO_DEEP, "--engine", engine]);
        assert_eq!(output.status.code(), Some(2), "{engine}: {}", stderr(&output));
        assert!(stderr(&output).contains("double precision"), "{engine}: {}", stderr(&output));
        assert!(!folder.path().join("out.csv").exists(), "{engine} wrote nothing");
    }
}

#[test]
fn a_deep_domain_is_refused_in_f32_and_whole_in_f64() {
    let folder = folder();
    let args = ["eval", "x", "out.csv", "-q", "value", "-s", "16384", DEEP, "--engine"];
    let refused = run(&folder, &[&args[..], &["cpu"]].concat());
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("--engine f64"), "{}", stderr(&refused));
    let done = run(&folder, &[&args[..], &["f64"]].concat());
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let mut values = values(&folder, "out.csv");
    values.dedup();
    assert_eq!(values.len(), 16_384, "every column has its own value");
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn a_deep_domain_is_whole_on_gpu64() {
    let folder = folder();
    for engine in ["f64", "gpu64"] {
        let name = format!("{engine}.csv");
        let output = run(&folder, &["eval", "x", &name, "-q", "value", "-s", "16384", DEEP, "--engine", engine]);
        assert_eq!(output.status.code(), Some(0), "{engine}: {}", stderr(&output));
    }
    let (device, host) = (values(&folder, "gpu64.csv"), values(&folder, "f64.csv"));
    assert_eq!(device, host, "x itself");
    let output = run(&folder, &["plot", "sin(1e9*x)*y", "out.png", "-s", "60x40", DEEP, "--engine", "gpu64"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("gpu64"), "the engine is named: {}", stderr(&output));
}

#[test]
fn an_engine_that_is_not_there_is_an_error_that_names_those_that_are() {
    let output = run(&folder(), &["eval", "x", "out.csv", "--engine", "gpu65"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("gpu64"), "{}", stderr(&output));
}

#[test]
fn without_an_adapter_gpu64_exits_with_3() {
    let folder = folder();
    let mut command = Command::new(env!("CARGO_BIN_EXE_gradgrid"));
    command.args(["eval", "x", "out.csv", "-s", "9", "--engine", "gpu64"]).current_dir(&folder);
    let output = command.env("GRADGRID_ADAPTER", "no such adapter").output().expect("runs");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
}
