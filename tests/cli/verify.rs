//! `gradgrid verify`: files say what made them, and what was changed in them is found.

use crate::{files, folder, good, run};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Files of every kind, made in `folder`, with layers of options that all matter.
fn make(folder: &Path) -> Vec<&'static str> {
    good(folder, &["eval", "x*y + 2", "dem.npy", "-q", "value", "--size", "12x9", "--quiet"]);
    let commands: [&[&str]; 24] = [
        &[
            "plot",
            "x^2*y + sin(a*y)",
            "a.png",
            "--param",
            "a=2",
            "--size",
            "40x30",
            "-c",
            "viridis_r:7",
            "--math",
            "exact",
        ],
        &["plot", "dem.npy", "b.png", "-q", "slope", "--scheme", "zevenbergen-thorne", "--z-factor", "2", "--bare"],
        &["eval", "-x^3", "c.npy", "-q", "partial:x", "--method", "central", "--x", "-1:1", "--size", "21"],
        &["eval", "x*y*z", "d.npy", "-q", "gradient", "--size", "5x4x3"],
        &["eval", "sin(x)", "e.raw", "-q", "value", "--engine", "f64", "--vars", "x,y", "--size", "31"],
        &[
            "eval",
            "a*b",
            "f.tif",
            "--with",
            "a=dem.npy",
            "--with",
            "b=dem.npy",
            "-q",
            "gradient",
            "--border",
            "reflect",
        ],
        &["contour", "x^2 + y^2", "j.geojson", "--level", "1,4", "--size", "31"],
        &["contour", "dem.npy", "k.svg", "--levels", "3"],
        &["plot", "dem.npy", "l.png", "--color", "value", "--shade", "hillshade:multidirectional", "-c", "#024,#fff"],
        &["streamlines", "x*y + sin(x)", "m.geojson", "--density", "0.5"],
        &["plot", "sin(x)*y", "n.png", "--contours", "4", "--labels", "--arrows", "ascent", "--lic", "--size", "40"],
        &["plot", "x^2 + y^2 + z^2", "o.png", "--iso", "4", "--size", "17", "--engine", "f64"],
        &["eval", "ln(x)*y", "g.exr", "-q", "value", "--size", "16x10"],
        &["eval", "x*y", "h.vti", "-q", "value", "--size", "6x5"],
        &["eval", "sin(x*y)", "i.png", "-q", "value", "--format", "png16", "--range", "-1:1", "--size", "17x9"],
        &["surface", "x^2 + y^2 + z^2", "p.ply", "--iso", "4", "--size", "9", "--values", "magnitude"],
        &["surface", "x^2 + y^2 + z^2", "q.stl", "--iso", "4,9", "--size", "9", "--flip"],
        &[
            "surface",
            "x^2 + y^2 + z^2",
            "r.vtp",
            "--iso",
            "4",
            "--size",
            "9",
            "--engine",
            "f64",
            "--values",
            "partial:x",
        ],
        &["eval", "sqrt(x)*y", "s.csv", "-q", "gradient", "--size", "7x5"],
        &["contour", "x^2 + y^2", "t.npz", "--level", "1,4", "--size", "21", "--normals"],
        &["contour", "dem.npy", "u.csv", "--levels", "3", "--normals"],
        &["plot", "sin(x*y)", "v.dzi", "--size", "300x280", "-c", "magma"],
        &["plot", "sin(x)*y", "w.svg", "--contours", "4", "--labels", "--size", "30"],
        &["eval", "x*y*z", "y.vti", "-q", "gradient", "--size", "6x5x4", "--engine", "f64"],
    ];
    for command in commands {
        good(folder, &[command, &["--quiet"]].concat());
    }
    vec![
        "a.png",
        "b.png",
        "c.npy",
        "d.npy",
        "e.raw",
        "f.tif",
        "g.exr",
        "h.vti",
        "i.png",
        "j.geojson",
        "k.svg",
        "l.png",
        "m.geojson",
        "n.png",
        "o.png",
        "p.ply",
        "q.stl",
        "r.vtp",
        "s.csv",
        "t.npz",
        "u.csv",
        "v.dzi",
        "w.svg",
        "y.vti",
    ]
}

