//! Slices of files: the quantity is computed on the whole grid, and what is left of it is a file in memory of one axis less.

use crate::cli::arrays::{Array, Held};
use crate::cli::failure::Failure;
use crate::cli::hold::Pick;
use crate::field::Samples;
use crate::io::read::memory::Memory;
use crate::request::{Prepared, RequestError};
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
pub(super) fn taken(
    prepared: &mut Prepared,
    plane: usize,
    pick: &Pick,
    watch: &mut dyn Watch,
) -> Result<Held, Failure> {
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
