//! From a request to meshes: the values stream through the engine plane by plane, and the march goes with them.

use super::march::March;
use super::place::Function;
use super::{Mesh, SurfaceError};
use crate::expr::formula::Formula;
use crate::expr::graph::{NodeId, TooLarge};
use crate::field::Samples;
use crate::grid::Axis;
use crate::method::Differentiator;
use crate::probe::Probe;
use crate::program::Program;
use crate::program::interpret::Interpreter;
use crate::quantity::{Quantity, QuantityError};
use crate::request::{Prepared, check_found};
use crate::tile::watch::Watch;
use rayon::prelude::*;

impl Function for Probe {
    fn values(&self, points: &[Vec<f64>]) -> Vec<f64> {
        Self::values(self, points)
    }

    fn jets(&self, points: &[Vec<f64>]) -> (Vec<f64>, Vec<Vec<f64>>) {
        let jets = Self::jets(self, points);
        (jets.value, jets.gradient)
    }
}

/// The level surfaces of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Surfaces {
    /// One mesh for each level, in their order.
    pub meshes: Vec<Mesh>,
    /// The smallest and the largest value at a node, if there is any.
    pub extremes: Option<(f64, f64)>,
    /// Nodes without a value.
    pub masked: u64,
}

impl Surfaces {
    /// That there is a surface of some level.
    ///
    /// # Errors
    /// None of the levels has a surface.
    pub fn check(&self, levels: &[f64]) -> Result<(), SurfaceError> {
        if self.meshes.iter().any(|mesh| !mesh.is_empty()) {
            return Ok(());
        }
        let levels = levels.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        Err(match self.extremes {
            Some((low, high)) => SurfaceError::Nowhere { levels, low, high },
            None => SurfaceError::NoValues,
        })
    }
}

/// The surfaces where the only plane of `prepared` has these levels, over a grid of three axes (further ones have one node). With a probe of the
/// same function, vertices lie on the function and normals are exact.
///
/// # Errors
/// A grid that is not a volume, levels that are not finite, more vertices than can be numbered or held in the memory that is allowed, and what engine or watch report.
pub fn surfaces(
    prepared: &mut Prepared,
    probe: Option<&Probe>,
    levels: &[f64],
    watch: &mut dyn Watch,
) -> Result<Surfaces, SurfaceError> {
    let axes = prepared.grid().axes();
    let flat = axes.iter().skip(3).all(|axis| axis.len() == 1) && axes.iter().take(3).all(|axis| axis.len() > 1);
    let Some([x, y, z]) = axes.get(..3).filter(|_| flat) else { return Err(volume(axes)) };
    if let Some(level) = levels.iter().find(|level| !level.is_finite()) {
        return Err(SurfaceError::Level(*level));
    }
    let function = probe.map(|probe| probe as &dyn Function);
    let (memory, size) = (prepared.memory(), x.len().saturating_mul(y.len()));
    let planes = z.len();
    let check = |bytes, done| check_found("meshes and the planes next to them", bytes, 100 * done / planes, memory);
    check(March::fixed_bytes(size, levels.len()), 0)?;
    let mut march = March::new([x.table(), y.table(), z.table()], levels, function);
    let (mut low, mut high, mut masked) = (f64::INFINITY, f64::NEG_INFINITY, 0_u64);
    let mut plane = Vec::with_capacity(size);
    prepared.bands(watch, |band| {
        let mut first = 0;
        while first < band.cells() {
            let end = band.cells().min(first + size - plane.len());
            match band {
                Samples::F32(planes) => plane.extend(planes[0][first..end].iter().map(|value| f64::from(*value))),
                Samples::F64(planes) => plane.extend_from_slice(&planes[0][first..end]),
            }
            first = end;
            if plane.len() == size {
                for value in &plane {
                    (low, high) = (low.min(*value), high.max(*value));
                    masked += u64::from(value.is_nan());
                }
                march.push(std::mem::replace(&mut plane, Vec::with_capacity(size)))?;
                check(march.bytes(), march.planes())?;
            }
        }
        Ok::<(), SurfaceError>(())
    })?;
    let extremes = (low <= high).then_some((low, high));
    Ok(Surfaces { meshes: march.finish()?, extremes, masked })
}

fn volume(axes: &[Axis]) -> SurfaceError {
    let extended = axes.iter().filter(|axis| axis.len() > 1).map(|axis| axis.name().to_owned());
    SurfaceError::Axes(extended.collect())
}

/// The values of a quantity of `formula` at points, in `f64` and rounded; the axes after the third are held.
///
/// # Errors
/// A quantity of several values, or one that cannot be had.
#[expect(clippy::cast_possible_truncation, reason = "for colours and single precision in files")]
pub fn values_at(
    formula: &Formula,
    quantity: &Quantity,
    held: &[f64],
    points: &[[f64; 3]],
) -> Result<(String, Vec<f32>), SurfaceError> {
    /// Points that one worker takes at a time.
    const SHARE: usize = 4096;
    let axes = 3 + held.len();
    let mut g = formula.graph().clone();
    let variables: Vec<NodeId> = (0..axes).map(|axis| g.variable(axis)).collect();
    let names = &formula.variables()[..axes.min(formula.variables().len())];
    let planes = quantity.build(&mut g, formula.root(), names, &Differentiator::exact(variables))?;
    let [(name, _)] = planes.as_slice() else {
        return Err(SurfaceError::Planes { quantity: quantity.to_string(), planes: planes.len() });
    };
    let program = Program::compile(&mut g, formula.root(), &planes, axes, formula.values().len());
    let program = program.map_err(|TooLarge| QuantityError::from(TooLarge))?;
    let program = Interpreter::<f64>::new(&program, formula.values());
    let share = |points: &[[f64; 3]]| {
        let columns = (0..3).map(|axis| points.iter().map(|point| point[axis]).collect());
        let held = held.iter().map(|&value| vec![value; points.len()]);
        let values = program.points(columns.chain(held).collect()).pop().unwrap_or_default();
        values.into_iter().map(|value| value as f32).collect::<Vec<f32>>()
    };
    Ok((name.clone(), points.par_chunks(SHARE).flat_map_iter(share).collect()))
}