#[test]
fn what_is_as_it_was_is_the_same_byte_for_byte() {
    let here = folder();
    let made = make(here.path());
    let before = files(here.path());
    for name in &made {
        let ending = good(here.path(), &["verify", name]);
        assert!(ending.text().contains("the same, byte for byte"), "{name}: {} {}", ending.text(), ending.err);
    }
    assert_eq!(files(here.path()), before, "nothing is left behind");
    assert_eq!(
        run(here.path(), &["verify", "dem.npy", "--engine", "none"]).code,
        Some(2),
        "an engine that is not known"
    );
    let ending = good(here.path(), &["verify", "e.raw", "--json"]);
    let value: Value = serde_json::from_str(&ending.text()).expect("JSON");
    assert_eq!((&value["same"], &value["engine"]), (&Value::from(true), &Value::from("f64")), "{value}");
    // The file may lie anywhere, and so may what it was made from.
    let there = folder();
    fs::copy(here.path().join("b.png"), there.path().join("b.png")).expect("room");
    let from = here.path().display().to_string();
    assert_eq!(run(there.path(), &["verify", "b.png"]).code, Some(2), "the array is not here");
    good(there.path(), &["verify", "b.png", "--from", &from]);
}

#[test]
fn a_changed_byte_is_found_wherever_it_is() {
    let here = folder();
    for name in make(here.path()) {
        let good_bytes = fs::read(here.path().join(name)).expect("the file");
        let size = good_bytes.len();
        for place in [9, size / 3, size / 2, size - 6] {
            let mut bytes = good_bytes.clone();
            bytes[place] ^= 0x10;
            fs::write(here.path().join(name), &bytes).expect("room");
            let ending = run(here.path(), &["verify", name]);
            assert!(matches!(ending.code, Some(2 | 4)), "{name}, byte {place}: {ending:?}");
        }
        fs::write(here.path().join(name), &good_bytes).expect("room");
    }
}

#[test]
fn a_changed_value_is_told_with_its_place_and_size() {
    let here = folder();
    make(here.path());
    let path = here.path().join("d.npy");
    let mut bytes = fs::read(&path).expect("the file");
    // Plane 1, z = 2, y = 3, x = 4 is the last of the second of three planes of 60 values.
    let place = bytes.len() - 61 * 4;
    let value = f32::from_le_bytes(bytes[place..place + 4].try_into().expect("four"));
    bytes[place..place + 4].copy_from_slice(&value.next_up().to_le_bytes());
    fs::write(&path, &bytes).expect("room");
    let ending = run(here.path(), &["verify", "d.npy"]);
    assert_eq!(ending.code, Some(4), "{}", ending.err);
    assert!(ending.err.contains("1 of 180 values differ") && ending.err.contains("(1 ulp)"), "{}", ending.err);
    assert!(ending.err.contains("[1, 2, 3, 4] is"), "where: {}", ending.err);
}

/// Replaces what stands at the first place of `from` in a file.
fn replace(path: &Path, from: &[u8], to: &[u8]) {
    let mut bytes = fs::read(path).expect("the file");
    let place = bytes.windows(from.len()).position(|part| part == from).expect("what is to be replaced");
    bytes.splice(place..place + from.len(), to.iter().copied());
    fs::write(path, bytes).expect("room");
}

/// Adds 0.5 to the number of single or double precision that begins so many bytes after a word.
fn add_half(path: &Path, after: &[u8], bytes_on: usize, double: bool) {
    let mut bytes = fs::read(path).expect("the file");
    let place = bytes.windows(after.len()).rposition(|part| part == after).expect("the word") + after.len() + bytes_on;
    if double {
        let value = f64::from_le_bytes(bytes[place..place + 8].try_into().expect("eight"));
        bytes[place..place + 8].copy_from_slice(&(value + 0.5).to_le_bytes());
    } else {
        let value = f32::from_le_bytes(bytes[place..place + 4].try_into().expect("four"));
        bytes[place..place + 4].copy_from_slice(&(value + 0.5).to_le_bytes());
    }
    fs::write(path, bytes).expect("room");
}

