//! Files as functions: arrays in formulas, terrain, where cells lie, and what is written of them.

use crate::commands::npy;
use crate::{files, folder, good, run};
use std::fs;
use std::path::Path;

/// An NPY file of single precision.
fn save(path: &Path, shape: &[usize], values: &[f32]) {
    let shape: Vec<String> = shape.iter().map(|size| format!("{size},")).collect();
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}", shape.concat());
    header += &" ".repeat(64 - (11 + header.len()) % 64);
    header.push('\n');
    let length = u16::try_from(header.len()).expect("short").to_le_bytes();
    let values: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    fs::write(path, [b"\x93NUMPY\x01\x00", length.as_slice(), header.as_bytes(), &values].concat()).expect("room");
}

/// The values that `eval` makes of these words.
fn eval(folder: &Path, args: &[&str]) -> (String, Vec<f32>) {
    let all = [&["eval", args[0], "-", "--format", "npy", "--engine", "cpu"], &args[1..]].concat();
    npy(&good(folder, &all).out)
}

/// Both arrays with NaN where both have it.
fn same(found: &[f32], wanted: &[f32]) -> bool {
    found.len() == wanted.len() && found.iter().zip(wanted).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
}

#[test]
fn gradients_of_files_are_those_of_numpy() {
    let here = folder();
    save(&here.path().join("f.npy"), &[2, 3], &[1.0, 2.0, 6.0, 3.0, 4.0, 5.0]);
    // The example of numpy.gradient's documentation: along the last axis, then the first.
    let (shape, values) = eval(here.path(), &["f.npy", "-q", "gradient"]);
    assert_eq!(shape, "2, 2, 3", "planes, y, x");
    assert_eq!(values, [1.0, 2.5, 4.0, 1.0, 1.0, 1.0, 2.0, 2.0, -1.0, 2.0, 2.0, -1.0], "numpy.gradient");
    save(&here.path().join("g.npy"), &[6], &[1.0, 2.0, 4.0, 7.0, 11.0, 16.0]);
    let (_, values) = eval(here.path(), &["g.npy", "-q", "gradient", "--spacing", "2"]);
    assert_eq!(values, [0.5, 0.75, 1.25, 1.75, 2.25, 2.5], "spacing 2");
    save(&here.path().join("x.npy"), &[6], &[0.0, 1.0, 1.5, 3.5, 4.0, 6.0]);
    let (_, values) = eval(here.path(), &["g.npy", "-q", "gradient", "--x", "x.npy"]);
    // Three products of numbers up to 16 and their sum, each rounded by half an ulp at most.
    let off = |(found, wanted): (&f32, &f32)| (found - wanted).abs() <= 6.0 * 16.0 * f32::EPSILON / 2.0;
    assert!(values.iter().zip(&[1.0, 3.0, 3.5, 6.7, 6.9, 2.5]).all(off), "uneven nodes: {values:?}");
    let (_, values) = eval(here.path(), &["g.npy", "-q", "gradient", "--edge-order", "2"]);
    assert_eq!(values, [0.5, 1.5, 2.5, 3.5, 4.5, 5.5], "second order at the ends");
}

#[test]
fn formulas_take_several_arrays_and_coordinates() {
    let here = folder();
    save(&here.path().join("a.npy"), &[2, 3], &[0.0, 1.0, 4.0, 0.0, 2.0, 8.0]);
    save(&here.path().join("b.npy"), &[2, 3], &[1.0; 6]);
    let words = ["a - b*x*y", "-q", "value", "--with", "a=a.npy", "--with", "b=b.npy", "--x", "0:2", "--y", "1:3"];
    assert_eq!(eval(here.path(), &words).1, [0.0, 0.0, 2.0, 0.0, -1.0, 2.0], "x = 0, 1, 2 and y = 1, 3");
    let slope = eval(here.path(), &["d(a, x)", "-q", "value", "--with", "a=a.npy"]).1;
    assert_eq!(slope, [1.0, 2.0, 3.0, 2.0, 4.0, 6.0], "d(a, x)");
    save(&here.path().join("c.npy"), &[3, 2], &[1.0; 6]);
    let ending = run(here.path(), &["eval", "a + c", "o.npy", "--with", "a=a.npy", "--with", "c=c.npy"]);
    assert!(ending.code == Some(2) && ending.err.contains("3×2") && ending.err.contains("2×3"), "{}", ending.err);
    let ending = good(here.path(), &["eval", "a", "o.npy", "--with", "a=a.npy", "--with", "b=b.npy"]);
    assert!(ending.err.contains("does not use the array `b`"), "{}", ending.err);
}

