//! Colours from outside: lists, flat steps, centres, and a range that files share.

use crate::{folder, good, run};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

/// The colours of the pixels, row by row.
fn pixels(path: &Path) -> Vec<[u8; 3]> {
    let mut decoder = png::Decoder::new(BufReader::new(File::open(path).expect("the picture")));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().expect("a PNG file");
    let mut bytes = vec![0; reader.output_buffer_size().expect("small")];
    reader.next_frame(&mut bytes).expect("its pixels");
    bytes.chunks_exact(3).map(|c| [c[0], c[1], c[2]]).collect()
}

fn bare(folder: &Path, name: &str, formula: &str, args: &[&str]) -> Vec<[u8; 3]> {
    let plot = ["plot", formula, name, "--bare", "--quiet", "--overwrite", "--size", "90x4", "--color", "value"];
    good(folder, &[&plot, args].concat());
    pixels(&folder.join(name))
}

#[test]
fn a_list_of_colours_runs_from_end_to_end() {
    let here = folder();
    let row = bare(here.path(), "a.png", "x", &["-c", "#0b1d51,#ffffff,#b3001b"]);
    assert_eq!([row[0], row[89]], [[11, 29, 81], [179, 0, 27]], "both ends");
    assert!(row[44..46].iter().flatten().all(|&c| c > 245), "white between: {:?}", &row[44..46]);
    let turned = bare(here.path(), "a.png", "x", &["-c", "#b3001b,#fff,#0b1d51"]);
    assert_eq!(turned[0], [179, 0, 27], "the other way round");
}

#[test]
fn steps_are_flat_and_end_at_round_values() {
    let here = folder();
    let row = bare(here.path(), "a.png", "x", &["-c", "viridis:4", "--range", "-4:4"]);
    let colours: BTreeSet<_> = row.iter().collect();
    assert_eq!(colours.len(), 4, "four colours");
    // x = −5 + 10 k/89 passes −2, 0 and 2 after k = 26, 44 and 62.
    let edges: Vec<usize> = (1..90).filter(|&k| row[k] != row[k - 1]).collect();
    assert_eq!(edges, [27, 45, 63], "at the edges of the steps");
    let row = bare(here.path(), "a.png", "x", &["-c", "viridis:4"]);
    let edges: Vec<usize> = (1..90).filter(|&k| row[k] != row[k - 1]).collect();
    assert_eq!(edges, [23, 45, 67], "steps of 2.5");
}

#[test]
fn the_centre_has_the_neutral_colour() {
    let here = folder();
    let row = bare(here.path(), "a.png", "x^2", &["-c", "bluered", "--center", "4"]);
    let neutral = |[r, g, b]: [u8; 3]| r.abs_diff(g) < 12 && g.abs_diff(b) < 12 && r > 230;
    let found: Vec<usize> = (0..90).filter(|&k| neutral(row[k])).collect();
    // |x| = 2 lies between nodes 26 and 27, and 62 and 63.
    assert!([26, 27, 62, 63].iter().all(|k| found.contains(k)), "at |x| = 2: {found:?}");
    assert!(found.iter().all(|k| (24..30).contains(k) || (60..66).contains(k)), "nowhere else: {found:?}");
    let default = bare(here.path(), "a.png", "x^2", &["--center", "4"]);
    assert!(default[45][2] > default[45][0] && default[0][0] > default[0][2], "diverging unless told otherwise");
}

#[test]
fn slips_say_what_to_do() {
    let here = folder();
    for (args, word) in [
        (&["-c", "viridis:1"][..], "viridis:8"),
        (&["-c", "#12345,#fff"], "#rrggbb"),
        (&["-c", "#fff"], "2 to 32"),
        (&["-c", "jet"], "turbo"),
        (&["--center", "x"], "--center"),
        (&["--center", "1", "--range", "0:1"], "--range"),
        (&["--center", "1", "--scale", "log"], "linear"),
        (&["--center", "1", "--scale", "symlog"], "linear"),
    ] {
        let ending = run(here.path(), &[&["plot", "x*y", "a.png", "--size", "9"], args].concat());
        assert!(ending.code == Some(2) && ending.err.contains(word), "{args:?}: {}", ending.err);
    }
    let help = good(here.path(), &["help", "colors"]).text();
    assert!(help.contains("bluered") && help.contains("viridis:8"), "{help}");
}

#[test]
fn pictures_of_a_batch_share_a_range_and_its_middle() {
    let here = folder();
    fs::create_dir(here.path().join("in")).expect("room");
    for (name, formula) in [("a", "x"), ("b", "3x - 1")] {
        let file = format!("in/{name}.npy");
        good(here.path(), &["eval", formula, &file, "--quiet", "-q", "value", "--size", "11", "--x=0:1", "--y=0:1"]);
    }
    let batch = |range: &str| {
        let map = ["-q", "value", "-c", "bluered", "--range", range, "--quiet"];
        good(here.path(), &[&["batch", "in", "out"], &map[..]].concat());
        ["a", "b"].map(|name| pixels(&here.path().join(format!("out/{name}.png"))))
    };
    let [a, b] = batch("shared");
    // The values are 0 to 1 and −1 to 2, so the colours span −2 to 2 and b ends at their end.
    assert_eq!(b[10], pixels_of("bluered", 254), "the largest of all");
    assert!(a[10] != b[10] && a[0].iter().all(|&c| c > 235), "0 is neutral and 1 half-way: {:?} {:?}", a[0], a[10]);
    let [a, b] = batch("each");
    assert_eq!(a[10], b[10], "each file to its own end");
}

/// Level `level` of a bare picture's colours.
fn pixels_of(map: &str, level: usize) -> [u8; 3] {
    gradgrid::Colormap::from_name(map).expect("a map").sequence(255)[level]
}
