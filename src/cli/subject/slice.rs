//! Slices of files: the quantity is computed on the whole grid, and what is left of it is a file in memory of one axis less.

use super::Subject;
use crate::cli::args::{ComputeArgs, FormulaArgs};
use crate::cli::arrays::{Array, Arrays, BARE, Held};
use crate::cli::failure::Failure;
use crate::cli::hold::{Hold, Pick};
use crate::cli::inputs;
use crate::engine::EngineChoice;
use crate::field::Samples;
use crate::io::read::memory::Memory;
use crate::quantity::Quantity;
use crate::request::{Prepared, Request, RequestError};
use crate::tile::watch::Watch;

/// The quantity on a slice of files.
#[derive(Debug)]
pub(super) struct Slice {
    pub(super) values: Array,
    /// What the plane of the whole is called.
    pub(super) plane: String,
    /// Where it lies: `z = 0.5`.
    pub(super) words: Vec<String>,
    /// The arrays of the whole: names, files, and what is known of them.
    pub(super) arrays: Vec<[String; 3]>,
}

impl Subject<'_> {
    /// The slice of files where these variables are held: f on the grid that is left, and the quantity, which was computed on the whole.
    pub(crate) fn sliced(self, holds: &[Hold], compute: &ComputeArgs, watch: &mut dyn Watch) -> Result<Self, Failure> {
        let pick = Pick::new(&self.grid, holds)?;
        let (grid, f) = (pick.grid.clone(), pick.clone());
        let pick = if self.quantity.is_report() { pick.nearest() } else { pick };
        let Some(first) = self.arrays.all.first() else { return Ok(self) };
        let (request, _) = self.request(compute)?;
        let mut prepared = self.prepare(&request)?;
        crate::picture::check(&prepared, &self.quantity)?;
        let plane = prepared.names().swap_remove(0);
        let values = first.holding(taken(&mut prepared, 0, &pick, watch)?);
        let mut f = match self.quantity {
            Quantity::Value => values.holding(taken(&mut prepared, 0, &f, watch)?),
            _ => {
                let mut prepared = self.prepare(&request.compare(None).quantity(Quantity::Value))?;
                first.holding(taken(&mut prepared, 0, &f, watch)?)
            }
        };
        let variables: Vec<String> = grid.axes().iter().map(|axis| axis.name().to_owned()).collect();
        let arguments = FormulaArgs { formula: BARE.to_owned(), parameters: Vec::new(), vars: variables };
        f.name = BARE.to_owned();
        let formula = inputs::formula_of(BARE, &arguments, &[(BARE.to_owned(), grid.axes().len())])?;
        let place = self.place.as_ref().map(|place| place.of_slice(grid.clone()));
        let arrays =
            self.arrays.all.iter().map(|array| [array.name.clone(), array.file_name(), array.described_for_certain()]);
        let slice = Slice { values, plane, words: holds.iter().map(Hold::words).collect(), arrays: arrays.collect() };
        Ok(Self { formula, arrays: Arrays { all: vec![f] }, place, grid, slice: Some(slice), ..self })
    }

    /// Whether it is a slice of files.
    pub(crate) fn is_slice(&self) -> bool {
        self.slice.is_some()
    }

    /// Opens the engine for the quantity that is drawn.
    pub(crate) fn colours(&self, request: &Request<'_>) -> Result<Prepared, Failure> {
        let Some(slice) = &self.slice else { return self.prepare(request) };
        let engine = if slice.values.header.dtype.fits_f32() { EngineChoice::Cpu } else { EngineChoice::F64 };
        let request = Request::new(&self.formula, &self.grid).quantity(Quantity::Value).engine(engine);
        let mut prepared = request.prepare_with(vec![slice.values.reader()?])?;
        prepared.set_first_row_on_top(self.place.as_ref().is_some_and(|place| place.first_row_on_top));
        Ok(prepared)
    }
}

/// Why the cells of a grid come no further.
enum End {
    /// All that was wanted has come.
    Reached,
    Failed(RequestError),
}

impl From<RequestError> for End {
    fn from(error: RequestError) -> Self {
        Self::Failed(error)
    }
}

/// A slice of a plane of `prepared`, in the type of its numbers.
#[expect(clippy::cast_possible_truncation, reason = "single precision is mixed in double precision")]
fn taken(prepared: &mut Prepared, plane: usize, pick: &Pick, watch: &mut dyn Watch) -> Result<Held, Failure> {
    let values = mixed(prepared, plane, pick, watch)?;
    let shape = pick.grid.shape();
    if prepared.engine().arithmetic() == "f32" {
        let values: Vec<f32> = values.into_iter().map(|value| value as f32).collect();
        Memory::new(&shape, values).map(Held::Single).map_err(Failure::input)
    } else {
        Memory::new(&shape, values).map(Held::Double).map_err(Failure::input)
    }
}

/// A slice of a plane of `prepared`, computed until its last cell has come.
pub(crate) fn mixed(
    prepared: &mut Prepared,
    plane: usize,
    pick: &Pick,
    watch: &mut dyn Watch,
) -> Result<Vec<f64>, Failure> {
    let mut values = vec![0.0; pick.grid.cells()];
    let (mut first, mut number, looks) = (0, 0, pick.looks());
    let ended = prepared.bands(watch, |band: &Samples| {
        let end = first + band.cells();
        while number < looks {
            let (cell, to, weight) = pick.look(number);
            if cell >= end {
                break;
            }
            values[to] += weight * band.get(plane, cell - first);
            number += 1;
        }
        first = end;
        if number == looks { Err(End::Reached) } else { Ok(()) }
    });
    match ended {
        Err(End::Failed(error)) => Err(error.into()),
        Ok(()) | Err(End::Reached) => Ok(values),
    }
}