#[test]
fn a_changed_number_is_told_in_files_of_every_kind() {
    let here = folder();
    make(here.path());
    let at = |name: &str| here.path().join(name);
    // The y of vertex 2, whose records have three f64 and four f32.
    add_half(&at("p.ply"), b"end_header\n", 2 * 40 + 8, true);
    // The x of the second corner of triangle 1: after a count, a record of 50 bytes, a normal and a corner.
    add_half(&at("q.stl"), b"binary STL", 60 + 4 + 50 + 12 + 12, false);
    // The z of point 1: after the length of the array.
    add_half(&at("r.vtp"), b"raw\">\n_", 8 + 24 + 16, true);
    add_half(&at("y.vti"), b"raw\">\n_", 8 + 8 * 7, true);
    // y of point 1, behind the header of the first array.
    let mut npz = fs::read(at("t.npz")).expect("the file");
    let place = npz.windows(2).position(|part| part == b" \n").expect("the end of a header") + 2 + 24;
    let value = f64::from_le_bytes(npz[place..place + 8].try_into().expect("eight"));
    npz[place..place + 8].copy_from_slice(&(value + 0.5).to_le_bytes());
    fs::write(at("t.npz"), npz).expect("room");
    // The same in texts, each number followed by what makes it the only one.
    let text = fs::read_to_string(at("s.csv")).expect("text");
    let row = text.lines().nth(18).expect("a row").to_owned();
    let (x, rest) = row.split_once(',').expect("numbers");
    let y: f64 = rest.split(',').next().and_then(|y| y.parse().ok()).expect("a number");
    let changed = rest.replacen(&y.to_string(), &(y + 0.5).to_string(), 1);
    replace(&at("s.csv"), row.as_bytes(), format!("{x},{changed}").as_bytes());
    let text = fs::read_to_string(at("u.csv")).expect("text");
    let row = text.lines().nth(4).expect("a row").to_owned();
    let mut fields: Vec<String> = row.split(',').map(str::to_owned).collect();
    fields[2] = (fields[2].parse::<f64>().expect("x") + 0.5).to_string();
    replace(&at("u.csv"), row.as_bytes(), fields.join(",").as_bytes());
    let text = fs::read_to_string(at("j.geojson")).expect("text");
    let first = text.split("\"coordinates\":[[").nth(1).and_then(|rest| rest.split(',').next()).expect("x").to_owned();
    let x: f64 = first.parse().expect("a number");
    replace(&at("j.geojson"), format!("[[{first},").as_bytes(), format!("[[{},", x + 0.5).as_bytes());
    for (name, start) in [("k.svg", "<path d=\"M"), ("w.svg", "<path d=\"m")] {
        let text = fs::read_to_string(at(name)).expect("text");
        let path = text.split(start).nth(1).expect("a path");
        let x = path.split(' ').next().expect("x").to_owned();
        let moved = x.parse::<f64>().expect("a number") + 0.5;
        replace(&at(name), format!("{start}{x}").as_bytes(), format!("{start}{moved}").as_bytes());
    }
    for (name, words) in [
        ("p.ply", "vertex 2, y is"),
        ("q.stl", "triangle 1, b x is"),
        ("r.vtp", "Points 1, 2 is"),
        ("y.vti", " 7 is"),
        ("t.npz", "points 1, 1 is"),
        ("s.csv", "line 19, column 2 is"),
        ("u.csv", "line 5, column 3 is"),
        ("j.geojson", "number 2 is"),
        ("k.svg", "number 1 is"),
        ("w.svg", "number 1 is"),
    ] {
        let ending = run(here.path(), &["verify", name]);
        assert_eq!(ending.code, Some(4), "{name}: {}", ending.err);
        assert!(ending.err.contains("1 of ") && ending.err.contains("values differ"), "{name}: {}", ending.err);
        assert!(ending.err.contains(words), "{name}, where: {}", ending.err);
        let size = ending.err.split("by at most ").nth(1).and_then(|rest| rest.split([' ', ';', ',']).next());
        let size: f64 = size.and_then(|size| size.parse().ok()).expect("how much");
        assert!((size - 0.5).abs() < 1e-6, "{name}, how much: {}", ending.err);
    }
}

