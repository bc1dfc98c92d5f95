//! Fields: the values of one or more planes on a grid, masked where they are undefined.
//!
//! A masked cell holds the quiet NaN; no other cell is NaN or infinite. Planes are stored one after the other, each in the
//! cell order of its [`Grid`] (x fastest), which is C order for an array of shape `planes × … × ny × nx`.

use crate::grid::Grid;

/// Values of `k` planes in one of the two number types.
#[derive(Debug, Clone, PartialEq)]
pub enum Samples {
    /// Single precision, from the `cpu` and `gpu` engines.
    F32(Vec<Vec<f32>>),
    /// Double precision, from the reference engine.
    F64(Vec<Vec<f64>>),
}

impl Samples {
    /// Number of planes.
    #[must_use]
    pub fn planes(&self) -> usize {
        match self {
            Self::F32(planes) => planes.len(),
            Self::F64(planes) => planes.len(),
        }
    }

    /// Number of cells in each plane.
    #[must_use]
    pub fn cells(&self) -> usize {
        match self {
            Self::F32(planes) => planes.first().map_or(0, Vec::len),
            Self::F64(planes) => planes.first().map_or(0, Vec::len),
        }
    }

    /// The value of one cell of one plane; NaN where it is masked or there is none.
    #[must_use]
    pub fn get(&self, plane: usize, cell: usize) -> f64 {
        match self {
            Self::F32(planes) => {
                planes.get(plane).and_then(|plane| plane.get(cell)).map_or(f64::NAN, |v| f64::from(*v))
            }
            Self::F64(planes) => planes.get(plane).and_then(|plane| plane.get(cell)).copied().unwrap_or(f64::NAN),
        }
    }

    /// Number of cells at which some plane is masked.
    #[must_use]
    pub fn masked(&self) -> u64 {
        fn count<T: Copy>(planes: &[Vec<T>], is_masked: impl Fn(T) -> bool) -> u64 {
            if let [only] = planes {
                return only.iter().filter(|&&value| is_masked(value)).count() as u64;
            }
            let cells = planes.first().map_or(0, Vec::len);
            (0..cells).filter(|&cell| planes.iter().any(|plane| is_masked(plane[cell]))).count() as u64
        }
        match self {
            Self::F32(planes) => count(planes, f32::is_nan),
            Self::F64(planes) => count(planes, f64::is_nan),
        }
    }

    /// Copies the values of a part over those from cell `first` on, if both are of one number type.
    ///
    /// # Panics
    /// Where the part reaches beyond the last cell.
    pub fn copy_from(&mut self, first: usize, part: &Self) {
        fn copy<T: Copy>(all: &mut [Vec<T>], first: usize, part: &[Vec<T>]) {
            for (all, part) in all.iter_mut().zip(part) {
                all[first..first + part.len()].copy_from_slice(part);
            }
        }
        match (self, part) {
            (Self::F32(all), Self::F32(part)) => copy(all, first, part),
            (Self::F64(all), Self::F64(part)) => copy(all, first, part),
            _ => {}
        }
    }

    /// Gives every plane `cells` cells; the values are unspecified until they are written.
    pub fn resize(&mut self, cells: usize) {
        match self {
            Self::F32(planes) => planes.iter_mut().for_each(|plane| plane.resize(cells, 0.0)),
            Self::F64(planes) => planes.iter_mut().for_each(|plane| plane.resize(cells, 0.0)),
        }
    }
}

/// Named planes of values on a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Where the cells lie.
    pub grid: Grid,
    /// The name of each plane, such as `∂f/∂x`.
    pub names: Vec<String>,
    /// The values.
    pub samples: Samples,
}

impl Field {
    /// The value of plane `plane` at the given index along each axis, x first; NaN where it is masked.
    #[must_use]
    pub fn at(&self, plane: usize, index: &[usize]) -> f64 {
        let mut cell = 0;
        for (axis, &i) in self.grid.axes().iter().zip(index).rev() {
            if i >= axis.len() {
                return f64::NAN;
            }
            cell = cell * axis.len() + i;
        }
        self.samples.get(plane, cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_by_index_and_masked_ones_counted() {
        let grid = Grid::plane((0.0, 1.0, 2), (0.0, 1.0, 3)).expect("valid");
        let values = vec![0.0, 1.0, 2.0, f32::NAN, 4.0, 5.0];
        let field = Field { grid, names: vec!["f".to_owned()], samples: Samples::F32(vec![values]) };
        assert_eq!(field.at(0, &[0, 2]), 4.0, "x = 0, y = 2");
        assert!(field.at(0, &[2, 0]).is_nan() && field.at(1, &[0, 0]).is_nan(), "outside");
        assert_eq!(field.samples.masked(), 1, "one NaN");
    }
}
