//! Pictures that were looked at once and must not change: rows of letters here, small PNG files in `tests/golden`.
//!
//! The picture of the cpu engine is the golden one; the gpu must give the same file, byte for byte. When a picture differs,
//! the actual one and the difference are written beside the build, and the message says how to accept it:
//! `GRADGRID_ACCEPT=1 cargo test --test it golden`.

use crate::compare::{self, Picture};
use crate::snapshots::{accepting, path};
use gradgrid::figure::Theme;
use gradgrid::picture::ScaleChoice;
use gradgrid::{
    Colormap, EngineChoice, Formula, Grid, PictureFormat, PictureOptions, Quantity, Request, Silent, write_picture,
};
use std::fs;
use std::path::Path;

/// A quantity over [−2, 2]² as letters: `.` is masked, then `0` to `9` from the smallest to the largest value.
fn letters(text: &str, quantity: Quantity, engine: EngineChoice) -> Vec<String> {
    const WIDTH: usize = 17;
    let formula = Formula::parse(text).unwrap_or_else(|error| panic!("{}", error.render(text)));
    let grid = Grid::plane((-2.0, 2.0, WIDTH), (-2.0, 2.0, 9)).expect("valid");
    let mut prepared = Request::new(&formula, &grid).quantity(quantity).engine(engine).prepare().expect("fits");
    let stats = prepared.range(0, &mut Silent).expect("finite");
    let (low, high) = stats.extremes().expect("values");
    let steps: Vec<f64> = (1..10).map(|i| low + (high - low) * f64::from(i) / 10.0).collect();
    let thresholds = prepared.thresholds(&steps).expect("rising");
    let mut indices = Vec::new();
    prepared.palette(0..grid.cells(), 0, &thresholds, &mut indices).expect("coloured");
    let letter = |&index: &u8| if index == 0 { '.' } else { char::from(b'0' + index - 1) };
    indices.chunks(WIDTH).rev().map(|row| row.iter().map(letter).collect()).collect()
}

/// ‖∇(x² + y²)‖ = 2r.
const BOWL: [&str; 9] = [
    "99887777777778899",
    "88766555555566788",
    "77655433333455677",
    "76543321112334567",
    "76543210001234567",
    "76543321112334567",
    "77655433333455677",
    "88766555555566788",
    "99887777777778899",
];
/// ln x + y is masked for x ≤ 0.
const LOG: [&str; 9] = [
    ".........67889999",
    ".........56788889",
    ".........46677788",
    ".........45566777",
    ".........34555666",
    ".........23445555",
    ".........12334445",
    ".........01233344",
    ".........01122233",
];
/// x·y rises along one diagonal and falls along the other.
const SADDLE: [&str; 9] = [
    "00112334556678899",
    "11223344555667788",
    "22333444555566677",
    "33444444555555566",
    "55555555555555555",
    "66555555544444433",
    "77666555544433322",
    "88776655544332211",
    "99887665543321100",
];

const ROWS: [(&str, &str, [&str; 9]); 3] =
    [("x^2 + y^2", "magnitude", BOWL), ("ln(x) + y", "value", LOG), ("x*y", "value", SADDLE)];

fn check_rows(engine: EngineChoice) {
    for (text, quantity, want) in ROWS {
        let quantity = Quantity::parse(quantity, &["x".to_owned(), "y".to_owned()], &|_| None).expect("known");
        let got = letters(text, quantity, engine);
        assert_eq!(got, want, "{text} on {engine:?}; it gives\n{}", got.join("\n"));
    }
}

#[test]
fn letters_show_the_shape_of_simple_functions() {
    check_rows(EngineChoice::Cpu);
    check_rows(EngineChoice::F64);
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn letters_are_the_same_on_the_gpu() {
    check_rows(EngineChoice::Gpu);
}

struct Case {
    name: &'static str,
    formula: &'static str,
    quantity: Quantity,
    options: PictureOptions,
}

fn cases() -> Vec<Case> {
    let plain = PictureOptions::default;
    vec![
        Case {
            name: "front-page",
            formula: "x^2*y + sin(y)",
            quantity: Quantity::Magnitude,
            options: PictureOptions { title: "‖∇f‖, f = x²y + sin y".to_owned(), ..plain() },
        },
        Case {
            name: "ratio-bare",
            formula: "xy/(x²+y²)",
            quantity: Quantity::Value,
            options: PictureOptions { bare: true, ..plain() },
        },
        Case {
            name: "angle-dark",
            formula: "sin(2x)cos(y)",
            quantity: Quantity::Direction,
            options: PictureOptions { theme: Theme::Dark, ..plain() },
        },
        Case {
            name: "root-symlog",
            formula: "√x·y³",
            quantity: Quantity::Value,
            options: PictureOptions { scale: ScaleChoice::Symlog(None), colormap: Some(Colormap::COOLWARM), ..plain() },
        },
    ]
}

fn draw(case: &Case, engine: EngineChoice) -> Vec<u8> {
    let formula = Formula::parse(case.formula).unwrap_or_else(|error| panic!("{}", error.render(case.formula)));
    let grid = Grid::plane((-3.0, 3.0, 61), (-2.0, 2.0, 41)).expect("valid");
    let mut prepared =
        Request::new(&formula, &grid).quantity(case.quantity.clone()).engine(engine).prepare().expect("fits");
    write_picture(&mut prepared, &case.quantity, &case.options, PictureFormat::Png, Vec::new(), &mut Silent)
        .expect("drawn")
        .0
}

#[test]
fn pictures_are_the_ones_on_file() {
    let mut complaints = String::new();
    for case in cases() {
        let png = draw(&case, EngineChoice::Cpu);
        let file = path("golden", &format!("{}.png", case.name));
        if accepting() {
            fs::write(&file, &png).expect("written");
            continue;
        }
        let got = Picture::decode(&png);
        let want = fs::read(&file).map(|bytes| Picture::decode(&bytes)).unwrap_or(Picture {
            width: 0,
            height: 0,
            rgba: vec![],
        });
        if let Some((pixels, difference)) = compare::pictures(&got, &want) {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
            let (actual, differs) = (
                folder.join(format!("{}.actual.png", case.name)),
                folder.join(format!("{}.difference.png", case.name)),
            );
            fs::write(&actual, &png).expect("written");
            fs::write(&differs, difference.encode()).expect("written");
            let pixels = if pixels == usize::MAX { "all (another size)".to_owned() } else { pixels.to_string() };
            complaints += &format!(
                "{}: {pixels} pixels differ\n  actual {}\n  difference {}\n",
                file.display(),
                actual.display(),
                differs.display()
            );
        }
    }
    assert!(complaints.is_empty(), "{complaints}to accept: GRADGRID_ACCEPT=1 cargo test --test it golden");
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn the_gpu_draws_the_same_files() {
    for case in cases() {
        assert!(draw(&case, EngineChoice::Gpu) == draw(&case, EngineChoice::Cpu), "{}: the files differ", case.name);
    }
}
