//! `gradgrid verify`: files say what made them, and what was changed in them is found.

use crate::{files, folder, good, run};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Files of every kind, made in `folder`, with layers of options that all matter.
fn make(folder: &Path) -> Vec<&'static str> {
    good(folder, &["eval", "x*y + 2", "dem.npy", "-q", "value", "--size", "12x9", "--quiet"]);
    let commands: [&[&str]; 15] = [
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