#[test]
fn another_version_may_give_the_same() {
    let here = folder();
    make(here.path());
    for name in ["f.tif", "g.exr", "h.vti", "j.geojson", "k.svg", "p.ply", "r.vtp", "t.npz"] {
        let version = format!("gradgrid {}", env!("CARGO_PKG_VERSION"));
        let other = version.replace('.', "9");
        replace(&here.path().join(name), version.as_bytes(), other.as_bytes());
        let ending = good(here.path(), &["verify", name]);
        assert!(ending.text().contains("another version"), "{name}: {}", ending.text());
    }
    // And may not, which is said with it.
    add_half(&here.path().join("p.ply"), b"end_header\n", 2 * 40 + 8, true);
    let ending = run(here.path(), &["verify", "p.ply"]);
    assert_eq!(ending.code, Some(4), "{}", ending.err);
    assert!(ending.err.contains("vertex 2, y is") && ending.err.contains("It was made by"), "{}", ending.err);
}

#[test]
fn tables_and_archives_are_read_as_before() {
    let here = folder();
    make(here.path());
    let text = fs::read_to_string(here.path().join("s.csv")).expect("text");
    assert!(text.starts_with("x,y,") && !text.contains('#'), "no comment in it: {text}");
    assert!(here.path().join("s.csv.json").is_file() && here.path().join("q.stl.json").is_file(), "but beside it");
    // Our own reader finds the arrays before the comment.
    good(here.path(), &["stats", "t.npz", "--member", "points", "-q", "value", "--quiet"]);
    // A description goes when the numbers are replaced by ones that say nothing.
    good(
        here.path(),
        &["eval", "x", "s.csv", "-q", "value", "--size", "5", "--overwrite", "--no-provenance", "--quiet"],
    );
    assert!(!here.path().join("s.csv.json").exists(), "it told of other numbers");
}

#[test]
fn tiles_are_compared_by_their_pixels() {
    let here = folder();
    good(here.path(), &["plot", "sin(x*y)", "v.dzi", "--size", "300x280", "--quiet"]);
    let tile = here.path().join("v_files/9/1_0.png");
    repaint(&tile, false);
    let ending = good(here.path(), &["verify", "v.dzi"]);
    assert!(ending.text().contains("packed otherwise"), "{}", ending.text());
    repaint(&tile, true);
    let ending = run(here.path(), &["verify", "v.dzi"]);
    assert_eq!(ending.code, Some(4), "{}", ending.err);
    // Pixel 70 of rows of 44.
    assert!(ending.err.contains("1 of ") && ending.err.contains("tile 9/1_0.png, pixel (26, 1)"), "{}", ending.err);
    fs::remove_file(tile).expect("ours");
    let ending = run(here.path(), &["verify", "v.dzi"]);
    assert!(ending.code == Some(4) && ending.err.contains("9/1_0.png is missing"), "{}", ending.err);
    assert_eq!(run(here.path(), &["plot", "x", "w.dzi", "--no-provenance"]).code, Some(2), "tiles must be known again");
}

