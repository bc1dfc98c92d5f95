//! SVG pictures show what PNG pictures show: drawn by resvg, which shares no code with our raster, the two are compared pixel by pixel.

use crate::{folder, good};
use resvg::{tiny_skia, usvg};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// What may lie between two drawings of an edge: letters whose places the viewer finds from their widths are off by up to a third of a pixel, and so
/// is a line thinner than a pixel, which the raster makes a pixel wide and paler. Of black on white that is 0.35 · 255 = 89; a sixth more for
/// the different ways of smoothing. A mark that is missing, or off by a pixel, differs by its whole contrast.
const FAR: u8 = 104;
/// From here on a pixel differs: smoothing in steps of 1/16 or finer and places in hundredths of a pixel make less on edges of half the full contrast.
const DIFFERENT: u8 = 16;
/// The share of pixels that may differ so: lines and their edges are up to a sixth of a picture full of them, and of their pixels one in eight lies
/// where smoothing matters.
const SHARE: f64 = 0.02;

/// The pictures: each layer, on small grids of large cells.
const PICTURES: [(&str, &str); 10] = [
    ("x^2*y + sin(y)", "--size 200x160"),
    ("ln(x*y)", "--size 120 --bare --width 240 --dark"),
    ("x^2*y + sin(y)", "--size 240x200 --contours 8 --labels"),
    ("x^2*y + sin(y)", "--size 240x200 --arrows --dark"),
    ("sin(x)*cos(y)", "--size 240x200 --streamlines"),
    ("sin(x)*cos(y)", "--size 240x200 --lic --shade hillshade --colormap coolwarm:6"),
    EVERYTHING,
    ("x^2*y + sin(3*x)", "--profile y=1"),
    ("x^2 + y^2 + z^2", "--iso 9 --paint magnitude --size 30 --width 400"),
    ("x^2 + y^2 + z^2", "--iso 9,4 --size 30 --width 400 --dark"),
];
/// The one with a legend.
const EVERYTHING: (&str, &str) =
    ("x^2*y + sin(y)", "--size 240x200 --contours 5 --streamlines 40 --arrows --point 1,2,here --range 0:40");

static OPTIONS: LazyLock<usvg::Options<'_>> = LazyLock::new(|| {
    let mut options = usvg::Options::default();
    // The font that the picture asks for, as our raster has it.
    options.fontdb_mut().load_font_data(include_bytes!("../../src/figure/font/DejaVuSans-subset.ttf").to_vec());
    options
});

/// Columns, rows, and the red, green and blue of each pixel.
type Pixels = (u32, u32, Vec<u8>);

fn of_svg(text: &str) -> Pixels {
    let tree = usvg::Tree::from_str(text, &OPTIONS).expect("an SVG file");
    let size = tree.size().to_int_size();
    let mut drawn = tiny_skia::Pixmap::new(size.width(), size.height()).expect("a small picture");
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut drawn.as_mut());
    let opaque = |pixel: &tiny_skia::PremultipliedColorU8| [pixel.red(), pixel.green(), pixel.blue()];
    (size.width(), size.height(), drawn.pixels().iter().flat_map(opaque).collect())
}

fn of_png(path: &Path) -> Pixels {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(fs::read(path).expect("a file")));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().expect("a PNG file");
    let mut bytes = vec![0; reader.output_buffer_size().expect("small")];
    let frame = reader.next_frame(&mut bytes).expect("pixels");
    assert_eq!(frame.color_type, png::ColorType::Rgb, "colours");
    (frame.width, frame.height, bytes)
}

/// What is wrong with a drawing, if anything.
fn wrong(drawn: &Pixels, wanted: &Pixels) -> Option<String> {
    if (drawn.0, drawn.1) != (wanted.0, wanted.1) {
        return Some(format!("{} × {} pixels, not {} × {}", drawn.0, drawn.1, wanted.0, wanted.1));
    }
    let apart = |(a, b): (&[u8], &[u8])| (0..3).map(|part| a[part].abs_diff(b[part])).max().unwrap_or(0);
    let differences: Vec<u8> = drawn.2.chunks_exact(3).zip(wanted.2.chunks_exact(3)).map(apart).collect();
    let (farthest, at) = differences.iter().zip(0..).max()?;
    if *farthest > FAR {
        let (x, y) = (at % wanted.0, at / wanted.0);
        return Some(format!("({x}, {y}) differs by {farthest} of 255"));
    }
    let share =
        differences.iter().filter(|difference| **difference > DIFFERENT).count() as f64 / differences.len() as f64;
    (share > SHARE).then(|| format!("{share:.4} of the pixels differ"))
}

/// The picture as PNG and as the text of its SVG file.
fn both((formula, options): (&str, &str)) -> (Pixels, String) {
    let here = folder();
    for name in ["a.png", "a.svg"] {
        let all: Vec<&str> =
            ["plot", formula, name, "--engine", "cpu", "--quiet"].into_iter().chain(options.split(' ')).collect();
        good(here.path(), &all);
    }
    (of_png(&here.path().join("a.png")), fs::read_to_string(here.path().join("a.svg")).expect("text"))
}

#[test]
fn svg_shows_what_png_shows() {
    for picture in PICTURES {
        let (wanted, svg) = both(picture);
        assert_eq!(wrong(&of_svg(&svg), &wanted), None, "{picture:?}");
    }
}

/// Each path and each word left out, and everything a pixel to the left, is seen; but for the dark edges of white lines, which are meant to be
/// hardly seen.
#[test]
fn what_is_left_out_or_moved_is_seen() {
    let (wanted, svg) = both(EVERYTHING);
    let marks = svg.lines().filter(|line| line.starts_with("<path") || line.starts_with("<text"));
    let marks: Vec<&str> = marks.filter(|line| !line.contains("stroke=\"#101014\"")).collect();
    assert!(marks.len() > 20, "{} marks", marks.len());
    let mut missed = Vec::new();
    for mark in &marks {
        if wrong(&of_svg(&svg.replacen(mark, "", 1)), &wanted).is_none() {
            missed.push(&mark[..mark.len().min(60)]);
        }
    }
    assert_eq!(missed, [] as [&str; 0], "of {}", marks.len());
    assert!(wrong(&of_svg(&svg.replace("viewBox=\"0 0", "viewBox=\"1 0")), &wanted).is_some(), "a pixel to the left");
    let less = svg.replacen("width=\"", "width=\"1", 1);
    assert!(wrong(&of_svg(&less), &wanted).is_some_and(|words| words.contains('×')), "another size");
}
