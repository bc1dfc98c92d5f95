//! Textures that flow along the gradient: in pictures of formulas and arrays, the same for any memory, engine and number of threads.

use crate::{command, folder, good};
use std::fs;

/// The pixels of a PNG file.
fn pixels(bytes: &[u8]) -> (u32, u32, Vec<u8>) {
    let decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    let mut reader = decoder.read_info().expect("a PNG file");
    let mut pixels = vec![0; reader.output_buffer_size().expect("it fits")];
    let info = reader.next_frame(&mut pixels).expect("whole");
    assert_eq!(info.color_type, png::ColorType::Rgb, "full colour");
    (info.width, info.height, pixels)
}

const PLOT: [&str; 7] = ["plot", "ln(x + 6)*sin(y)", "--size", "700x500", "--lic", "--bare", "--overwrite"];

#[test]
fn a_texture_is_the_same_whatever_the_means() {
    let here = folder();
    let draw = |name: &str, more: &[&str], threads: &str| {
        let mut all = PLOT.to_vec();
        all.insert(2, name);
        all.extend_from_slice(more);
        let mut command = command(here.path(), &all);
        let output = command.env("RAYON_NUM_THREADS", threads).output().expect("it starts");
        assert!(output.status.success(), "{all:?}: {}", String::from_utf8_lossy(&output.stderr));
        pixels(&fs::read(here.path().join(name)).expect("written"))
    };
    let whole = draw("a.png", &["--engine", "cpu"], "2");
    assert_eq!((whole.0, whole.1), (700, 500), "a pixel for each cell");
    assert!(draw("b.png", &["--engine", "cpu", "--memory", "1M"], "3") == whole, "in little memory, on three threads");
    assert!(draw("c.png", &["--engine", "cpu", "--lic-length", "28"], "1") == whole, "28 is the usual length");
    assert!(draw("d.png", &["--engine", "cpu", "--lic-length", "9"], "2") != whole, "shorter lines");
    assert!(draw("e.png", &["--engine", "cpu", "--lic-scale", "3"], "2") != whole, "thicker lines");
    // The mean colour is that of the picture without texture, but for what is too light to be shown.
    good(
        here.path(),
        &["plot", "ln(x + 6)*sin(y)", "f.png", "--size", "700x500", "--bare", "--engine", "cpu", "-q"]
            .map(|word| if word == "-q" { "--quiet" } else { word }),
    );
    let mean = |pixels: &[u8]| pixels.iter().map(|&part| f64::from(part)).sum::<f64>() / pixels.len() as f64;
    let plain = image::load_from_memory(&fs::read(here.path().join("f.png")).expect("written")).expect("a picture");
    let (with, without) = (mean(&whole.2), mean(&plain.to_rgb8().into_raw()));
    assert!((with / without - 1.0).abs() < 0.03, "{with:.1} with the texture, {without:.1} without");
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn a_texture_from_the_gpu_is_that_of_the_cpu() {
    let here = folder();
    let draw = |name: &str, engine: &str| {
        let mut all = PLOT.to_vec();
        all.insert(2, name);
        all.extend(["--engine", engine]);
        good(here.path(), &all);
        fs::read(here.path().join(name)).expect("written")
    };
    let cpu = draw("cpu.png", "cpu");
    let gpu = draw("gpu.png", "gpu");
    assert!(pixels(&gpu) == pixels(&cpu), "the same picture");
}

#[test]
fn arrays_have_textures_too() {
    let here = folder();
    good(here.path(), &["eval", "x^2 - y^2", "dem.tif", "-q", "value", "--size", "90x60", "--engine", "cpu"]);
    let ending = good(here.path(), &["plot", "dem.tif", "dem.png", "--lic", "-q", "value", "--engine", "cpu"]);
    assert!(ending.err.contains("dem.png"), "{}", ending.err);
    let (width, height, drawn) = pixels(&fs::read(here.path().join("dem.png")).expect("written"));
    // A cell has six pixels a side, and each its own shade: rows of one colour would be six pixels long.
    let (left, row) = (width as usize / 2, height as usize / 2);
    let line: Vec<&[u8]> = drawn[3 * row * width as usize..].chunks(3).skip(left).take(60).collect();
    let changes = line.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(changes > 20, "{changes} changes along 60 pixels");
}
