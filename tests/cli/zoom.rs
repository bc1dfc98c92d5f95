//! `gradgrid plot … name.dzi`: tiles in folders, the name last, and work that goes on where it stopped.

use crate::{command, ending, files, folder, good, run};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

const PLOT: [&str; 6] = ["plot", "sin(x*y)+ln(x)", "z.dzi", "--engine", "cpu", "--size"];

#[test]
fn a_pyramid_has_every_level_and_its_text() {
    let here = folder();
    let end = good(here.path(), &[&PLOT[..], &["700x300"]].concat());
    assert!(end.err.contains("700×300 pixels, 11 levels, 17 tiles") && end.err.contains("undefined"), "{}", end.err);
    assert_eq!(files(here.path()), ["z.dzi", "z_files"], "the picture and its tiles");
    let text = fs::read_to_string(here.path().join("z.dzi")).expect("written");
    assert!(text.contains("TileSize=\"256\"") && text.contains("<Size Width=\"700\" Height=\"300\"/>"), "{text}");
    let tiles = here.path().join("z_files");
    for (level, names) in [
        ("0", &["0_0.png"][..]),
        ("9", &["0_0.png", "1_0.png"]),
        ("10", &["0_0.png", "0_1.png", "1_0.png", "1_1.png", "2_0.png", "2_1.png"]),
    ] {
        assert_eq!(files(&tiles.join(level)), names, "level {level}");
    }
    let corner = image::open(tiles.join("10/2_1.png")).expect("a picture");
    assert_eq!((corner.width(), corner.height()), (700 - 512, 300 - 256), "tiles end where the picture does");
    let plain = [&PLOT[..2], &["z.png", "--bare", "--quiet"], &PLOT[3..], &["700x300"]].concat();
    good(here.path(), &plain);
    let whole = image::open(here.path().join("z.png")).expect("a picture").to_rgb8();
    let part = image::imageops::crop_imm(&whole, 512, 256, 188, 44).to_image();
    assert!(part == corner.to_rgb8(), "the colours of the plain picture");
}

#[test]
fn another_picture_is_not_mixed_in() {
    let here = folder();
    good(here.path(), &[&PLOT[..], &["300"]].concat());
    let again = run(here.path(), &[&PLOT[..], &["300"]].concat());
    assert!(again.code == Some(2) && again.err.contains("--overwrite"), "{}", again.err);
    fs::remove_file(here.path().join("z.dzi")).expect("there");
    let other = run(here.path(), &[&PLOT[..], &["301"]].concat());
    assert!(other.code == Some(2) && other.err.contains("another picture (Grid"), "{}", other.err);
    good(here.path(), &[&PLOT[..], &["301", "--overwrite"]].concat());
    fs::create_dir(here.path().join("y_files")).expect("room");
    fs::write(here.path().join("y_files/letter.txt"), "dear").expect("room");
    let foreign = run(here.path(), &["plot", "x", "y.dzi", "--overwrite"]);
    assert!(foreign.code == Some(2) && foreign.err.contains("not a folder of tiles"), "{}", foreign.err);
    assert_eq!(files(&here.path().join("y_files")), ["letter.txt"], "it is left alone");
}

/// All files below a folder, by name and bytes.
fn everything(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for name in files(folder) {
        let path = folder.join(&name);
        if path.is_dir() {
            all.extend(everything(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            all.push((name, fs::read(path).expect("a file")));
        }
    }
    all
}

#[cfg(unix)]
#[test]
fn interrupted_work_goes_on_where_it_stopped() {
    let (here, whole) = (folder(), folder());
    let args = ["plot", "sum(k, 1, 12, sin(k*x)*cos(k*y))", "z.dzi", "--engine", "cpu", "--size", "3000"];
    good(whole.path(), &args);
    for signal in ["-INT", "-KILL"] {
        let child = command(here.path(), &args).stderr(Stdio::piped()).spawn().expect("it starts");
        let tiles = here.path().join("z_files/12");
        let done = || fs::read_dir(&tiles).map_or(0, Iterator::count);
        let before = done();
        // As soon as there is a new row of tiles; a fast machine may be done by then, which harms nothing.
        for _ in 0..2_000 {
            if done() >= before + 12 || here.path().join("z.dzi").exists() {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let id = child.id().to_string();
        let _ = std::process::Command::new("kill").args([signal, &id]).stderr(Stdio::null()).status();
        let end = ending(child.wait_with_output().expect("it ends"));
        if here.path().join("z.dzi").exists() {
            fs::remove_file(here.path().join("z.dzi")).expect("there");
        } else if signal == "-INT" {
            assert_eq!(end.code, Some(130), "{}", end.err);
            assert!(end.err.contains("goes on from there"), "{}", end.err);
        }
    }
    let end = good(here.path(), &args);
    assert!(end.err.contains("kept from before"), "{}", end.err);
    assert!(everything(here.path()) == everything(whole.path()), "the same bytes, and nothing else");
}
