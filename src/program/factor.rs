//! A program cut by the axes its steps depend on, so that each is computed as often as it has different values.
//!
//! On a grid, a step that reads x alone has as many values as the grid has columns, not cells: sin y of a 4096² plane is 4096
//! sines, not 16 million. So a program is cut in three:
//!
//! - **uniforms**: steps that read no axis. Computed once; the other parts read them as further parameters;
//! - **axes**: for each axis a program of the steps that read it alone. Its outputs are the *tables*: those values that are read by a step
//!   of more than one axis, or that leave the program;
//! - **inner**: what is left, run for every cell. Its `Step::Coordinate(k)` reads *column* k, an entry of a table by the cell's index along
//!   the table's axis. A coordinate that is read as it is has a column, too: the table is the axis itself. What tells borders and places
//!   along an axis (`Step::Edge`, `Step::Column`) is a coordinate in this sense; what reads planes stays in the inner program.
//!
//! **Same bits.** The parts consist of the very steps of the whole, computed by the same lane rules in the same number type. Nothing is
//! reordered, and tables hold raw values: infinities, NaN and truth values pass through them as they pass through registers. (The
//! payload of a NaN may pass differently; what leaves a program is masked to one pattern.)
//!
//! **When it pays.** An entry of a table is used once per cell of the other axes. An axis with fewer than [`LEAST_REUSE`] of these is not
//! cut: its coordinate is its only column. Neither is an axis whose tables would exceed [`TABLE_MEMORY`] together with those
//! of the shorter axes.

use crate::expr::op::{Lanes, Op, Primitive};
use crate::expr::source::Side;
use crate::program::interpret::{Coordinates, Interpreter, Scalar};
use crate::program::{Output, Program, Step};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The fewest cells that must share an entry of a table.
pub const LEAST_REUSE: usize = 4;

/// The most memory for the tables of one program, in bytes.
pub const TABLE_MEMORY: usize = 32 << 20;

/// Where the inner program's coordinate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The axis along which a cell's index picks the entry.
    pub axis: usize,
    /// The table: the number of an output of the axis's program.
    pub table: usize,
}

/// A program cut by axes; see the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Factored {
    uniforms: Program,
    axes: Vec<Program>,
    /// For each axis what its program reads as coordinates 1, 2, … beside the axis itself.
    along: Vec<Vec<Along>>,
    columns: Vec<Column>,
    inner: Program,
}

/// Numbers along an axis that are no function of its coordinate.
#[derive(Debug, Clone, PartialEq)]
enum Along {
    /// One at this distance from that end, else zero.
    Edge(Side, usize),
    /// These.
    Numbers(Arc<[f64]>),
}

impl Along {
    fn of(program: &Program, step: &Step) -> Option<(usize, Self)> {
        match *step {
            Step::Edge(axis, side, distance) => Some((axis, Self::Edge(side, distance))),
            Step::Column(number) => {
                let column = &program.columns[number];
                Some((column.axis, Self::Numbers(Arc::clone(&column.values))))
            }
            _ => None,
        }
    }

    fn table<T: Scalar>(&self, len: usize) -> Vec<T> {
        let number = |index: usize| match self {
            Self::Edge(Side::Low, distance) => f64::from(u8::from(index == *distance)),
            Self::Edge(Side::High, distance) => f64::from(u8::from(len - 1 - index == *distance)),
            Self::Numbers(values) => values.get(index).copied().unwrap_or(f64::NAN),
        };
        (0..len).map(|index| T::from_f64(number(index))).collect()
    }
}

/// The numbers that an inner program reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Tables<T> {
    /// The entries of each column.
    pub columns: Vec<Vec<T>>,
    /// The parameters, with the uniforms behind them; each is a value of the number type.
    pub parameters: Vec<f64>,
}

/// Steps that are read from elsewhere, each with the step that takes its place.
pub(super) type Replaced = BTreeMap<usize, Step>;

impl Factored {
    /// Cuts `program` for a grid with so many nodes along its axes, x first, and numbers of so many bytes.
    #[must_use]
    pub fn new(program: &Program, lens: &[usize], number_bytes: usize) -> Self {
        Self::sparing(program, lens, number_bytes, 0)
    }

