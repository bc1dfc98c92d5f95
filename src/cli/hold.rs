//! Variables that are held at a value: `--slice z=0.5` and `--profile y=1`, for formulas and for files.
//!
//! A **formula** is exact everywhere: the variables that are held go behind those that are left and get axes of one node, so partial
//! derivatives by them are still those of the whole function. **Files** know f at nodes only: the quantity is computed on the whole grid,
//! with the neighbours along the held axis, and the planes on both sides of the value are mixed in proportion to their distance; at a node its
//! own plane is taken as it is. What cannot be mixed (masks and digits) is that of the nearest plane.
//!
//! So the magnitude of the gradient on a slice of a volume is that in space. Layers over the colours — contours, arrows, streamlines — follow
//! the part of ∇f that lies in the plane: they see f on the slice alone.

use crate::cli::args::{FormulaArgs, GridArgs};
use crate::cli::failure::Failure;
use crate::cli::inputs;
use crate::cli::values;
use crate::grid::{Axis, Grid};

/// A variable that is held.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hold {
    pub(crate) name: String,
    pub(crate) value: f64,
    /// The option that says so.
    pub(crate) what: String,
}

impl Hold {
    /// The variables that an option holds, given once for each.
    pub(crate) fn read_all(texts: &[String], option: &str) -> Result<Vec<Self>, Failure> {
        texts.iter().map(|text| Self::read(text, option)).collect()
    }

    /// Reads `z=0.5`.
    pub(crate) fn read(text: &str, option: &str) -> Result<Self, Failure> {
        let what = format!("{option} {text}");
        let (name, value) = text.split_once('=').ok_or_else(|| {
            Failure::input(format_args!("{what}: write a variable and its value, as in `{option} z=0.5`"))
        })?;
        Ok(Self { name: name.trim().to_owned(), value: values::number(value, &what)?, what })
    }

    /// A variable at the only node of its axis.
    pub(crate) fn at(name: &str, value: f64) -> Self {
        Self { name: name.to_owned(), value, what: format!("{name}={value}") }
    }

    /// `z = 0.5`
    pub(crate) fn words(&self) -> String {
        format!("{} = {}", self.name, self.value)
    }

    /// That the variable is one of these, and held once.
    fn place(&self, variables: &[String]) -> Result<usize, Failure> {
        variables.iter().position(|name| *name == self.name).ok_or_else(|| {
            Failure::input(format_args!(
                "{}: `{}` is not a variable; the variables are {}",
                self.what,
                self.name,
                variables.join(", ")
            ))
        })
    }

    fn outside(&self, min: f64, max: f64) -> Failure {
        Failure::input(format_args!(
            "{}: {} lies outside of the extent of {}, which is {min} to {max}",
            self.what, self.value, self.name
        ))
    }
}

/// The arguments of a formula with the `free` first variables that are not held in front, then those that are held at their values.
pub(crate) fn of_formula(
    formula: &FormulaArgs,
    grid: &GridArgs,
    holds: &[Hold],
    free: usize,
) -> Result<(FormulaArgs, GridArgs), Failure> {
    let variables = variables(formula);
    let (mut formula, mut grid) = (formula.clone(), grid.clone());
    for (number, hold) in holds.iter().enumerate() {
        hold.place(&variables)?;
        if holds[..number].iter().any(|other| other.name == hold.name) {
            return Err(Failure::input(format_args!("{}: `{}` is held already", hold.what, hold.name)));
        }
        let given = inputs::extents(&grid, &variables)?.into_iter().find(|(place, ..)| variables[*place] == hold.name);
        if let Some((_, text, what)) = given {
            let (a, b) = if text.contains(':') {
                values::extent(text, &what)?
            } else {
                values::number(text, &what).map(|value| (value, value))?
            };
            if !(a.min(b)..=a.max(b)).contains(&hold.value) {
                return Err(hold.outside(a.min(b), a.max(b)));
            }
        }
        let short = [("x", &mut grid.x), ("y", &mut grid.y), ("z", &mut grid.z), ("w", &mut grid.w)];
        short.into_iter().filter(|(name, _)| *name == hold.name).for_each(|(_, text)| *text = None);
        grid.axes.retain(|text| text.split('=').next().map(str::trim) != Some(hold.name.as_str()));
        grid.axes.push(format!("{}={}", hold.name, hold.value));
    }
    let is_held = |name: &&String| holds.iter().any(|hold| hold.name == **name);
    let mut others = variables.iter().filter(|name| !is_held(name));
    let mut order: Vec<String> = others.by_ref().take(free).cloned().collect();
    order.extend(holds.iter().map(|hold| hold.name.clone()));
    order.extend(others.cloned());
    formula.vars = order;
    Ok((formula, grid))
}

