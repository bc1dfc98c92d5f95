//! Textures of requests: the same bytes from bands of any height, on any engine of the same arithmetic, right side up, and blank where masked.

use super::*;
use crate::engine::EngineChoice;
use crate::expr::formula::Formula;
use crate::expr::names::Names;
use crate::grid::{Axis, Grid};
use crate::io::read::memory::Memory;
use crate::quantity::Quantity;
use crate::request::Request;

const LOOK: Look = Look { length: Some(7), coarse: 1.0, contrast: 0.1 };

fn gradient(text: &str, grid: &Grid, engine: EngineChoice) -> Prepared {
    let formula = Formula::parse(text).expect("a formula");
    Request::new(&formula, grid).quantity(Quantity::Gradient).engine(engine).prepare().expect("prepared")
}

fn square(side: usize) -> Grid {
    Grid::plane((-2.0, 2.0, side), (-2.0, 2.0, side)).expect("valid")
}

/// All bytes, asked for in so many rows at a time.
fn all(texture: &mut Texture, at_a_time: usize) -> Vec<u8> {
    let (width, height) = texture.size();
    let cells = height / texture.geometry.magnify();
    let (mut bytes, mut rows) = (Vec::new(), vec![1, 2, 3]);
    for first in (0..cells).step_by(at_a_time) {
        texture.rows(first, at_a_time.min(cells - first), &mut rows).expect("computed");
        bytes.extend_from_slice(&rows);
    }
    assert_eq!(bytes.len(), width * height, "every pixel once");
    bytes
}

fn texture(text: &str, grid: &Grid) -> Vec<u8> {
    all(&mut Texture::new(gradient(text, grid, EngineChoice::Cpu), 1, LOOK).expect("a texture"), usize::MAX)
}

#[test]
fn bands_of_any_height_give_the_bytes_of_the_whole() {
    let grid = Grid::plane((-2.0, 2.0, 71), (-2.0, 2.0, 93)).expect("valid");
    for magnify in [1, 3] {
        for engine in [EngineChoice::Cpu, EngineChoice::F64] {
            let make = || {
                let gradient = gradient("ln(x + 1.5) * sin(3*y) + x^2*y", &grid, engine);
                Texture::new(gradient, magnify, LOOK).expect("a texture")
            };
            let whole = all(&mut make(), usize::MAX);
            for (band, at_a_time) in [(1, 1), (2, 7), (13, 5), (14, 200), (15, 1), (40, 11)] {
                let mut cut = make();
                cut.band = band;
                assert_eq!(all(&mut cut, at_a_time), whole, "bands of {band}, {at_a_time} rows at a time, × {magnify}");
            }
            let mut again = make();
            let (row, mut rows) = (71 * magnify * magnify, Vec::new());
            again.rows(50, 3, &mut rows).expect("begun below the top");
            assert_eq!(rows, whole[50 * row..53 * row], "from the middle");
        }
    }
}

#[test]
fn masked_cells_stay_as_they_are_and_only_they() {
    let grid = square(90);
    let bytes = texture("ln(x*y)", &grid);
    let formula = Formula::parse("ln(x*y)").expect("a formula");
    let values = Request::new(&formula, &grid).engine(EngineChoice::Cpu).evaluate().expect("values");
    let (mut masked, mut plain) = (0, 0);
    for (cell, &byte) in bytes.iter().enumerate() {
        let (column, row) = (cell % 90, 89 - cell / 90);
        if values.at(0, &[column, row]).is_nan() {
            assert_eq!(byte, PLAIN, "column {column}, row {row}");
            masked += 1;
        } else {
            plain += usize::from(byte == PLAIN);
        }
    }
    // One byte of some eighty within two deviations of 20.
    let others = bytes.len() - masked;
    assert!(masked > 4000 && plain < others / 20, "{plain} of {others} cells with a value look masked");
}

/// How much alike pixels are that lie `(x, y)` apart on the screen, y downward.
fn alike(bytes: &[u8], width: usize, x: isize, y: isize) -> f64 {
    let mean = bytes.iter().map(|&b| f64::from(b)).sum::<f64>() / bytes.len() as f64;
    let at = |column: usize, row: usize| bytes.get(row * width + column).map(|&b| f64::from(b) - mean);
    let pair = |cell: usize| {
        let (column, row) = (cell % width, cell / width);
        let (c, r) = (column.checked_add_signed(x).filter(|&c| c < width)?, row.checked_add_signed(y)?);
        Some(at(column, row)? * at(c, r)?)
    };
    (0..bytes.len()).filter_map(pair).sum::<f64>()
        / (0..bytes.len()).filter_map(|c| at(c % width, c / width)).map(|v| v * v).sum::<f64>()
}

#[test]
fn streaks_rise_where_the_function_does_whichever_way_it_is_drawn() {
    // x + y rises to the upper right: on the screen, to the right and up.
    let up = |bytes: &[u8], width| (alike(bytes, width, 3, -3), alike(bytes, width, 3, 3));
    let (along, across) = up(&texture("x + y", &square(120)), 120);
    assert!(along > 0.4 && across.abs() < 0.15, "{along:.2} along, {across:.2} across");
    // With the first row on top y grows downward, and so it does along an axis that falls.
    let mut turned = gradient("x + y", &square(120), EngineChoice::Cpu);
    turned.set_first_row_on_top(true);
    let (across, along) = up(&all(&mut Texture::new(turned, 1, LOOK).expect("a texture"), 50), 120);
    assert!(along > 0.4 && across.abs() < 0.15, "first row on top: {along:.2} along, {across:.2} across");
    let falling = Grid::plane((-2.0, 2.0, 120), (2.0, -2.0, 120)).expect("valid");
    let (across, along) = up(&texture("x + y", &falling), 120);
    assert!(along > 0.4 && across.abs() < 0.15, "a falling axis: {along:.2} along, {across:.2} across");
    // Cells three times as wide as high: a velocity of (1, 1) goes one cell across while it goes three up.
    let wide = Grid::plane((0.0, 360.0, 120), (0.0, 120.0, 120)).expect("valid");
    let bytes = texture("x + y", &wide);
    let (along, across) = (alike(&bytes, 120, 1, -3), alike(&bytes, 120, 3, -1));
    assert!(along > 0.4 && across.abs() < 0.15, "wide cells: {along:.2} along, {across:.2} across");
}

