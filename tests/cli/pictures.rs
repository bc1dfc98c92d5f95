//! Pictures from outside: SVG, layers in full colour, notes, sizes on screen and paper.

use crate::{folder, good, run};
use roxmltree::Document;
use std::fs;
use std::path::Path;

/// Pixels across and down and per metre of a PNG file, and whether it has full colour.
fn head(file: &Path) -> (u32, u32, Option<u32>, bool) {
    let bytes = fs::read(file).expect("written");
    let reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().expect("a PNG file");
    let info = reader.info();
    (info.width, info.height, info.pixel_dims.map(|dims| dims.xppu), info.color_type == png::ColorType::Rgb)
}

const SADDLE: [&str; 8] = ["-q", "value", "--engine", "cpu", "--size", "90x60", "--overwrite", "--quiet"];

#[test]
fn svg_files_hold_what_the_picture_shows() {
    let here = folder();
    fs::write(here.path().join("way.csv"), "x,y\n-4,-4\n0,1\n\n2,2\n4,3\n").expect("written");
    let layers = ["--contours", "5", "--labels", "--point", "0,0,saddle <&>", "--path", "way.csv", "--title", "a < b"];
    good(here.path(), &[&["plot", "x^2-y^2", "a.svg"][..], &SADDLE, &layers].concat());
    let text = fs::read_to_string(here.path().join("a.svg")).expect("text");
    let document = Document::parse(&text).expect("well-formed");
    let words: Vec<&str> = document
        .descendants()
        .filter(|n| n.has_tag_name(("http://www.w3.org/2000/svg", "text")))
        .filter_map(|n| n.text())
        .collect();
    for word in ["a < b", "saddle <&>", "way", "level lines", "x", "y"] {
        assert!(words.contains(&word), "{word} in {words:?}");
    }
    let entries =
        document.descendants().filter(|n| n.tag_name().name() == "entry" && n.attribute("key") == Some("Formula"));
    assert_eq!(entries.filter_map(|n| n.text()).collect::<Vec<_>>(), ["x^2-y^2"], "what made it");
    let images = document.descendants().filter(|n| n.tag_name().name() == "image").count();
    assert_eq!(images, 2, "cells and colour bar");
    good(here.path(), &[&["plot", "x^2-y^2", "b.svg", "--memory", "1M"][..], &SADDLE, &layers].concat());
    let other = fs::read_to_string(here.path().join("b.svg")).expect("text");
    let body = |text: &str| text.split_once("</metadata>").map(|(_, body)| body.to_owned());
    assert!(body(&text).is_some() && body(&text) == body(&other), "in little memory");
    good(here.path(), &["duel", "sin(x)", "--at", "1", "-o", "d.svg"]);
    Document::parse(&fs::read_to_string(here.path().join("d.svg")).expect("text")).expect("well-formed");
}

#[test]
fn layers_take_full_colour_and_the_same_bytes_in_any_memory() {
    let here = folder();
    let draw = |name: &str, more: &[&str]| {
        good(here.path(), &[&["plot", "x^2-y^2", name, "--no-provenance"][..], &SADDLE, more].concat());
        fs::read(here.path().join(name)).expect("written")
    };
    let plain = draw("plain.png", &[]);
    let whole = draw("a.png", &["--point", "1,1,here", "--contours", "7"]);
    assert!(whole == draw("b.png", &["--point", "1,1,here", "--contours", "7", "--memory", "64K"]), "in little memory");
    assert!(whole != draw("c.png", &["--point", "1,1.5,here", "--contours", "7"]), "another point");
    assert!(plain != whole, "there are layers");
    assert!(!head(&here.path().join("plain.png")).3 && head(&here.path().join("a.png")).3, "full colour where needed");
}

#[test]
fn sizes_on_screen_and_on_paper() {
    let here = folder();
    let draw = |more: &[&str]| {
        good(here.path(), &[&["plot", "x*y", "a.png", "--engine", "cpu", "--overwrite"][..], more].concat());
        head(&here.path().join("a.png"))
    };
    let bare = |more: &[&str]| draw(&[&["--bare"], more].concat());
    assert_eq!(bare(&["--width", "300", "--x", "-2:2", "--y", "-1:1"]), (300, 150, None, false), "the grid follows");
    assert_eq!(bare(&["--width", "300", "--size", "100x20"]), (300, 60, None, false), "cells are enlarged");
    let (small, large) = (draw(&["--width", "400", "--dpi", "72"]), draw(&["--width", "400", "--dpi", "144"]));
    assert_eq!((small.2, large.2), (Some(2835), Some(5669)), "pixels per metre");
    assert!(large.0 > small.0 + 40, "margins grow with the letters: {small:?} {large:?}");
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let here = folder();
    fs::write(here.path().join("bad.csv"), "1,2\nthree,4\n").expect("written");
    let refused = |more: &[&str], word: &str| {
        let ending =
            run(here.path(), &[&["plot", "x*y", "a.png", "--size", "30", "--engine", "cpu"][..], more].concat());
        assert!(ending.code == Some(2) && ending.err.contains(word), "{more:?}: {ending:?}");
    };
    refused(&["--width", "100"], "90 or 120");
    refused(&["--width", "0"], "--width 0");
    refused(&["--dpi", "1e9"], "pixels per inch");
    refused(&["--dpi", "nan"], "pixels per inch");
    refused(&["--point", "9,9"], "from -5.17");
    refused(&["--point", "1"], "--point");
    refused(&["--path", "none.csv"], "none.csv");
    refused(&["--path", "bad.csv"], "line 2");
    assert!(!here.path().join("a.png").exists(), "nothing is left");
    let ending = run(here.path(), &["plot", "x*y", "a.pdf"]);
    assert!(ending.code == Some(2) && ending.err.contains(".svg"), "{ending:?}");
}
