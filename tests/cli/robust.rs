//! What must hold when everything goes wrong: kills at any moment, full disks, interrupts, tight memory.

use crate::{command, ending, files, folder, good, run};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Pieces of work that last a second or so in a debug build, with the file they write.
const WORKS: [&[&str]; 4] = [
    &["plot", "x^2*y + sin(y)", "f", "--bare", "--size", "6000x6000", "--engine", "cpu"],
    &["eval", "x^2*y + sin(y)", "f", "--format", "npy", "-q", "gradient", "--size", "3000x3000", "--engine", "cpu"],
    &["eval", "x^2*y + sin(y)", "f", "--format", "png16", "-q", "value", "--size", "3000x3000", "--engine", "cpu"],
    &["eval", "x*y", "f", "--format", "csv", "-q", "value", "--size", "900x900", "--engine", "cpu"],
];

/// The same work under another name.
fn named(work: &[&str], name: &str) -> Vec<String> {
    work.iter().map(|&word| if word == "f" { name.to_owned() } else { word.to_owned() }).collect()
}

/// The extension that goes with a piece of work.
fn name_of(work: &[&str]) -> &'static str {
    match work {
        ["plot", ..] => "f.png",
        [_, _, _, _, "npy", ..] => "f.npy",
        [_, _, _, _, "csv", ..] => "f.csv",
        _ => "f.grey",
    }
}

#[cfg(unix)]
fn kill(id: u32, signal: &str) -> bool {
    Command::new("kill").args([signal, &id.to_string()]).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
}

