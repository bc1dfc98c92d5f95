//! Where the cells of a raster lie: the affine transform, the raw keys of the reference system, and the unit of length.
//!
//! ```text
//! X = t0 + t1·column + t2·row
//! Y = t3 + t4·column + t5·row
//! ```
//!
//! Columns and rows are counted from the *corner* of the first cell, in GDAL's order; the centre of cell (i, j) lies at
//! (i + ½, j + ½). Values belong to cell centres, so the axes of the [`Grid`] run from centre to centre. The row axis of a
//! north-up raster (t5 < 0) descends, which [`Axis`] allows: its spacing is negative.
//!
//! The keys of the reference system (GeoTIFF 1.1, section 7.1) are kept as they are, so that what is not understood here can
//! still be written back.

use crate::grid::{Axis, Grid, GridError};
use thiserror::Error;

/// What one unit of X and Y is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// Degrees of longitude and latitude.
    Degrees,
    /// Metres.
    Metres,
    /// International feet, 0.3048 m.
    Feet,
    /// US survey feet, 1200/3937 m.
    SurveyFeet,
    /// The file does not say, or says it in a way that is not known here.
    #[default]
    Unknown,
}

impl Unit {
    /// Metres of one unit, of lengths that are known.
    #[must_use]
    pub fn metres(self) -> Option<f64> {
        match self {
            Self::Metres => Some(1.0),
            Self::Feet => Some(0.3048),
            Self::SurveyFeet => Some(1200.0 / 3937.0),
            Self::Degrees | Self::Unknown => None,
        }
    }
}

/// The GeoTIFF keys as stored: the directory and the two arrays that it points into.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GeoKeys {
    /// Tag 34735: four numbers of version and count, then four for each key.
    pub directory: Vec<u16>,
    /// Tag 34736.
    pub doubles: Vec<f64>,
    /// Tag 34737.
    pub ascii: Vec<u8>,
}

const MODEL_TYPE: u16 = 1024;
const RASTER_TYPE: u16 = 1025;
const ANGULAR_UNITS: u16 = 2054;
const PROJECTED: u16 = 3072;
const LINEAR_UNITS: u16 = 3076;
const VERTICAL_UNITS: u16 = 4099;
const GEOGRAPHIC: u16 = 2048;

/// The code that stands for a system of the user's own.
const USER_DEFINED: u16 = 32767;

impl Unit {
    /// The unit of length of this code of EPSG.
    fn of_length(code: u16) -> Self {
        match code {
            9001 => Self::Metres,
            9002 => Self::Feet,
            9003 => Self::SurveyFeet,
            _ => Self::Unknown,
        }
    }
}

impl GeoKeys {
    /// The unit of heights, if it is stated.
    #[must_use]
    pub fn vertical_unit(&self) -> Unit {
        self.short(VERTICAL_UNITS).map_or(Unit::Unknown, Unit::of_length)
    }

    /// The value of a key that is a short number.
    #[must_use]
    pub fn short(&self, key: u16) -> Option<u16> {
        let count = usize::from(*self.directory.get(3)?);
        let entries = self.directory.get(4..)?.chunks_exact(4).take(count);
        entries.filter(|entry| entry[1] == 0 && entry[2] == 1).find(|entry| entry[0] == key).map(|entry| entry[3])
    }

    /// Whether the tie points belong to cell centres (`RasterPixelIsPoint`).
    #[must_use]
    pub fn pixel_is_point(&self) -> bool {
        self.short(RASTER_TYPE) == Some(2)
    }

    /// The unit of X and Y.
    ///
    /// A projected system whose unit is not stated is taken to be in metres only if its code says so: UTM zones and
    /// the web's Mercator. State plane systems, for one, may be in feet.
    #[must_use]
    pub fn unit(&self) -> Unit {
        match self.short(MODEL_TYPE) {
            Some(2) => match self.short(ANGULAR_UNITS) {
                None | Some(9102 | 9122) => Unit::Degrees,
                Some(_) => Unit::Unknown,
            },
            Some(1) => match (self.short(LINEAR_UNITS), self.short(PROJECTED)) {
                (Some(code), _) => Unit::of_length(code),
                (None, Some(3857 | 25828..=25838 | 26901..=26923 | 32601..=32660 | 32701..=32760)) => Unit::Metres,
                _ => Unit::Unknown,
            },
            _ => Unit::Unknown,
        }
    }
}

/// Where a raster lies.
#[derive(Debug, Clone, PartialEq)]
pub struct GeoReference {
    /// The six numbers above, finite, in GDAL's order: from the corner of the first cell.
    pub transform: [f64; 6],
    /// The keys of the reference system, if the file has them.
    pub keys: Option<GeoKeys>,
    /// What one unit of X and Y is.
    pub unit: Unit,
    /// Whether the file's own tie point is a corner (the usual) or a centre.
    pub pixel_is_area: bool,
}

/// Why a raster's cells make no grid.
#[derive(Debug, Error)]
pub enum GeoError {
    /// Rows and columns do not run along X and Y.
    #[error("the raster is rotated or sheared by {rows} and {columns}; warp it to a north-up grid first (gdalwarp)")]
    Rotated {
        /// X per row.
        rows: f64,
        /// Y per column.
        columns: f64,
    },
    /// The axes are no axes.
    #[error(transparent)]
    Grid(#[from] GridError),
}

impl GeoReference {
    /// A place without a reference system.
    #[must_use]
    pub fn unknown(transform: [f64; 6]) -> Self {
        Self { transform, keys: None, unit: Unit::Unknown, pixel_is_area: true }
    }