/// The variables of a formula. The usual names give way to parameters.
pub(crate) fn variables(formula: &FormulaArgs) -> Vec<String> {
    let parameter =
        |name: &String| formula.parameters.iter().any(|text| text.split('=').next().map(str::trim) == Some(name));
    let variables: Vec<String> = formula.vars.iter().map(|name| name.trim().to_owned()).collect();
    let usual = variables == ["x", "y", "z", "w"];
    variables.into_iter().filter(|name| !(usual && parameter(name))).collect()
}

/// What of an axis is taken.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Taken {
    /// All nodes.
    All(usize),
    /// One node.
    One(usize),
    /// Two nodes, mixed: the second by this share.
    Between(usize, f64),
}

/// A slice of a grid: some axes held, the others whole.
#[derive(Debug, Clone)]
pub(crate) struct Pick {
    /// x first.
    taken: Vec<Taken>,
    sizes: Vec<usize>,
    /// The grid that is left.
    pub(crate) grid: Grid,
}

impl Pick {
    /// The part of `grid` where these variables are held.
    pub(crate) fn new(grid: &Grid, holds: &[Hold]) -> Result<Self, Failure> {
        let axes = grid.axes();
        let names: Vec<String> = axes.iter().map(|axis| axis.name().to_owned()).collect();
        let mut taken: Vec<Taken> = axes.iter().map(|axis| Taken::All(axis.len())).collect();
        for hold in holds {
            let place = hold.place(&names)?;
            if !matches!(taken[place], Taken::All(_)) {
                return Err(Failure::input(format_args!("{}: `{}` is held already", hold.what, hold.name)));
            }
            taken[place] = find(&axes[place], hold.value).ok_or_else(|| {
                let (a, b) = (axes[place].min(), axes[place].max());
                hold.outside(a.min(b), a.max(b))
            })?;
        }
        let left = axes.iter().zip(&taken).filter(|(_, taken)| matches!(taken, Taken::All(_)));
        let left: Vec<Axis> = left.map(|(axis, _)| axis.clone()).collect();
        Ok(Self { taken, sizes: axes.iter().map(Axis::len).collect(), grid: Grid::new(left).map_err(Failure::input)? })
    }

    /// The same from the nearest nodes alone.
    pub(crate) fn nearest(mut self) -> Self {
        for taken in &mut self.taken {
            if let Taken::Between(low, share) = *taken {
                *taken = Taken::One(if share < 0.5 { low } else { low + 1 });
            }
        }
        self
    }

    /// How many cells of the whole are looked at.
    pub(crate) fn looks(&self) -> usize {
        let count = |taken: &Taken| match taken {
            Taken::All(len) => *len,
            Taken::One(_) => 1,
            Taken::Between(..) => 2,
        };
        self.taken.iter().map(count).product()
    }

    /// The look of this number, in the order of cells: the cell of the whole, the cell of the slice, and its weight.
    pub(crate) fn look(&self, mut number: usize) -> (usize, usize, f64) {
        let (mut cell, mut stride, mut to, mut to_stride, mut weight) = (0, 1, 0, 1, 1.0);
        for (taken, size) in self.taken.iter().zip(&self.sizes) {
            match *taken {
                Taken::All(len) => {
                    cell += number % len * stride;
                    to += number % len * to_stride;
                    to_stride *= len;
                    number /= len;
                }
                Taken::One(index) => cell += index * stride,
                Taken::Between(low, share) => {
                    let high = number % 2;
                    cell += (low + high) * stride;
                    weight *= if high == 1 { share } else { 1.0 - share };
                    number /= 2;
                }
            }
            stride *= size;
        }
        (cell, to, weight)
    }
}

