//! The plain reading of staged programs: cell by cell in `f64`, with whole planes in memory, the definition the engines are held to.
//!
//! Nothing here is fast, and nothing is clever: each program runs over all cells before the next begins, each step is one call of
//! the reference rule of its operation, and a tap beyond the border asks the extension rule for its index.

use super::staged::Staged;
use super::{Program, Step};
use crate::expr::op::Rule;
use crate::grid::Grid;

/// The outputs of `staged` over `grid`, one vector of all cells for each; undefined cells are NaN.
///
/// Array number n has its values in the order of the cells in `arrays[n]`; what is not there counts as missing.
#[must_use]
pub fn evaluate(staged: &Staged, grid: &Grid, arrays: &[Vec<f64>], parameters: &[f64]) -> Vec<Vec<f64>> {
    let mut planes = arrays.to_vec();
    planes.resize(staged.arrays(), Vec::new());
    let mut outputs = Vec::new();
    for program in staged.programs() {
        outputs = over_the_grid(program, staged, grid, &planes, parameters);
        planes.extend(outputs.first().cloned());
    }
    outputs
}

fn over_the_grid(
    program: &Program,
    staged: &Staged,
    grid: &Grid,
    planes: &[Vec<f64>],
    parameters: &[f64],
) -> Vec<Vec<f64>> {
    let mut outputs = vec![Vec::with_capacity(grid.cells()); program.outputs().len()];
    let mut index = vec![0; grid.axes().len()];
    let mut values = Vec::with_capacity(program.steps().len());
    for cell in 0..grid.cells() {
        grid.index_from_cell(cell, &mut index);
        values.clear();
        for step in program.steps() {
            let value = match *step {
                Step::Constant(value) => value,
                Step::Parameter(number) => parameters.get(number).copied().unwrap_or(0.0),
                Step::Coordinate(axis) => {
                    grid.axes().get(axis).map_or(0.0, |along| along.world_from_index(index[axis]))
                }
                Step::Tap(plane, offset) => tap(staged, grid, planes.get(plane), &index, &offset),
                Step::Edge(axis, side, distance) => {
                    let last = grid.axes().get(axis).map_or(0, |along| along.len() - 1);
                    let here = index.get(axis).copied().unwrap_or(0);
                    let from_border = match side {
                        crate::expr::source::Side::Low => here,
                        crate::expr::source::Side::High => last - here,
                    };
                    f64::from(u8::from(from_border == distance))
                }
                Step::Column(number) => {
                    let column = &program.columns()[number];
                    let here = index.get(column.axis).copied().unwrap_or(0);
                    column.values.get(here).copied().unwrap_or(f64::NAN)
                }
                Step::Apply(op, args) => match op.rule() {
                    Rule::Primitive(rule) => (rule.scalar)(args.map(|arg| values[arg])),
                    Rule::Sugar(_) => f64::NAN,
                },
            };
            values.push(value);
        }
        for (plane, output) in outputs.iter_mut().zip(program.outputs()) {
            let value = values[output.value];
            let defined = value.is_finite() && output.valid.is_none_or(|valid| values[valid] != 0.0);
            plane.push(if defined { value } else { f64::NAN });
        }
    }
    outputs
}

fn tap(staged: &Staged, grid: &Grid, plane: Option<&Vec<f64>>, index: &[usize], offset: &[i16]) -> f64 {
    let Some(plane) = plane else { return f64::NAN };
    let (mut cell, mut stride) = (0, 1);
    for (axis, along) in grid.axes().iter().enumerate() {
        let step = isize::from(offset.get(axis).copied().unwrap_or(0));
        let here = isize::try_from(index[axis]).unwrap_or(isize::MAX).saturating_add(step);
        let Some(there) = staged.extension().resolve(here, along.len()) else { return staged.extension().outside() };
        cell += there * stride;
        stride *= along.len();
    }
    plane.get(cell).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::graph::Graph;
    use crate::program::Plane;
    use crate::program::staged::Extension;

    #[test]
    fn taps_reach_neighbours_rows_and_beyond_the_border() {
        let grid = Grid::plane((0.0, 2.0, 3), (0.0, 1.0, 2)).expect("valid");
        let mut g = Graph::new();
        let a = g.array(0, 2);
        let (right, above) = (g.tap(a, [1, 0, 0]), g.tap(a, [0, 1, 0]));
        let hundred = g.scale(100.0, above);
        let value = g.add(right, hundred);
        let planes = [Plane::of(&mut g, value, "value", value)];
        let array = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let mut with = |extension| {
            let staged = Staged::compile(&mut g, &planes, 2, 0, 1, extension).expect("small");
            evaluate(&staged, &grid, std::slice::from_ref(&array), &[])[0].clone()
        };
        assert_eq!(with(Extension::Nearest), [402.0, 503.0, 603.0, 405.0, 506.0, 606.0], "nearest");
        assert_eq!(with(Extension::Periodic), [402.0, 503.0, 601.0, 105.0, 206.0, 304.0], "periodic");
        let missing = with(Extension::Missing);
        assert_eq!(missing[..2], [402.0, 503.0], "inside");
        assert!(missing[2..].iter().all(|value| value.is_nan()), "beyond there is nothing: {missing:?}");
    }
}