    /// Size of a cell along X and Y, signed, as the file has it.
    #[must_use]
    pub fn cell_size(&self) -> [f64; 2] {
        [self.transform[1], self.transform[5]]
    }

    /// The code of the reference system in EPSG's list, if the file names one.
    #[must_use]
    pub fn epsg(&self) -> Option<u16> {
        let keys = self.keys.as_ref()?;
        let key = match keys.short(MODEL_TYPE)? {
            1 => PROJECTED,
            2 => GEOGRAPHIC,
            _ => return None,
        };
        keys.short(key).filter(|&code| code != 0 && code != USER_DEFINED)
    }

    /// The grid of the cell centres of a raster of this width and height: x ascends as a rule, y descends.
    ///
    /// # Errors
    /// A rotated raster, or cells too small for their place.
    pub fn grid(&self, width: usize, height: usize) -> Result<Grid, GeoError> {
        let [left, dx, shear_x, top, shear_y, dy] = self.transform;
        if shear_x != 0.0 || shear_y != 0.0 {
            return Err(GeoError::Rotated { rows: shear_x, columns: shear_y });
        }
        let axis = |name: &str, start: f64, step: f64, len: usize| {
            let last = len.saturating_sub(1) as f64;
            Axis::new(name, start + 0.5 * step, start + (last + 0.5) * step, len)
        };
        Ok(Grid::new(vec![axis("x", left, dx, width)?, axis("y", top, dy, height)?])?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(entries: &[[u16; 4]]) -> GeoKeys {
        let count = u16::try_from(entries.len()).expect("few");
        GeoKeys { directory: [[1, 1, 0, count].as_slice(), &entries.concat()].concat(), ..GeoKeys::default() }
    }

    #[test]
    fn axes_run_between_cell_centres_and_y_descends() {
        let place = GeoReference::unknown([100.0, 10.0, 0.0, 500.0, 0.0, -5.0]);
        let grid = place.grid(3, 4).expect("a grid");
        assert_eq!(grid.axes()[0].table(), [105.0, 115.0, 125.0], "x");
        assert_eq!(grid.axes()[1].table(), [497.5, 492.5, 487.5, 482.5], "y");
        assert_eq!(grid.axes()[1].spacing(), -5.0, "north up");
        let turned = GeoReference::unknown([0.0, 1.0, 0.5, 0.0, 0.0, -1.0]);
        assert!(matches!(turned.grid(2, 2), Err(GeoError::Rotated { .. })), "sheared");
        let flat = GeoReference::unknown([0.0, 0.0, 0.0, 0.0, 0.0, -1.0]);
        assert!(matches!(flat.grid(2, 2), Err(GeoError::Grid(_))), "cells without width");
    }

    #[test]
    fn units_are_known_only_where_they_are_stated() {
        assert_eq!(keys(&[[1024, 0, 1, 2]]).unit(), Unit::Degrees, "geographic");
        assert_eq!(keys(&[[1024, 0, 1, 1], [3076, 0, 1, 9003]]).unit(), Unit::SurveyFeet, "survey feet");
        assert_eq!(keys(&[[1024, 0, 1, 1], [3072, 0, 1, 32633]]).unit(), Unit::Metres, "UTM zone 33");
        assert_eq!(keys(&[[1024, 0, 1, 1], [3072, 0, 1, 2225]]).unit(), Unit::Unknown, "a state plane");
        assert_eq!(keys(&[[1024, 0, 1, 2], [2054, 0, 1, 9105]]).unit(), Unit::Unknown, "grads");
        assert_eq!(GeoKeys::default().unit(), Unit::Unknown, "no keys");
        assert_eq!(keys(&[[4099, 0, 1, 9002]]).vertical_unit(), Unit::Feet, "heights in feet");
        assert_eq!(keys(&[[1024, 0, 1, 1]]).vertical_unit(), Unit::Unknown, "heights not described");
        assert!(keys(&[[1025, 0, 1, 2]]).pixel_is_point() && !keys(&[]).pixel_is_point(), "point or area");
        let named =
            |entries: &[[u16; 4]]| GeoReference { keys: Some(keys(entries)), ..GeoReference::unknown([0.0; 6]) };
        assert_eq!(named(&[[1024, 0, 1, 1], [3072, 0, 1, 32633]]).epsg(), Some(32633), "a projected system");
        assert_eq!(
            named(&[[1024, 0, 1, 2], [2048, 0, 1, 4326], [3072, 0, 1, 7]]).epsg(),
            Some(4326),
            "a geographic one"
        );
        assert_eq!(named(&[[1024, 0, 1, 1], [3072, 0, 1, 32767]]).epsg(), None, "one of the user's own");
        let truncated = GeoKeys { directory: vec![1, 1, 0, 9, 1024, 0], ..GeoKeys::default() };
        assert_eq!(truncated.unit(), Unit::Unknown, "a directory that is cut off");
    }
}