#[cfg(unix)]
#[test]
fn a_kill_at_any_moment_leaves_no_damaged_file() {
    let here = folder();
    let mut seed = 42_u64;
    for work in WORKS {
        let name = name_of(work);
        let args = named(work, name);
        let started = Instant::now();
        good(here.path(), &args.iter().map(String::as_str).collect::<Vec<_>>());
        let whole = started.elapsed();
        let want = fs::read(here.path().join(name)).expect("written");
        for trial in 0..6 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let there = folder();
            // Every other time there is an old file.
            let old: &[u8] = if trial % 2 == 0 { b"old" } else { b"" };
            if !old.is_empty() {
                fs::write(there.path().join(name), old).expect("written");
            }
            let args: Vec<String> = args.iter().cloned().chain(["--overwrite".to_owned()]).collect();
            let mut child = command(there.path(), &args).stderr(Stdio::null()).spawn().expect("it starts");
            // Anywhere in its life, the end and a little more included.
            thread::sleep(whole.mul_f64((seed >> 40) as f64 / f64::from(1 << 24) * 1.1));
            kill(child.id(), "-KILL");
            child.wait().expect("it ends");
            let found = fs::read(there.path().join(name)).unwrap_or_default();
            assert!(found == old || found == want, "{name}, trial {trial}: {} bytes of {}", found.len(), want.len());
        }
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error_that_harms_nothing() {
    let here = folder();
    let program = env!("CARGO_BIN_EXE_gradgrid");
    for work in WORKS {
        let name = name_of(work);
        let file = here.path().join(name);
        fs::write(&file, "precious").expect("written");
        // A limit on the size of files stands for the disk: 64 blocks of 512 bytes. The signal that goes with it is ignored.
        let script = format!("trap '' XFSZ; ulimit -f 64; exec {program} \"$@\"");
        let args = named(work, name);
        let output = Command::new("sh")
            .args(["-c", &script, "sh"])
            .args(&args)
            .arg("--overwrite")
            .current_dir(here.path())
            .output()
            .expect("a shell");
        let end = ending(output);
        assert_eq!(end.code, Some(2), "{name}: {}", end.err);
        assert!(end.err.contains("error: ") && !end.err.contains("panicked"), "{name}: {}", end.err);
        assert_eq!(fs::read(&file).expect("there"), b"precious", "{name}: the old file is untouched");
        fs::remove_file(&file).expect("there");
        assert_eq!(files(here.path()), [""; 0], "{name}: no part is left");
    }
    if Path::new("/dev/full").exists() {
        let full = fs::File::options().write(true).open("/dev/full").expect("a device");
        let args = ["eval", "x*y", "-", "--format", "npy", "--size", "900x900", "--engine", "cpu"];
        let end = ending(command(here.path(), &args).stdout(full).stderr(Stdio::piped()).output().expect("it starts"));
        assert_eq!(end.code, Some(2), "a stream: {}", end.err);
        assert!(end.err.contains("error: "), "a stream: {}", end.err);
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_within_a_second_whatever_holds_the_work_up() {
    /// From the signal to the end, on a machine that is busy with other tests.
    const SOON: Duration = Duration::from_millis(2_000);
    let heavy = "sum(k, 1, 60, sin(k*x)*cos(k*y)*exp(sin(k*x*y)))";
    let works: [&[&str]; 4] = [
        &["plot", heavy, "f.png", "--size", "9000x9000", "--engine", "cpu"],
        &["eval", heavy, "f.npy", "-q", "hessian", "--size", "9000x9000", "--engine", "f64"],
        &["stats", heavy, "--size", "30000x30000", "--engine", "cpu"],
        // Nobody reads the pipe, so the write never returns.
        &["eval", "x", "-", "--format", "npy", "--size", "9000x9000", "--engine", "cpu"],
    ];
    for work in works {
        let here = folder();
        let child = command(here.path(), work).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.expect("it starts");
        thread::sleep(Duration::from_millis(700));
        assert!(kill(child.id(), "-INT"), "{work:?}: it still runs");
        let asked = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("a child") {
                break status;
            }
            assert!(asked.elapsed() < Duration::from_secs(20), "{work:?}: it does not end");
            thread::sleep(Duration::from_millis(5));
        };
        assert_eq!(status.code(), Some(130), "{work:?}");
        assert!(asked.elapsed() < SOON, "{work:?}: {:?}", asked.elapsed());
        assert_eq!(files(here.path()), [""; 0], "{work:?}: nothing is left");
    }
}

/// What a command writes to its standard output under a budget and with so many threads.
fn stream(args: &[&str], memory: &str, threads: &str) -> Vec<u8> {
    let here = folder();
    let all: Vec<&str> = args.iter().copied().chain(["--memory", memory, "--quiet"]).collect();
    let end = ending(command(here.path(), &all).env("RAYON_NUM_THREADS", threads).output().expect("it starts"));
    assert_eq!(end.code, Some(0), "{args:?}: {}", end.err);
    end.out
}

/// Sizes at which others break: beyond 2^24 cells in one row or column, odd, and one cell.
const SIZES: [&str; 6] = ["4096x4096", "5793x61", "8193x129", "1x70001", "70001x1", "1x1"];

fn bytes_do_not_depend(engine: &str, against: &str) {
    for size in SIZES {
        for args in [
            &["plot", "x^2*y + sin(y)", "-", "--bare", "--size", size, "--engine"][..],
            &["eval", "x^2*y + sin(y)", "-", "--format", "npy", "--size", size, "--engine"],
        ] {
            let with = |engine| args.iter().copied().chain([engine]).collect::<Vec<_>>();
            let want = stream(&with(against), "512M", "2");
            for (memory, threads) in [("64M", "1"), ("64M", "2"), ("4G", "2"), ("4G", "1")] {
                let got = stream(&with(engine), memory, threads);
                assert!(got == want, "{args:?} on {engine} with {memory} and {threads} threads");
            }
        }
    }
}

#[test]
fn bytes_do_not_depend_on_memory_or_threads() {
    bytes_do_not_depend("cpu", "cpu");
}

#[test]
fn nor_do_layers_and_the_place_of_the_legend() {
    let layers =
        "--size 1201x1487 --contours 8 --labels --streamlines 60 --arrows --point 4,3,here --quiet --overwrite";
    for name in ["f.png", "f.svg"] {
        let here = folder();
        let drawn = |memory: &str, threads: &str| -> Vec<u8> {
            let args = ["plot", "x^2*y + sin(y)", name, "--engine", "cpu", "--memory", memory];
            let args: Vec<&str> = args.into_iter().chain(layers.split(' ')).collect();
            let end =
                ending(command(here.path(), &args).env("RAYON_NUM_THREADS", threads).output().expect("it starts"));
            assert_eq!(end.code, Some(0), "{}", end.err);
            fs::read(here.path().join(name)).expect("a picture")
        };
        let want = drawn("1G", "2");
        for (memory, threads) in [("64M", "1"), ("16M", "2")] {
            assert!(drawn(memory, threads) == want, "{name} with {memory} and {threads} threads");
        }
    }
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn nor_on_the_engine() {
    bytes_do_not_depend("gpu", "cpu");
}

/// The most memory that a command had in use, in KiB.
#[cfg(target_os = "linux")]
fn peak(args: &[&str]) -> u64 {
    let here = folder();
    let mut child = command(here.path(), args).stdout(Stdio::null()).spawn().expect("it starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().expect("a child").is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok());
        peak = kib.unwrap_or(0).max(peak);
        thread::sleep(Duration::from_millis(3));
    }
    peak
}

#[cfg(target_os = "linux")]
#[test]
fn memory_stays_within_the_budget() {
    // Beside the budget: the program itself, its stacks, and what the allocator keeps.
    const BESIDE: u64 = 128 << 10;
    for (budget, mib) in [("16M", 16), ("256M", 256)] {
        for work in [
            &["plot", "x^2*y + sin(y)", "f.png", "--size", "6000x6000", "--engine", "cpu"][..],
            &["eval", "x^2*y + sin(y)", "f.npy", "-q", "hessian", "--size", "4000x4000", "--engine", "f64"],
        ] {
            let args: Vec<&str> = work.iter().copied().chain(["--quiet", "--memory", budget]).collect();
            let peak = peak(&args);
            assert!(peak > 1_000, "{args:?}: it was seen running");
            assert!(peak <= (mib << 10) + BESIDE, "{args:?}: {peak} KiB");
        }
    }
}

#[test]
fn a_limit_that_holds_is_no_excuse() {
    let here = folder();
    let end = run(here.path(), &["plot", "x", "f.png", "--memory", "1", "--size", "300x200", "--engine", "cpu"]);
    assert_eq!(end.code, Some(0), "the least there can be is taken: {}", end.err);
}