/// The nodes on both sides of a value.
fn find(axis: &Axis, value: f64) -> Option<Taken> {
    let nodes = axis.table();
    let ascends = nodes.first() <= nodes.last();
    let before = nodes.partition_point(|node| if ascends { *node <= value } else { *node >= value });
    let low = before.checked_sub(1)?;
    if nodes[low] == value {
        return Some(Taken::One(low));
    }
    let high = nodes.get(before)?;
    Some(Taken::Between(low, (value - nodes[low]) / (high - nodes[low])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(text: &str) -> Hold {
        Hold::read(text, "--slice").expect("a variable and a value")
    }

    fn grid() -> Grid {
        let axis = |name: &str, min, max, len| Axis::new(name, min, max, len).expect("an axis");
        Grid::new(vec![axis("x", 0.0, 2.0, 3), axis("y", 1.0, 0.0, 2), axis("z", 0.0, 30.0, 4)]).expect("a grid")
    }

    /// The slice of an array that counts its cells.
    fn slice(holds: &[Hold]) -> (Vec<f64>, Vec<String>) {
        let pick = Pick::new(&grid(), holds).expect("inside");
        let mut out = vec![0.0; pick.grid.cells()];
        let mut last = None;
        for number in 0..pick.looks() {
            let (cell, to, weight) = pick.look(number);
            assert!(last < Some(cell), "cells in order");
            last = Some(cell);
            out[to] += weight * cell as f64;
        }
        (out, pick.grid.axes().iter().map(|axis| axis.name().to_owned()).collect())
    }

    #[test]
    fn planes_are_mixed_along_any_axis() {
        let (plane, names) = slice(&[hold("z=10")]);
        assert_eq!((plane, names), (vec![6.0, 7.0, 8.0, 9.0, 10.0, 11.0], vec!["x".into(), "y".into()]), "at a node");
        assert_eq!(slice(&[hold("z=25")]).0[0], 15.0, "half-way between 12 and 18");
        assert_eq!(slice(&[hold("y=0.75")]).0[0], 0.75, "a quarter down a descending axis");
        let (line, names) = slice(&[hold("x=0.5"), hold("z=30")]);
        assert_eq!((line, names), (vec![18.5, 21.5], vec!["y".to_owned()]), "two held");
    }

    #[test]
    fn what_lies_outside_is_refused_with_the_extent() {
        for text in ["z=31", "z=-1", "y=1.5"] {
            let failure = Pick::new(&grid(), &[hold(text)]).expect_err("outside");
            assert!(failure.message().contains("extent"), "{}", failure.message());
        }
        assert!(Pick::new(&grid(), &[hold("w=1")]).is_err(), "no such axis");
        assert!(Pick::new(&grid(), &[hold("x=1"), hold("x=2")]).is_err(), "twice");
    }

    #[test]
    fn held_variables_of_formulas_go_behind_the_others() {
        let formula = FormulaArgs {
            formula: "x*y*z".to_owned(),
            parameters: Vec::new(),
            vars: ["x", "y", "z", "w"].map(str::to_owned).to_vec(),
        };
        let grid = GridArgs { x: Some("-1:1".to_owned()), ..GridArgs::default() };
        let (found, axes) = of_formula(&formula, &grid, &[hold("x=0.5")], 2).expect("inside");
        assert_eq!(found.vars, ["y", "z", "x", "w"], "x last of those in use");
        assert_eq!((axes.x, axes.axes), (None, vec!["x=0.5".to_owned()]), "held");
        let failure = of_formula(&formula, &grid, &[hold("x=2")], 2).expect_err("outside");
        assert!(failure.message().contains("-1 to 1"), "{}", failure.message());
        let parameter = FormulaArgs { parameters: vec!["y=3".to_owned()], ..formula };
        let (found, _) = of_formula(&parameter, &grid, &[hold("z=1")], 2).expect("fine");
        assert_eq!(found.vars, ["x", "w", "z"], "a parameter is no variable");
    }
}