#[test]
fn holes_stay_holes_and_the_rule_can_be_chosen() {
    let here = folder();
    let mut flat = [5.0; 25];
    flat[12] = f32::NAN;
    save(&here.path().join("f.npy"), &[5, 5], &flat);
    let (_, slope) = eval(here.path(), &["f.npy", "-q", "slope"]);
    assert!(slope.iter().all(|value| value.is_nan()), "every 3 × 3 window meets the hole or the border: {slope:?}");
    let (_, magnitude) = eval(here.path(), &["f.npy"]);
    let missing: Vec<usize> = (0..25).filter(|&cell| magnitude[cell].is_nan()).collect();
    assert_eq!(missing, [7, 11, 12, 13, 17], "the hole and its four neighbours");
    let (_, magnitude) = eval(here.path(), &["f.npy", "--missing", "shrink"]);
    assert_eq!((0..25).filter(|&cell| magnitude[cell].is_nan()).collect::<Vec<_>>(), [12], "one-sided around it");
    let (_, filled) = eval(here.path(), &["f.npy", "--missing", "fill:5"]);
    assert_eq!(filled, [0.0; 25], "as if there were none");
    let (_, holes) = eval(here.path(), &["f.npy", "-q", "value", "--nodata", "5"]);
    assert!(holes.iter().all(|value| value.is_nan()), "5 is no data: {holes:?}");
    let ending = good(here.path(), &["eval", "f.npy", "o.npy"]);
    assert!(ending.err.contains("5 of 25 cells undefined (5 nodata)"), "{}", ending.err);
}

#[test]
fn terrain_looks_north_and_counts_cells_that_are_not_square() {
    let here = folder();
    // Rises by 10 a cell to the east and by 1 a cell to the north; rows from north to south.
    let plane: Vec<f32> = (0_u8..25).map(|k| 10.0 * f32::from(k % 5) - f32::from(k / 5)).collect();
    save(&here.path().join("f.npy"), &[5, 5], &plane);
    let (_, aspect) = eval(here.path(), &["f.npy", "-q", "aspect", "--spacing", "10,-1"]);
    // Slopes of 1 east and 1 north fall to the south-west.
    assert!((aspect[12] - 225.0).abs() < 1e-4 && aspect[0].is_nan(), "{aspect:?}");
    let (_, slope) = eval(here.path(), &["f.npy", "-q", "slope:percent", "--spacing", "10,-1", "--z-factor", "3"]);
    assert!((slope[12] - 300.0 * 2_f32.sqrt()).abs() < 1e-3, "{slope:?}");
    let ending = good(here.path(), &["eval", "f.npy", "o.npy", "-q", "slope"]);
    assert!(ending.err.contains("--spacing"), "cells of unknown size are warned of: {}", ending.err);
}

#[test]
fn degrees_become_metres() {
    let here = folder();
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/");
    let degrees = format!("{data}degrees.tif");
    let ending = good(here.path(), &["eval", &degrees, "s.npy", "-q", "slope"]);
    assert!(!ending.err.contains("warning"), "the unit is known: {}", ending.err);
    let ending = good(here.path(), &["eval", &format!("{data}gdal.asc"), "t.npy", "-q", "slope"]);
    assert!(ending.err.contains("warning") && ending.err.contains("unit"), "an ASCII grid has none: {}", ending.err);
    // A gradient is by degree, a slope by metre: 1 % of slope is about a kilometre up for each degree.
    let (_, by_metre) = eval(here.path(), &[&degrees, "-q", "slope:radians"]);
    let (_, by_degree) = eval(here.path(), &[&degrees, "--scheme", "horn"]);
    let pairs = by_metre.iter().zip(&by_degree).filter(|(slope, _)| slope.is_finite());
    let ratios: Vec<f32> = pairs.map(|(slope, magnitude)| magnitude / slope.tan()).collect();
    assert!(!ratios.is_empty() && ratios.iter().all(|ratio| (30_000.0..111_700.0).contains(ratio)), "{ratios:?}");
}