    /// The same for a reader to whom an entry of a table costs as much as so many sums and products: what takes no more of them
    /// from the coordinate itself has no table, and is computed for every cell.
    #[must_use]
    pub fn sparing(program: &Program, lens: &[usize], number_bytes: usize, operations: usize) -> Self {
        let reads = program.sets_read(bit);
        let leaves = leaves(program, &reads, &cheap(program, &reads, operations));
        let frontier = frontier(program, &reads);
        let of = |axes: u64| -> Vec<usize> { frontier.iter().copied().filter(|&step| reads[step] == axes).collect() };

        let mut replaced = Replaced::new();
        let mut constant = of(0);
        constant.retain(|&step| matches!(program.steps[step], Step::Apply(..)));
        for (number, &step) in constant.iter().enumerate() {
            replaced.insert(step, Step::Parameter(program.parameters + number));
        }
        let uniforms = part(program, &constant, &Replaced::new(), 0, program.parameters);
        let parameters = program.parameters + constant.len();

        let along = |axis| leaves.iter().copied().filter(|&step| reads[step] == bit(axis)).collect();
        let mut tables: Vec<Vec<usize>> = (0..program.axes).map(along).collect();
        let cut = worth_cutting(&tables, lens, number_bytes);
        let mut along: Vec<Vec<Along>> = vec![Vec::new(); program.axes];
        let mut coordinates: Vec<Replaced> = vec![replaced.clone(); program.axes];
        for (index, step) in program.steps.iter().enumerate() {
            if let Step::Coordinate(axis) = *step
                && axis < program.axes
            {
                coordinates[axis].insert(index, Step::Coordinate(0));
            } else if let Some((axis, numbers)) = Along::of(program, step).filter(|(axis, _)| *axis < program.axes) {
                along[axis].push(numbers);
                coordinates[axis].insert(index, Step::Coordinate(along[axis].len()));
            }
        }
        for (axis, tables) in tables.iter_mut().enumerate().filter(|(axis, _)| !cut[*axis]) {
            let leaf = |step: &usize| !matches!(program.steps[*step], Step::Apply(..)) && reads[*step] == bit(axis);
            *tables = (0..program.steps.len()).filter(leaf).collect();
        }
        let axes = tables.iter().enumerate();
        let axes = axes
            .map(|(axis, tables)| part(program, tables, &coordinates[axis], 1 + along[axis].len(), parameters))
            .collect();

        let mut columns = Vec::new();
        for (axis, tables) in tables.iter().enumerate() {
            for (table, &step) in tables.iter().enumerate() {
                replaced.insert(step, Step::Coordinate(columns.len()));
                columns.push(Column { axis, table });
            }
        }
        let inner = rest(program, &replaced, columns.len(), parameters);
        Self { uniforms, axes, along, columns, inner }
    }

    /// The steps that no axis is read by; the outputs are the inner program's last parameters.
    #[must_use]
    pub fn uniforms(&self) -> &Program {
        &self.uniforms
    }

    /// For each axis the steps that read it alone; coordinate 0 is the axis, further ones are borders and numbers along it, the parameters
    /// are the inner program's.
    #[must_use]
    pub fn axes(&self) -> &[Program] {
        &self.axes
    }

    /// What the coordinates of the inner program are.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// What is computed for every cell.
    #[must_use]
    pub fn inner(&self) -> &Program {
        &self.inner
    }

    /// Whether this column is the axis itself.
    #[must_use]
    pub fn is_plain(&self, column: Column) -> bool {
        let program = &self.axes[column.axis];
        matches!(program.steps[program.outputs[column.table].value], Step::Coordinate(0))
    }

    /// Computes what the inner program reads, from the coordinates of each axis and the parameters of the whole program (missing
    /// ones are 0), by the rules of `T`.
    #[must_use]
    pub fn tables<T: Scalar>(&self, axes: &[Vec<T>], parameters: &[f64]) -> Tables<T> {
        self.tables_with(axes, parameters, T::lanes)
    }

    /// The same in `f64` by our own mathematics, for the twin of double precision on the GPU.
    #[must_use]
    pub fn tables_double(&self, axes: &[Vec<f64>], parameters: &[f64]) -> Tables<f64> {
        self.tables_with(axes, parameters, |primitive| primitive.lanes_double)
    }

