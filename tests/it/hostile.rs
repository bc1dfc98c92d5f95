//! A hundred thousand mutated formulas through the whole library: text, graph, derivatives, program, values.
//!
//! The parser has a test of its own beside it; here the formulas that parse are differentiated and evaluated.

use crate::expressions::Random;
use crate::shaders::FORMULAS;
use gradgrid::{EngineChoice, Formula, Grid, PointReport, Quantity, Request};

const PIECES: [&str; 44] = [
    "(",
    ")",
    "|",
    "+",
    "-",
    "*",
    "/",
    "^",
    "²",
    "⁻¹",
    "√",
    "x",
    "y",
    "xy",
    "sin",
    "sin ",
    "exp(",
    "ln(",
    "e",
    "1e308",
    "1e-320",
    "2",
    ".5",
    ",",
    ";",
    "=",
    "==",
    "<",
    "!",
    "not ",
    " and ",
    "sum(k,1,9,",
    "prod(k,0,3,",
    "d(",
    ",x)",
    "if(",
    "f(t)=",
    "r=",
    "\0",
    "π",
    "0/0",
    "mod(",
    "𝛼",
    "floor(",
];

fn mutated(random: &mut Random) -> String {
    let mut text: Vec<char> = random.pick(&FORMULAS).chars().collect();
    for _ in 0..=random.below(3) {
        let at = random.below(text.len() + 1);
        let end = (at + random.below(5)).min(text.len());
        let piece = random.pick(&PIECES).chars();
        match random.below(6) {
            0 => text.truncate(at),
            1 => drop(text.drain(at..end)),
            2 => drop(text.splice(at..end, piece)),
            3 => drop(text.splice(at..at, piece)),
            4 => drop(text.splice(at..at, text[at..end].repeat(1 + random.below(4)))),
            _ => drop(text.splice(at..at, random.pick(&FORMULAS).chars())),
        }
    }
    text.into_iter().collect()
}

#[test]
fn a_hundred_thousand_mutated_formulas_are_survived() {
    const ROUNDS: usize = 100_000;
    let quantities =
        [Quantity::Gradient, Quantity::Magnitude, Quantity::Direction, Quantity::Laplacian, Quantity::HessianDet];
    let mut random = Random(13);
    let (mut parsed, mut evaluated) = (0, 0);
    for round in 0..ROUNDS {
        let text = mutated(&mut random);
        let Ok(formula) = Formula::parse(&text) else { continue };
        parsed += 1;
        // Every formula is compiled; a part of them is looked at in full, to keep the test short.
        if round % 8 == 0 {
            let point: Vec<f64> = (0..formula.dimension()).map(|_| f64::from(random.nasty())).collect();
            let report = PointReport::new(&formula, &point, Some(&vec![1.0; point.len()]));
            assert!(report.is_ok_and(|report| report.gradient.len() == point.len()), "{text:?} at {point:?}");
        }
        if formula.dimension() <= 2 {
            let grid = Grid::plane((-2.0, 2.0, 3), (-1.0, 1.0, 2)).expect("valid");
            let quantity = random.pick(&[0, 1, 2, 3, 4]);
            let request =
                Request::new(&formula, &grid).engine(EngineChoice::Cpu).quantity(quantities[quantity].clone());
            let field = request.evaluate().unwrap_or_else(|error| panic!("{text:?}: {error}"));
            for plane in 0..field.names.len() {
                let values = (0..6).map(|cell| field.samples.get(plane, cell));
                assert!(values.into_iter().all(|v| !v.is_infinite()), "{text:?}: a cell is a number or masked");
            }
            evaluated += 1;
        }
    }
    println!("{parsed} of {ROUNDS} parsed, {evaluated} evaluated");
    assert!(parsed > ROUNDS / 20 && evaluated > ROUNDS / 25, "{parsed} parsed, {evaluated} evaluated");
}
