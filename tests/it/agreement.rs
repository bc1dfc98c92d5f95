//! Random expressions over nasty points: the GPU gives the bits of the CPU, masks included, and both lie within the running
//! error bound of f64, for values and partials.

use crate::compare;
use crate::engines;
use crate::expressions::{Expression, Random, program_of};
use gradgrid::Quantity;

/// Compares cpu and gpu on `count` random expressions over the product of two tables of these lengths.
fn agree(seed: u64, count: usize, lens: [usize; 2]) {
    let gpu = engines::adapter();
    let mut random = Random(seed);
    let (mut defined, mut cells) = (0, 0);
    for round in 0..count {
        let e = Expression::any(&mut random);
        let program = e.value_and_partials();
        let tables: Vec<Vec<f32>> = lens.iter().map(|&len| random.tables(1, len).remove(0)).collect();
        let want = engines::cpu::<f32>(&program, &tables, &[]);
        let got = engines::gpu(&gpu, &program, &tables, &[]);
        assert_eq!(compare::bits(&got, &want), Ok(()), "round {round}, {tables:?}\n{}", e.text());
        cells += want.iter().map(Vec::len).sum::<usize>();
        defined += want.iter().flatten().filter(|v| !v.is_nan()).count();
    }
    println!("{count} expressions, {cells} values, {:.0} % defined: 0 bits differ", 100.0 * ratio(defined, cells));
    assert!(defined * 4 > cells, "a good part of the values is defined: {defined} of {cells}");
}

fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn two_hundred_expressions_at_a_million_points_have_the_same_bits() {
    agree(0x6772_6164, 200, [50, 100]);
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn four_hundred_expressions_have_the_same_bits() {
    agree(0x6772_6964, 400, [64, 64]);
}

/// What f64 itself may be off by where f32 is judged by it: its own running bound is about 2⁻²⁹ of that of f32, since each rule is
/// proportional to the unit roundoff; this leaves a factor of 32.
const REFERENCE: f64 = 1.0 / 16_777_216.0;

#[test]
fn three_thousand_expressions_lie_within_their_bounds() {
    let mut random = Random(12);
    let bounds = Quantity::Bound(vec![Quantity::Value, Quantity::Gradient]);
    let (mut judged, mut ratios) = (0, Vec::new());
    for round in 0..3_000 {
        let e = Expression::any(&mut random);
        let tables = random.tables(2, 24);
        let single = engines::cpu::<f32>(&e.value_and_partials(), &tables, &[]);
        let double = engines::cpu::<f64>(&e.value_and_partials(), &tables, &[]);
        let bound = engines::cpu::<f32>(&program_of(&e.graph, e.root, 2, std::slice::from_ref(&bounds)), &tables, &[]);
        assert_eq!(bound.len(), single.len(), "a bound for each plane");
        for plane in 0..single.len() {
            for cell in 0..single[plane].len() {
                let (got, want, bound) =
                    (f64::from(single[plane][cell]), double[plane][cell], f64::from(bound[plane][cell]));
                if got.is_nan() || want.is_nan() || bound.is_nan() {
                    continue;
                }
                let error = (got - want).abs();
                judged += 1;
                assert!(
                    error <= bound * (1.0 + REFERENCE) + want.abs() * f64::EPSILON,
                    "round {round}, plane {plane} at {:?}: {got:e} is {error:e} off {want:e}, the bound is {bound:e}\n{}",
                    engines::point(&tables, cell),
                    e.text()
                );
                if error > 0.0 {
                    ratios.push(bound / error);
                }
            }
        }
    }
    ratios.sort_by(f64::total_cmp);
    let median = ratios[ratios.len() / 2];
    println!(
        "{judged} values of 3000 expressions within their bounds; the median bound is {median:.1} times the error"
    );
    assert!(judged > 500_000, "{judged} values were judged");
    assert!(median <= 100.0, "the median bound is {median} times the error");
}