    fn tables_with<T: Scalar>(
        &self,
        axes: &[Vec<T>],
        parameters: &[f64],
        lanes: fn(&Primitive) -> Lanes<T>,
    ) -> Tables<T> {
        let compute = |program: &Program, parameters: &[f64], coordinates: Coordinates<T>, count| {
            Interpreter::with_lanes(program, parameters, lanes).raw_planes(&coordinates, count)
        };
        let mut all = parameters.to_vec();
        all.resize(self.uniforms.parameters, 0.0);
        if !self.uniforms.outputs.is_empty() {
            let uniforms = compute(&self.uniforms, parameters, Coordinates::product(Vec::new()), 1);
            all.extend(uniforms.iter().map(|values| values[0].to_f64()));
        }
        let mut tables: Vec<Vec<Vec<T>>> = Vec::new();
        for (number, program) in self.axes.iter().enumerate() {
            // An axis that is not there reads as zero everywhere, as it does in a program that is not cut.
            let axis = axes.get(number).cloned().unwrap_or_else(|| vec![T::ZERO]);
            let count = axis.len();
            tables.push(match program.outputs.len() {
                0 => Vec::new(),
                _ => {
                    let mut columns = vec![axis];
                    columns.extend(self.along[number].iter().map(|numbers| numbers.table(count)));
                    compute(program, &all, Coordinates::scattered(columns), count)
                }
            });
        }
        let columns =
            self.columns.iter().map(|column| std::mem::take(&mut tables[column.axis][column.table])).collect();
        Tables { columns, parameters: all }
    }

    /// The columns over the cells of a grid with so many nodes along its axes, x first.
    #[must_use]
    pub fn coordinates<T: Scalar>(&self, columns: Vec<Vec<T>>, lens: &[usize]) -> Coordinates<T> {
        let stride = |column: &Column| lens.iter().take(column.axis).product();
        Coordinates::with_strides(columns, self.columns.iter().map(stride).collect())
    }
}

impl fmt::Display for Factored {
    /// The parts in the order in which they are computed; parts without steps are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.uniforms.steps.is_empty() {
            write!(f, "once:\n{}", self.uniforms)?;
        }
        for (axis, program) in self.axes.iter().enumerate().filter(|(_, program)| !program.steps.is_empty()) {
            write!(f, "along axis {axis}:\n{program}")?;
        }
        writeln!(f, "everywhere:")?;
        for (number, column) in self.columns.iter().enumerate() {
            writeln!(f, "coordinate {number} = axis {}, table {}", column.axis, column.table)?;
        }
        write!(f, "{}", self.inner)
    }
}

/// The set of one axis; a grid has no more than [`crate::grid::MAX_AXES`].
fn bit(axis: usize) -> u64 {
    1 << (axis % 64)
}

/// The steps, in order, that are read by a step that depends on other axes, or that leave the program.
pub(super) fn frontier(program: &Program, reads: &[u64]) -> Vec<usize> {
    let mut crosses = vec![false; program.steps.len()];
    for (index, step) in program.steps.iter().enumerate() {
        if let Step::Apply(op, args) = step {
            for &arg in &args[..op.arity().min] {
                crosses[arg] |= reads[arg] != reads[index];
            }
        }
    }
    for output in &program.outputs {
        std::iter::once(output.value).chain(output.valid).for_each(|step| crosses[step] = true);
    }
    (0..crosses.len()).filter(|&step| crosses[step]).collect()
}

/// Whether each step takes no more than so many sums and products from a coordinate.
fn cheap(program: &Program, reads: &[u64], operations: usize) -> Vec<bool> {
    let mut cost: Vec<Option<usize>> = Vec::with_capacity(program.steps.len());
    for (index, step) in program.steps.iter().enumerate() {
        cost.push(match *step {
            Step::Coordinate(_) => Some(0),
            Step::Apply(Op::Add | Op::Sub | Op::Mul, [a, b, _]) => {
                // What reads no axis is a parameter by then.
                let of = |arg: usize| if reads[arg] == 0 { Some(0) } else { cost[arg] };
                let total = of(a).zip(of(b)).map(|(a, b)| a + b + 1);
                total.filter(|&total| total <= operations && reads[index].count_ones() == 1)
            }
            _ => None,
        });
    }
    (0..cost.len()).map(|step| cost[step].is_some() && matches!(program.steps[step], Step::Apply(..))).collect()
}

