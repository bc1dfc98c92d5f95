//! The commands that the help pages and the README show, run as they stand.

use crate::{folder, good};
use std::path::Path;
use std::process::Command;

/// Runs lines through the shell, one after the other in one folder, with `gradgrid` on the path.
fn run_all(lines: &[String]) {
    let here = folder();
    material(here.path());
    let program = Path::new(env!("CARGO_BIN_EXE_gradgrid")).parent().expect("a folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    for line in lines {
        let output = Command::new("sh").args(["-c", line]).current_dir(here.path()).env("PATH", &path).output();
        let output = output.expect("a shell");
        assert!(output.status.success(), "`{line}` fails: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The files that the help pages speak of.
fn material(folder: &Path) {
    let make = |args: &[&str]| {
        let words = ["-q", "value", "--quiet", "--engine", "cpu"];
        good(folder, &[&["eval"], args, &words].concat());
    };
    for name in ["photos", "tiles", "frames"] {
        std::fs::create_dir(folder.join(name)).expect("room");
    }
    make(&["300sin(x/90)cos(y/70)", "dem.tif", "--x", "0:600", "--y", "400:0", "--size", "31x21"]);
    make(&["x*y", "tiles/a.tif", "--x", "0:600", "--y", "400:0", "--size", "31x21"]);
    make(&["sin(x)*y", "samples.npy", "--x", "0:1", "--y", "0:2", "--size", "11x21"]);
    for name in ["run1.npy", "run2.npy", "field.npy"] {
        make(&["sin(x)*y", name, "--size", "9x7"]);
    }
    make(&["100(x² + y² + z²)", "scan.npy", "--size", "20x20x20"]);
    // A photograph of three channels.
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/colour.png");
    for name in ["photos/a.png", "frames/a.png", "photo.png"] {
        std::fs::copy(&data, folder.join(name)).expect("room");
    }
}

/// The lines that begin with `gradgrid ` or run it through cargo, after a prompt or not.
fn commands(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.trim().trim_start_matches("$ "));
    let lines = lines.map(|line| line.replacen("cargo run --release -- ", "gradgrid ", 1));
    lines.filter(|line| line.starts_with("gradgrid ")).collect()
}

/// The fenced blocks of console text in a Markdown page.
fn fenced(page: &str) -> String {
    let mut inside = false;
    let mut text = String::new();
    for line in page.lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            inside = !inside && matches!(language.trim(), "console" | "sh" | "bash" | "text" | "");
        } else if inside {
            text += line;
            text.push('\n');
        }
    }
    text
}

#[cfg(unix)]
#[test]
fn the_examples_of_the_help_pages_run() {
    let here = folder();
    let pages = ["plot", "eval", "contour", "streamlines", "surface", "at", "batch"];
    let pages = pages.map(|page| good(here.path(), &["help", page]).text());
    let lines: Vec<String> = pages.iter().flat_map(|page| commands(page)).collect();
    assert!(lines.len() >= 8, "{lines:?}");
    run_all(&lines);
}

/// It may show the GPU engine, so it takes an adapter.
#[cfg(unix)]
#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn the_commands_of_the_pages_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "ARCHITECTURE.md"];
    let pages = pages.iter().filter_map(|page| std::fs::read_to_string(root.join(page)).ok());
    let lines: Vec<String> = pages.flat_map(|page| commands(&fenced(&page))).collect();
    println!("{} commands", lines.len());
    run_all(&lines);
}

#[test]
fn commands_are_found_in_fenced_blocks_only() {
    let page = "gradgrid no\n```console\n$ gradgrid at x 1  \noutput\ncargo run --release -- at y 2\n```\n\
                gradgrid no\n```rust\ngradgrid no\n```\n";
    assert_eq!(commands(&fenced(page)), ["gradgrid at x 1", "gradgrid at y 2"], "two commands");
}