#[test]
fn rasters_keep_place_and_nodata() {
    let here = folder();
    let input = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/utm.tif");
    good(here.path(), &["eval", input, "slope.tif", "-q", "slope"]);
    good(here.path(), &["eval", input, "again.tif", "-q", "value"]);
    let stats = |file: &str| -> serde_json::Value {
        serde_json::from_slice(&good(here.path(), &["stats", file, "-q", "value", "--json"]).out).expect("JSON")
    };
    let (before, after) = (stats(input), stats("again.tif"));
    assert_eq!(before["axes"], after["axes"], "the same cells");
    assert_eq!(before["planes"], after["planes"], "the same values and holes");
    assert_eq!(stats("slope.tif")["axes"], before["axes"], "also of a derived raster");
    for name in ["v.exr", "v.vti", "v.csv"] {
        good(here.path(), &["eval", input, name, "-q", "slope"]);
    }
    let text = fs::read_to_string(here.path().join("v.csv")).expect("text");
    assert!(text.starts_with("x,y,"), "coordinates: {}", &text[..20]);
    let ending = run(here.path(), &["eval", input, "-", "--format", "tif"]);
    assert_eq!(ending.code, Some(2), "a stream cannot be gone back in");
}

#[test]
fn pictures_have_the_first_row_on_top() {
    let here = folder();
    let input = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/grey.png");
    good(here.path(), &["plot", input, "p.png", "-q", "value", "--bare", "--colormap", "gray"]);
    let pixels = |path: &Path| -> Vec<u8> {
        let mut decoder = png::Decoder::new(std::io::BufReader::new(fs::File::open(path).expect("a file")));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().expect("PNG");
        let mut bytes = vec![0; reader.output_buffer_size().expect("small")];
        let step = reader.next_frame(&mut bytes).expect("pixels").color_type.samples();
        bytes.iter().step_by(step).copied().collect()
    };
    let (before, after) = (pixels(Path::new(input)), pixels(&here.path().join("p.png")));
    let order = |values: &[u8]| {
        let mut cells: Vec<usize> = (0..values.len()).collect();
        cells.sort_by_key(|&cell| (values[cell], cell));
        cells
    };
    let (darkest, brightest) = (order(&before)[0], order(&before)[before.len() - 1]);
    assert_eq!((after[darkest], after[brightest]), (0, 255), "every pixel stays where it was");
    // An array is a function: its first row is the lowest.
    save(&here.path().join("f.npy"), &[2, 1], &[0.0, 1.0]);
    good(here.path(), &["plot", "f.npy", "f.png", "-q", "value", "--bare", "--colormap", "gray"]);
    assert_eq!(pixels(&here.path().join("f.png")), [255, 0], "y upward");
    good(here.path(), &["plot", "f.npy", "g.png", "-q", "value", "--bare", "--colormap", "gray", "--spacing", "1,-1"]);
    assert_eq!(pixels(&here.path().join("g.png")), [0, 255], "y downward where it descends");
}

#[test]
fn files_are_told_from_formulas() {
    let here = folder();
    save(&here.path().join("x"), &[3], &[1.0, 2.0, 4.0]);
    save(&here.path().join("x.npy"), &[3], &[1.0, 2.0, 4.0]);
    assert_eq!(eval(here.path(), &["x", "-q", "value", "--x", "0:1", "--size", "2"]).1, [0.0, 1.0], "x is x");
    assert_eq!(eval(here.path(), &["./x", "-q", "value"]).1, [1.0, 2.0, 4.0], "./x is a file");
    assert_eq!(eval(here.path(), &["x.npy", "-q", "value"]).1, [1.0, 2.0, 4.0], "and so is x.npy");
    let ending = run(here.path(), &["eval", "no.tif", "o.npy"]);
    assert!(ending.code == Some(2) && ending.err.contains("no file 'no.tif'"), "{}", ending.err);
    for command in [&["duel", "x.npy", "--at", "1"][..], &["show", "x.npy"]] {
        let ending = run(here.path(), command);
        assert!(ending.code == Some(2) && ending.err.contains("name of a file"), "{command:?}: {}", ending.err);
    }
    let raw: Vec<u8> = [1.5_f32, 2.5, 3.5, 4.5].iter().flat_map(|value| value.to_be_bytes()).collect();
    fs::write(here.path().join("r.raw"), raw).expect("room");
    let (shape, values) = eval(here.path(), &["r.raw", "-q", "value", "--raw", "2x2:f4:big"]);
    assert!(shape == "2, 2" && same(&values, &[1.5, 2.5, 3.5, 4.5]), "{shape}: {values:?}");
    fs::write(here.path().join("bad.png"), b"no picture").expect("room");
    let ending = run(here.path(), &["plot", "bad.png", "o.png"]);
    assert!(ending.code == Some(2) && ending.err.contains("bad.png"), "{}", ending.err);
    assert_eq!(files(here.path()), ["bad.png", "r.raw", "x", "x.npy"], "nothing is left behind");
}