#[test]
fn files_of_a_batch_are_computed_again_one_by_one() {
    let here = folder();
    for (name, formula) in [("a.npy", "x*y"), ("b.npy", "x + 3*y")] {
        good(here.path(), &["eval", formula, name, "-q", "value", "--size", "12x9", "--quiet", "--no-provenance"]);
    }
    for (folder, format, range) in
        [("png", "png", "shared"), ("tif", "tif", "none"), ("npy", "npy", "shared"), ("each", "png", "each")]
    {
        let batch = ["batch", "a.npy", "b.npy", folder, "-q", "magnitude", "--format", format, "--range", range];
        good(here.path(), &[&batch[..], &["--quiet"]].concat());
        for name in ["a", "b"] {
            let file = format!("{folder}/{name}.{format}");
            let ending = good(here.path(), &["verify", &file]);
            assert!(ending.text().contains("the same, byte for byte"), "{file}: {} {}", ending.text(), ending.err);
        }
    }
    let path = here.path().join("npy/b.npy");
    let mut bytes = fs::read(&path).expect("the file");
    let place = bytes.len() - 4;
    let value = f32::from_le_bytes(bytes[place..].try_into().expect("four"));
    bytes[place..].copy_from_slice(&(value - 0.25).to_le_bytes());
    fs::write(&path, &bytes).expect("room");
    let ending = run(here.path(), &["verify", "npy/b.npy"]);
    assert!(ending.code == Some(4) && ending.err.contains("[8, 11] is"), "the last value: {}", ending.err);
    repaint(&here.path().join("png/a.png"), true);
    let ending = run(here.path(), &["verify", "png/a.png"]);
    assert!(ending.code == Some(4) && ending.err.contains("1 of 108 pixels"), "a pixel: {}", ending.err);
    good(here.path(), &["eval", "x*y + 1", "a.npy", "-q", "value", "--size", "12x9", "--quiet", "--overwrite"]);
    let ending = run(here.path(), &["verify", "tif/a.tif"]);
    assert!(ending.code == Some(2) && ending.err.contains("has changed since"), "a source: {}", ending.err);
    fs::remove_file(here.path().join("a.npy")).expect("ours");
    let ending = run(here.path(), &["verify", "tif/a.tif"]);
    assert!(ending.code == Some(2) && ending.err.contains("a.npy"), "gone: {}", ending.err);
    let plain = ["batch", "b.npy", "plain", "--no-provenance", "--quiet"];
    good(here.path(), &plain);
    assert_eq!(run(here.path(), &["verify", "plain/b.png"]).code, Some(2), "nothing is said");
}

/// Writes a picture again with one pixel of another index, or packed otherwise.
fn repaint(path: &Path, change: bool) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(fs::read(path).expect("the picture")));
    decoder.set_transformations(png::Transformations::IDENTITY);
    let mut reader = decoder.read_info().expect("a PNG file");
    let mut pixels = vec![0; reader.output_buffer_size().expect("small")];
    reader.next_frame(&mut pixels).expect("its pixels");
    if change {
        pixels[70] = if pixels[70] == 5 { 6 } else { 5 };
    }
    let info = reader.info();
    let mut encoder = png::Encoder::new(fs::File::create(path).expect("room"), info.width, info.height);
    encoder.set_color(info.color_type);
    encoder.set_depth(info.bit_depth);
    encoder.set_palette(info.palette.clone().expect("a palette"));
    encoder.set_compression(png::Compression::High);
    for text in &info.uncompressed_latin1_text {
        encoder.add_text_chunk(text.keyword.clone(), text.text.clone()).expect("words");
    }
    for text in &info.utf8_text {
        encoder.add_itxt_chunk(text.keyword.clone(), text.get_text().expect("words")).expect("words");
    }
    encoder.write_header().expect("a header").write_image_data(&pixels).expect("pixels");
}

#[test]
fn pixels_count_and_not_how_they_are_packed() {
    let here = folder();
    make(here.path());
    let path = here.path().join("b.png");
    repaint(&path, false);
    let ending = run(here.path(), &["verify", "b.png"]);
    assert_eq!(ending.code, Some(0), "the same pixels: {}", ending.err);
    assert!(ending.text().contains("packed otherwise"), "{}", ending.text());
    repaint(&path, true);
    let ending = run(here.path(), &["verify", "b.png"]);
    assert_eq!(ending.code, Some(4), "a pixel: {}", ending.err);
    // Pixel 70 of rows of 12.
    assert!(ending.err.contains("1 of 108 pixels") && ending.err.contains("(10, 5)"), "{}", ending.err);
}

