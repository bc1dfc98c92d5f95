//! A program cut by axes gives the bits of the program itself, on grids of every shape.

use crate::compare;
use crate::engines;
use crate::expressions::{Expression, Random, program_of, program_of_text};
use gradgrid::Quantity;
use gradgrid::expr::op::Op;
use gradgrid::program::Program;
use gradgrid::program::factor::{Factored, Tables};
use gradgrid::program::interpret::{Coordinates, Interpreter, LANES, Scalar};
use gradgrid::program::rows::Rows;

/// Nodes along x, y, z: lines, columns, planes and volumes, some shorter and some longer than a block.
const SHAPES: [&[usize]; 11] = [
    &[97],
    &[1, 61],
    &[61, 1],
    &[7, 5],
    &[5, 3],
    &[300, 6],
    &[6, 300],
    &[1031, 4],
    &[5, 7, 3],
    &[40, 1, 9],
    &[2, 3, 17],
];

/// The planes of the inner program over the tables.
fn planes<T: Scalar>(cut: &Factored, tables: Tables<T>, lens: &[usize]) -> Vec<Vec<T>> {
    let interpreter = Interpreter::<T>::new(cut.inner(), &tables.parameters);
    let coordinates = cut.coordinates(tables.columns, lens);
    let (mut registers, cells) = (interpreter.registers(), lens.iter().product::<usize>());
    let mut planes = vec![Vec::with_capacity(cells); cut.inner().outputs().len()];
    for first in (0..cells).step_by(LANES) {
        let n = LANES.min(cells - first);
        interpreter
            .run(&mut registers, &coordinates, first, n, |plane, values| planes[plane].extend_from_slice(values));
    }
    planes
}

/// The program of the value, the partials and the mask of a random function.
fn random_program(random: &mut Random, axes: usize) -> (Program, String) {
    let size = 3 + random.below(40);
    let e = Expression::random(random, Op::all(), axes, size);
    let quantities = [Quantity::Value, Quantity::Gradient, Quantity::Mask(Box::new(Quantity::Gradient))];
    (program_of(&e.graph, e.root, axes, &quantities), e.text())
}

#[test]
fn programs_cut_by_axes_give_the_same_bits() {
    let mut random = Random(41);
    let mut cut_somewhere = 0;
    for round in 0..600 {
        let lens = SHAPES[round % SHAPES.len()];
        let (program, text) = random_program(&mut random, lens.len());
        let tables: Vec<Vec<f32>> = lens.iter().map(|&len| (0..len).map(|_| random.nasty()).collect()).collect();
        let cut = Factored::new(&program, lens, 4);
        cut_somewhere += usize::from(cut.columns().iter().any(|&column| !cut.is_plain(column)));
        let got = planes(&cut, cut.tables(&tables, &[]), lens);
        assert_eq!(
            compare::bits(&got, &engines::cpu::<f32>(&program, &tables, &[])),
            Ok(()),
            "f32, {lens:?}: {text}\n{cut}"
        );
        let wide: Vec<Vec<f64>> = tables.iter().map(|t| t.iter().map(|&x| f64::from(x)).collect()).collect();
        let got = planes(&cut, cut.tables(&wide, &[]), lens);
        assert_eq!(
            compare::bits64(&got, &engines::cpu::<f64>(&program, &tables, &[])),
            Ok(()),
            "f64, {lens:?}: {text}\n{cut}"
        );
    }
    assert!(cut_somewhere > 200, "most programs have tables: {cut_somewhere}");
}

/// Whole rows, the ragged sizes that break others, lines along either axis, and a volume whose first axis is a single node.
const CUT_SHAPES: [&[usize]; 8] =
    [&[5793, 4], &[8193, 5], &[3001], &[1, 2003], &[127, 9], &[129, 9], &[1, 600, 7], &[200, 5, 6]];

/// The planes by rows, the cells cut at random.
fn by_rows<T: Scalar>(program: &Program, axes: Vec<Vec<T>>, random: &mut Random) -> Vec<Vec<T>> {
    let cells: usize = axes.iter().map(Vec::len).product();
    let rows = Rows::new(program, &Coordinates::product(axes), &[]);
    let mut space = rows.workspace();
    // Garbage, so that a cell that is never written is seen.
    let mut planes = vec![vec![T::from_f64(-7.25); cells]; rows.planes()];
    let mut first = 0;
    while first < cells {
        let end = (first + 1 + random.below(3000)).min(cells);
        for block in rows.blocks(first..end) {
            rows.compute(&mut space, None, block.clone());
            for (plane, values) in planes.iter_mut().enumerate() {
                rows.plane(&space, None, plane, &mut values[block.clone()]);
            }
        }
        first = end;
    }
    let picked: Vec<usize> = (0..50).map(|_| random.below(cells)).collect();
    for (plane, values) in rows.scattered(None, &picked).into_iter().enumerate() {
        for (&cell, value) in picked.iter().zip(values) {
            let same = value == planes[plane][cell] || value.to_f64().is_nan() && planes[plane][cell].to_f64().is_nan();
            assert!(same, "cell {cell} alone: {value:?}");
        }
    }
    planes
}

#[test]
fn rows_cut_anywhere_give_the_same_bits() {
    let mut random = Random(47);
    for round in 0..160 {
        let lens = CUT_SHAPES[round % CUT_SHAPES.len()];
        let (program, text) = random_program(&mut random, lens.len());
        let axes: Vec<Vec<f32>> = lens.iter().map(|&len| (0..len).map(|_| random.nasty()).collect()).collect();
        let got = by_rows(&program, axes.clone(), &mut random);
        assert_eq!(compare::bits(&got, &engines::cpu::<f32>(&program, &axes, &[])), Ok(()), "f32, {lens:?}: {text}");
        if round % 4 == 0 {
            let wide = axes.iter().map(|axis| axis.iter().map(|&x| f64::from(x)).collect()).collect();
            let got = by_rows(&program, wide, &mut random);
            let want = engines::cpu::<f64>(&program, &axes, &[]);
            assert_eq!(compare::bits64(&got, &want), Ok(()), "f64, {lens:?}: {text}");
        }
    }
}

#[test]
fn a_wrong_entry_of_any_table_is_noticed() {
    let program = program_of_text("exp(x)*sin(y) + ln(x + 2)*y", 2, &[Quantity::Value, Quantity::Magnitude]);
    let lens = [33, 9];
    let axes = lens.map(|len: u16| (0..len).map(|i| 0.1 * f32::from(i) - 1.5).collect::<Vec<f32>>());
    let want = engines::cpu::<f32>(&program, &axes, &[]);
    let cut = Factored::new(&program, &lens.map(usize::from), 4);
    assert!(cut.columns().len() >= 5, "e^x, ln(x + 2), sin y, cos y, y and more: {cut}");
    for wrong in 0..cut.columns().len() {
        let mut tables = cut.tables(&axes, &[]);
        let entry = &mut tables.columns[wrong][7];
        // Three quarters of a number; the other truth value.
        *entry = if *entry == 0.0 || *entry == 1.0 { 1.0 - *entry } else { 0.75 * *entry };
        let got = planes(&cut, tables, &lens.map(usize::from));
        assert!(compare::bits(&got, &want).is_err(), "entry 7 of column {wrong} was wrong and nothing was seen: {cut}");
    }
}