#[test]
fn saliency_of_colours_sees_what_luminance_does_not() {
    let here = folder();
    // Two colours of one luminance, side by side; as three raw planes it is the same picture.
    let input = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/colour.png");
    let (_, colour) = eval(here.path(), &[input, "-q", "saliency:1"]);
    let words =
        ["smooth(hypot(norm(grad(r)), norm(grad(g)), norm(grad(b)))/255, 1)", "-q", "value", "--scheme", "sobel"];
    let (r, g, b) = (format!("r={input}:R"), format!("g={input}:G"), format!("b={input}:B"));
    let all = [&words[..], &["--with", &r, "--with", &g, "--with", &b]].concat();
    assert!(same(&eval(here.path(), &all).1, &colour), "the formula that the help tells");
    let (_, grey) = eval(here.path(), &[input, "-q", "saliency:1", "--channel", "luminance"]);
    assert!(!same(&grey, &colour), "luminance is another picture");
}

#[test]
fn one_sample_is_told_of() {
    let here = folder();
    save(&here.path().join("f.npy"), &[2, 3], &[1.0, 2.0, 6.0, 3.0, 4.0, 5.0]);
    let said = good(here.path(), &["at", "f.npy", "1.2,-0.3", "--along", "1,0"]);
    let text = String::from_utf8_lossy(&said.out).into_owned();
    for line in [
        "f = f.npy, 3×2 samples",
        "at (x, y) = (1, 0), sample (1, 0)",
        "f = 2",
        "∇f = (2.5, 2)",
        "along 1,0: D_u f = 2.5",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
    let by_index = good(here.path(), &["at", "f.npy", "1,0", "--index", "--spacing", "10,20", "--json"]);
    let value: serde_json::Value = serde_json::from_slice(&by_index.out).expect("JSON");
    assert_eq!(
        (&value["point"], &value["gradient"]),
        (&serde_json::json!([10.0, 0.0]), &serde_json::json!([0.25, 0.1])),
        "{value}"
    );
    let formula = good(here.path(), &["at", "a - x", "2,1", "--with", "a=f.npy"]);
    assert!(String::from_utf8_lossy(&formula.out).contains("f = 3\n"), "5 − 2");
    for (words, part) in [
        (["at", "f.npy", "2.6,0"], "x = 2.6 is outside: the samples lie from 0 to 2 along x"),
        (["at", "f.npy", "1"], "the samples have 2 axes (x, y)"),
    ] {
        let ending = run(here.path(), &words);
        assert!(ending.code == Some(2) && ending.err.contains(part), "{words:?}: {}", ending.err);
    }
    let numbered = run(here.path(), &["at", "f.npy", "0,2", "--index"]);
    assert!(numbered.code == Some(2) && numbered.err.contains("numbered from 0 to 1 along y"), "{}", numbered.err);
    assert_eq!(run(here.path(), &["at", "x*y", "0,2", "--index"]).code, Some(2), "a formula has no samples");
}

#[test]
fn coordinates_that_nobody_reads_may_be_fine() {
    let here = folder();
    // Corners in UTM metres with cells of a centimetre: single precision has steps of half a metre there.
    save(&here.path().join("f.npy"), &[3, 4], &[1.0; 12]);
    let words = ["f.npy", "--x", "600000:600000.03", "--y", "5700000:5700000.02"];
    let used = |quantity: &str| {
        let all = [&["stats"], &words[..], &["-q", quantity]].concat();
        run(here.path(), &all).err
    };
    assert!(used("slope").contains("(auto): cpu"), "distances only: {}", used("slope"));
    let all = [&["stats", "a + x", "--with", "a=f.npy", "-q", "value"], &words[1..]].concat();
    let read = run(here.path(), &all).err;
    assert!(read.contains("(auto): f64"), "coordinates are read: {read}");
    let refused = run(here.path(), &[&all[..], &["--engine", "cpu"]].concat());
    assert_eq!(refused.code, Some(2), "and refused in single precision: {}", refused.err);
}