/// The steps of one axis, in order, that what is computed for every cell reads: that are neither of several axes nor cheap.
fn leaves(program: &Program, reads: &[u64], cheap: &[bool]) -> Vec<usize> {
    let mut needed = vec![false; program.steps.len()];
    let mut leaves = Vec::new();
    for output in &program.outputs {
        std::iter::once(output.value).chain(output.valid).for_each(|step| needed[step] = true);
    }
    for index in (0..needed.len()).rev().filter(|&index| reads[index] != 0) {
        match program.steps[index] {
            _ if !needed[index] => {}
            Step::Apply(op, args) if cheap[index] || reads[index].count_ones() > 1 => {
                args[..op.arity().min].iter().for_each(|&arg| needed[arg] = true);
            }
            _ => leaves.push(index),
        }
    }
    leaves.reverse();
    leaves
}

/// The axes whose tables are used often enough and fit, the shortest first.
fn worth_cutting(tables: &[Vec<usize>], lens: &[usize], number_bytes: usize) -> Vec<bool> {
    let len = |axis: usize| lens.get(axis).copied().unwrap_or(1);
    let mut order: Vec<usize> = (0..tables.len()).collect();
    order.sort_by_key(|&axis| len(axis));
    let mut cut = vec![false; tables.len()];
    let mut used = 0_usize;
    for axis in order {
        let others = (0..lens.len()).filter(|&other| other != axis);
        let reuse = others.fold(1_usize, |product, other| product.saturating_mul(len(other)));
        let bytes = len(axis).saturating_mul(tables[axis].len()).saturating_mul(number_bytes);
        cut[axis] = reuse >= LEAST_REUSE && used.saturating_add(bytes) <= TABLE_MEMORY;
        if cut[axis] {
            used += bytes;
        }
    }
    cut
}

/// The program that computes the steps `roots`, one unmasked output each.
pub(super) fn part(program: &Program, roots: &[usize], replaced: &Replaced, axes: usize, parameters: usize) -> Program {
    let (steps, position) = extract(program, roots, replaced);
    let output = |(number, root)| Output { name: format!("table {number}"), value: position[root], valid: None };
    let outputs = roots.iter().enumerate().map(output).collect();
    Program { steps, outputs, columns: Vec::new(), axes, parameters }
}

/// The program with `replaced` put in place: all outputs, and the steps that they still need.
pub(super) fn rest(program: &Program, replaced: &Replaced, axes: usize, parameters: usize) -> Program {
    let roots: Vec<usize> =
        program.outputs.iter().flat_map(|output| std::iter::once(output.value).chain(output.valid)).collect();
    let (steps, position) = extract(program, &roots, replaced);
    let outputs = program.outputs.iter().map(|output| Output {
        name: output.name.clone(),
        value: position[&output.value],
        valid: output.valid.map(|valid| position[&valid]),
    });
    let outputs = outputs.collect();
    Program { steps, outputs, columns: program.columns.clone(), axes, parameters }
}

/// The steps that `roots` need, in order, with `replaced` put in place, and where each now stands.
fn extract(program: &Program, roots: &[usize], replaced: &Replaced) -> (Vec<Step>, BTreeMap<usize, usize>) {
    let mut needed = vec![false; program.steps.len()];
    roots.iter().for_each(|&root| needed[root] = true);
    for index in (0..needed.len()).rev().filter(|index| !replaced.contains_key(index)) {
        if let (true, Step::Apply(op, args)) = (needed[index], program.steps[index]) {
            args[..op.arity().min].iter().for_each(|&arg| needed[arg] = true);
        }
    }
    let mut steps = Vec::new();
    let mut position = BTreeMap::new();
    for index in (0..needed.len()).filter(|&index| needed[index]) {
        let step = replaced.get(&index).copied().unwrap_or(program.steps[index]);
        position.insert(index, steps.len());
        steps.push(match step {
            Step::Apply(op, mut args) => {
                let count = op.arity().min;
                args[..count].iter_mut().for_each(|arg| *arg = position[arg]);
                let first = args[0];
                args[count..].fill(first);
                Step::Apply(op, args)
            }
            leaf => leaf,
        });
    }
    (steps, position)
}

#[cfg(test)]
mod tests;
