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
use std::process::Command;

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

/// Pictures with layers, which the program makes.
const LAYERS: [(&str, &[&str]); 2] = [
    (
        "layers",
        &[
            "x^2*y + sin(y)",
            "-",
            "--contours",
            "6",
            "--labels",
            "--arrows",
            "--arrow-spacing",
            "26",
            "--point",
            "1,-1,here",
            "--width",
            "244",
        ],
    ),
    ("streams-on-texture", &["sin(x)*cos(2*y)", "-", "--lic", "--streamlines", "10", "--bare", "--width", "122"]),
];

fn layered(words: &[&str], engine: &str) -> Vec<u8> {
    let common = ["--x", "-3:3", "--y", "-2:2", "--size", "61x41", "--no-provenance", "--quiet"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_gradgrid"));
    let end = command.arg("plot").args(words).args(common).args(["--engine", engine]).output().expect("it starts");
    assert!(end.status.success(), "{words:?}: {}", String::from_utf8_lossy(&end.stderr));
    end.stdout
}

#[test]
fn pictures_are_the_ones_on_file() {
    let plain = cases().into_iter().map(|case| complaint(case.name, &draw(&case, EngineChoice::Cpu)));
    let layers = LAYERS.iter().map(|(name, words)| complaint(name, &layered(words, "cpu")));
    let complaints: String = plain.chain(layers).collect();
    assert!(complaints.is_empty(), "{complaints}to accept: GRADGRID_ACCEPT=1 cargo test --test it golden");
}

/// What to say of a picture that is not the one on file; nothing if it is, or is accepted.
fn complaint(name: &str, png: &[u8]) -> String {
    let file = path("golden", &format!("{name}.png"));
    if accepting() {
        fs::write(&file, png).expect("written");
        return String::new();
    }
    let nothing = Picture { width: 0, height: 0, rgba: vec![] };
    let want = fs::read(&file).map_or(nothing, |bytes| Picture::decode(&bytes));
    let Some((pixels, difference)) = compare::pictures(&Picture::decode(png), &want) else { return String::new() };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (actual, differs) = (folder.join(format!("{name}.actual.png")), folder.join(format!("{name}.difference.png")));
    fs::write(&actual, png).expect("written");
    fs::write(&differs, difference.encode()).expect("written");
    let pixels = if pixels == usize::MAX { "all (another size)".to_owned() } else { pixels.to_string() };
    let (file, actual, differs) = (file.display(), actual.display(), differs.display());
    format!("{file}: {pixels} pixels differ\n  actual {actual}\n  difference {differs}\n")
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn the_gpu_draws_the_same_files() {
    for case in cases() {
        assert!(draw(&case, EngineChoice::Gpu) == draw(&case, EngineChoice::Cpu), "{}: the files differ", case.name);
    }
    for (name, words) in LAYERS {
        assert!(layered(words, "gpu") == layered(words, "cpu"), "{name}: the files differ");
    }
}