#[test]
fn the_smallest_pictures_and_fields_of_any_size_have_a_texture() {
    for (width, height) in [(1, 1), (1, 50), (50, 1), (2, 3), (3, 2)] {
        let grid = Grid::plane((1.0, 2.0, width), (1.0, 2.0, height)).expect("valid");
        for magnify in [1, 4] {
            let gradient = gradient("x^2*y", &grid, EngineChoice::Cpu);
            let mut texture = Texture::new(gradient, magnify, LOOK).expect("a texture");
            assert_eq!(texture.size(), (width * magnify, height * magnify), "pixels");
            let cut = all(&mut texture, 3);
            assert_eq!(all(&mut texture, usize::MAX), cut, "{width} × {height} × {magnify}");
        }
    }
    // A factor that is a power of two turns no direction and changes no byte, however large or small.
    let plain = texture("sin(x) + y", &square(60));
    for factor in ["2^120", "2^-148"] {
        let bytes = texture(&format!("({factor})*(sin(x) + y)"), &square(60));
        let same = bytes.iter().zip(&plain).filter(|(a, b)| a == b).count();
        // Subnormal numbers have few digits, and directions turn a little.
        let enough = if factor == "2^120" { plain.len() } else { plain.len() / 50 };
        assert!(same >= enough, "{factor}: {same} of {} are the same", plain.len());
    }
    assert_eq!(texture("0*x", &square(20)).len(), 400, "a field without any direction");
}

#[test]
fn arrays_have_a_texture_with_their_holes() {
    let (width, height) = (64, 48);
    let mut values: Vec<f32> =
        (0..width * height).map(|cell| (cell % width) as f32 * 0.3 - (cell / width) as f32).collect();
    values[20 * width + 30] = f32::NAN;
    let axes =
        vec![Axis::new("x", 0.0, 63.0, width).expect("valid"), Axis::new("y", 0.0, 47.0, height).expect("valid")];
    let names = Names::new(vec!["x", "y"], [""; 0]).and_then(|names| names.with_arrays([("a", 2)])).expect("names");
    let formula = Formula::with_names("a", names, Vec::new()).expect("a formula");
    let grid = Grid::new(axes).expect("valid");
    let request = Request::new(&formula, &grid).quantity(Quantity::Gradient).engine(EngineChoice::Cpu);
    let array = Memory::new(&[height, width], values).expect("an array");
    let mut prepared = request.prepare_with(vec![Box::new(array)]).expect("prepared");
    prepared.set_first_row_on_top(true);
    let mut texture = Texture::new(prepared, 1, LOOK).expect("a texture");
    let whole = all(&mut texture, usize::MAX);
    assert_eq!(whole[20 * width + 30], PLAIN, "the hole");
    let (along, across) = (alike(&whole, width, 1, -4), alike(&whole, width, 4, 1));
    assert!(along > 0.4 && across.abs() < 0.2, "{along:.2} along, {across:.2} across");
    texture.band = 5;
    texture.ready = 0..0;
    assert_eq!(all(&mut texture, 2), whole, "in bands");
}

#[test]
fn lengths_follow_the_picture() {
    assert_eq!([1, 300, 500, 900, 100_000].map(usual_length), [12, 12, 20, 36, 40], "by the longer side");
    let make = |length| Texture::new(gradient("x", &square(8), EngineChoice::Cpu), 1, Look { length, ..LOOK });
    assert_eq!(make(Some(u32::MAX)).expect("cut").length(), LONGEST, "no longer than the longest");
    assert_eq!(make(None).expect("usual").length(), 12, "a small picture");
}

#[test]
fn rows_that_do_not_fit_are_refused() {
    let grid = Grid::plane((0.0, 1.0, 3_000_000), (0.0, 1.0, 2)).expect("valid");
    let make = |length| {
        Texture::new(gradient("x*y", &grid, EngineChoice::F64), 1, Look { length: Some(length), ..LOOK }).map(|_| ())
    };
    let error = make(512).expect_err("12 GB").to_string();
    assert!(error.contains("12300008200 bytes") && error.contains("shorter lines"), "{error}");
    assert!(make(12).is_ok(), "shorter ones");
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn a_device_gives_the_bytes_of_the_processor() {
    for (text, magnify, look) in [
        ("ln(x + 1.5) * sin(3*y) + x^2*y", 1, LOOK),
        ("sin(5*x)*cos(4*y)", 2, Look { length: Some(30), ..Look::default() }),
        ("1/(x*y)", 1, Look::default()),
    ] {
        let grid = Grid::plane((-2.0, 2.0, 131), (-2.0, 2.0, 90)).expect("valid");
        let make = |engine| Texture::new(gradient(text, &grid, engine), magnify, look).expect("a texture");
        let (mut cpu, mut gpu) = (make(EngineChoice::Cpu), make(EngineChoice::Gpu));
        gpu.band = 37;
        assert!(gpu.on_device() && !cpu.on_device(), "who computes {text}");
        assert_eq!(all(&mut gpu, 11), all(&mut cpu, 90), "{text}");
        assert!(gpu.on_device(), "{text}: the device was trusted to the end");
    }
}