#[test]
fn words_that_are_not_so_and_sources_that_changed_are_told_apart() {
    let here = folder();
    make(here.path());
    let beside = here.path().join("c.npy.json");
    let text = fs::read_to_string(&beside).expect("words");
    fs::write(&beside, text.replace("\"Method\": \"central\"", "\"Method\": \"exact\"")).expect("room");
    let ending = run(here.path(), &["verify", "c.npy"]);
    assert!(ending.code == Some(4) && ending.err.contains("Method"), "a lie: {}", ending.err);
    fs::write(&beside, text.replace("--x=-1:1", "--x=-1:2")).expect("room");
    let ending = run(here.path(), &["verify", "c.npy"]);
    assert!(ending.code == Some(4) && ending.err.contains("values differ"), "another command: {}", ending.err);
    for (from, to) in [("\"eval\"", "\"batch\""), ("--x=", "--none="), ("[", "")] {
        fs::write(&beside, text.replacen(from, to, if from == "[" { 9 } else { 1 })).expect("room");
        let ending = run(here.path(), &["verify", "c.npy"]);
        assert!(matches!(ending.code, Some(2 | 4)), "{from}: {ending:?}");
    }

    good(here.path(), &["eval", "x*y + 3", "dem.npy", "-q", "value", "--size", "12x9", "--quiet", "--overwrite"]);
    let ending = run(here.path(), &["verify", "b.png"]);
    assert!(ending.code == Some(2) && ending.err.contains("has changed since"), "{}", ending.err);
    fs::remove_file(here.path().join("dem.npy")).expect("ours");
    let ending = run(here.path(), &["verify", "f.tif"]);
    assert!(ending.code == Some(2) && ending.err.contains("dem.npy"), "gone: {}", ending.err);
}

#[test]
fn files_without_words_are_refused_and_words_can_be_left_out() {
    let here = folder();
    let plain = ["--size", "9", "--quiet", "--no-provenance"];
    good(here.path(), &[&["plot", "x*y", "a.png"], &plain[..]].concat());
    good(here.path(), &[&["eval", "x*y", "b.npy"], &plain[..]].concat());
    good(here.path(), &[&["eval", "x*y", "c.csv"], &plain[..]].concat());
    assert_eq!(files(here.path()), ["a.png", "b.npy", "c.csv"], "nothing beside");
    let bytes = fs::read(here.path().join("a.png")).expect("the picture");
    assert!(!bytes.windows(7).any(|part| part == b"Formula"), "no words");
    for name in ["a.png", "b.npy", "c.csv", "none.png"] {
        let ending = run(here.path(), &["verify", name]);
        assert!(ending.code == Some(2) && ending.err.contains(name), "{name}: {ending:?}");
    }
}

#[test]
fn a_description_goes_with_its_numbers_and_others_are_kept() {
    let here = folder();
    let eval = ["eval", "x", "a.npy", "-q", "value", "--size", "9", "--quiet"];
    good(here.path(), &eval);
    let value: Value =
        serde_json::from_str(&fs::read_to_string(here.path().join("a.npy.json")).expect("words")).expect("JSON");
    assert_eq!((&value["file"], &value["axes"][0]["nodes"]), (&Value::from("a.npy"), &Value::from(9)), "{value}");
    assert_eq!(value["provenance"]["Command"][0], "eval", "{value}");
    fs::remove_file(here.path().join("a.npy")).expect("ours");
    good(here.path(), &eval);
    fs::remove_file(here.path().join("a.npy")).expect("ours");
    fs::write(here.path().join("a.npy.json"), "{\"mine\": 1}").expect("room");
    let ending = run(here.path(), &eval);
    assert!(ending.code == Some(2) && ending.err.contains("a.npy.json"), "someone else's: {}", ending.err);
    assert_eq!(files(here.path()), ["a.npy.json"], "and nothing is half done");
}
