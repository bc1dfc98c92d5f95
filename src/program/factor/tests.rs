//! The parts of cut programs, and their bits.

use super::*;
use crate::expr::formula::Formula;
use crate::program::Plane;

/// The value of `text` over so many nodes along x, y, z … .
fn program(text: &str, axes: usize) -> Program {
    let formula = Formula::parse(text).expect("a formula");
    let mut g = formula.graph().clone();
    let plane = Plane::of(&mut g, formula.root(), "f", formula.root());
    Program::compile_planes(&mut g, &[plane], axes, formula.parameters().len()).expect("small")
}

fn point<T: Scalar>(cut: &Factored, axes: &[Vec<T>], parameters: &[f64], cell: usize) -> Vec<T> {
    let lens: Vec<usize> = axes.iter().map(Vec::len).collect();
    let tables = cut.tables(axes, parameters);
    let coordinates = cut.coordinates(tables.columns, &lens);
    let column = |number| coordinates.at(number, cell);
    let point: Vec<T> = (0..cut.columns().len()).map(column).collect();
    Interpreter::<T>::new(cut.inner(), &tables.parameters).point(&point)
}

#[test]
fn each_step_runs_in_the_part_that_it_belongs_to() {
    let whole = program("a = 2; sqrt(a)*exp(x)*sin(y) + ln(y)", 2);
    let cut = Factored::new(&whole, &[100, 100], 4);
    let (x, y, inner) = (cut.axes()[0].to_string(), cut.axes()[1].to_string(), cut.inner().to_string());
    assert!(x.contains("exp") && !inner.contains("exp"), "exp x runs along x:\n{cut}");
    assert!(y.contains("sin") && y.contains("ln") && !inner.contains("sin"), "sin y runs along y:\n{cut}");
    assert!(y.contains('>'), "so does the domain of ln y:\n{cut}");
    assert!(inner.contains('*') && inner.contains('+'), "the product with sin y does not:\n{cut}");
}

#[test]
fn a_cut_program_prints_its_parts() {
    let cut = Factored::new(&program("x^2*y + sin(y)", 2), &[100, 100], 4);
    let printed = "\
along axis 0:
t0 = coordinate 0
t1 = * t0 t0
table 0 = t1
along axis 1:
t0 = coordinate 0
t1 = sin t0
table 0 = t0
table 1 = t1
everywhere:
coordinate 0 = axis 0, table 0
coordinate 1 = axis 1, table 0
coordinate 2 = axis 1, table 1
t0 = coordinate 1
t1 = coordinate 2
t2 = coordinate 0
t3 = * t0 t2
t4 = + t1 t3
f = t4
";
    assert_eq!(cut.to_string(), printed, "x², y and sin y are tables");
}

#[test]
fn short_grids_and_long_axes_are_not_cut() {
    let whole = program("exp(x) + sin(y)", 2);
    for lens in [[1000, 1], [1000, 3], [TABLE_MEMORY / 4 + 1, 2000]] {
        let cut = Factored::new(&whole, &lens, 4);
        assert!(cut.inner().to_string().contains("exp"), "{lens:?}: {cut}");
    }
    let cut = Factored::new(&whole, &[TABLE_MEMORY / 4 + 1, 2000], 4);
    assert!(!cut.inner().to_string().contains("sin"), "the shorter axis is cut: {cut}");
    assert!(cut.is_plain(cut.columns()[0]) && !cut.is_plain(cut.columns()[1]), "x is read as it is: {cut}");
}

#[test]
fn what_costs_no_more_than_an_entry_has_no_table() {
    let whole = program("a = 2; sin(x*y) + (x - 1)*cos(y) + (x - a)*sin(y) + sin(2*x)*exp(y) + x^9*y", 2);
    let columns = |cut: &Factored| (0..2).map(|a| cut.columns().iter().filter(|c| c.axis == a).count()).collect();
    let (all, some): (Vec<usize>, Vec<usize>) =
        (columns(&Factored::new(&whole, &[100, 100], 4)), columns(&Factored::sparing(&whole, &[100, 100], 4, 4)));
    let cut = Factored::sparing(&whole, &[100, 100], 4, 4);
    let inner = cut.inner().to_string();
    assert!(some[0] + 2 <= all[0], "{some:?} columns for {all:?}:\n{cut}");
    assert!(!inner.contains("cos") && !inner.contains("exp"), "functions have tables:\n{cut}");
    assert!(cut.axes()[0].to_string().contains("sin"), "with what is below them:\n{cut}");
    assert_eq!(Factored::sparing(&whole, &[100, 100], 4, 0), Factored::new(&whole, &[100, 100], 4), "none is cheap");
    let (x, y) = (vec![0.5_f32, -3.0, 2.0, 7.5], vec![1.0_f32, 0.25, -2.0, 9.0]);
    for cell in 0..16 {
        let want = Interpreter::<f32>::new(&whole, &[2.0]).point(&[x[cell % 4], y[cell / 4]]);
        for spared in [0, 1, 4, 100] {
            let cut = Factored::sparing(&whole, &[4, 4], 4, spared);
            let got = point(&cut, &[x.clone(), y.clone()], &[2.0], cell);
            assert_eq!(got[0].to_bits(), want[0].to_bits(), "cell {cell}, {spared} spared: {cut}");
        }
    }
}

#[test]
fn infinities_and_nan_pass_through_tables() {
    // 1/x is NaN at 0 and e^x overflows; both are inside a comparison, where a mask would change the branch.
    let whole = program("if(exp(x)*y > 1, x, y) + if(1/x == y, 1, 2)", 2);
    let cut = Factored::new(&whole, &[4, 4], 4);
    let (x, y) = (vec![0.0_f32, 100.0, -100.0, 1.0], vec![1.0_f32, 0.0, -2.0, 0.5]);
    let interpreter = Interpreter::<f32>::new(&whole, &[]);
    for cell in 0..16 {
        let want = interpreter.point(&[x[cell % 4], y[cell / 4]]);
        let got = point(&cut, &[x.clone(), y.clone()], &[], cell);
        assert_eq!(got[0].to_bits(), want[0].to_bits(), "cell {cell}: {cut}");
    }
}

#[test]
fn an_axis_that_is_not_there_is_zero() {
    let whole = program("x + cos(y)", 2);
    let cut = Factored::new(&whole, &[8, 8], 8);
    let tables = cut.tables(&[vec![3.0_f64]], &[]);
    assert_eq!(tables.columns.concat(), [3.0, 1.0], "cos 0 is 1");
}
