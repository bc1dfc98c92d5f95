//! Lines in the plane as files, such as contours and streamlines.
//!
//! | format | holds |
//! |---|---|
//! | [GeoJSON](geojson) | a LineString for each path, with its value (RFC 7946) |
//! | [CSV](csv) | a row for each point: number of the path, value, coordinates, normal |
//! | [NPZ](npz) | all points in one array and where each path begins, as contourpy's `ChunkCombinedOffset` |
//! | [SVG](svg) | a plain path for each, grouped by value |
//!
//! Coordinates are written with as many digits as it takes to read back the same `f64`. A closed path repeats its first point in all formats
//! but SVG, which has a letter for it.

pub mod csv;
pub mod geojson;
pub mod npz;
pub mod svg;

use std::io::{self, Write};

/// A line in the plane, such as a contour or a streamline.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Path {
    /// The points in the order of travel; a closed path does not repeat its first.
    pub points: Vec<[f64; 2]>,
    /// Whether the last point is joined to the first.
    pub closed: bool,
    /// The value that belongs to the path: the level of a contour.
    pub value: Option<f64>,
    /// A unit vector for each point, or none at all; NaN where there is no direction.
    pub normals: Vec<[f64; 2]>,
}

impl Path {
    /// The points, the first once more at the end of a closed path.
    pub fn ring(&self) -> impl Iterator<Item = [f64; 2]> + '_ {
        self.points.iter().chain(self.points.first().filter(|_| self.closed)).copied()
    }

    /// The normals of the points of [`ring`](Self::ring), if there are any.
    pub fn ring_normals(&self) -> impl Iterator<Item = [f64; 2]> + '_ {
        self.normals.iter().chain(self.normals.first().filter(|_| self.closed)).copied()
    }
}

/// What is known of all paths of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// The names of the coordinates.
    pub names: [String; 2],
    /// Coordinates of the left and the right side, where the paths were looked for.
    pub x: (f64, f64),
    /// Coordinates of the lower and the upper side.
    pub y: (f64, f64),
    /// The code of the reference system in EPSG's list.
    pub epsg: Option<u16>,
    /// What made the paths.
    pub words: Vec<(String, String)>,
}

/// The formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `.geojson`
    GeoJson,
    /// `.csv`
    Csv,
    /// `.npz`
    Npz,
    /// `.svg`
    Svg,
}

impl Format {
    /// The format with this extension.
    #[must_use]
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "geojson" | "json" => Some(Self::GeoJson),
            "csv" => Some(Self::Csv),
            "npz" => Some(Self::Npz),
            "svg" => Some(Self::Svg),
            _ => None,
        }
    }

    /// Writes paths.
    ///
    /// # Errors
    /// What the writer reports, and more points than a format can count.
    pub fn write(self, out: &mut impl Write, paths: &[Path], sheet: &Sheet) -> io::Result<()> {
        match self {
            Self::GeoJson => geojson::write(out, paths, sheet),
            Self::Csv => csv::write(out, paths, sheet),
            Self::Npz => npz::write(out, paths, sheet),
            Self::Svg => svg::write(out, paths, sheet),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A closed path with normals and an open one.
    pub(crate) fn paths() -> Vec<Path> {
        let triangle = vec![[0.0, 0.0], [1.0, 0.5], [0.1, 1.0]];
        let normals = vec![[0.0, -1.0], [1.0, 0.0], [f64::NAN, f64::NAN]];
        let open = vec![[-1.0, 1e-7], [2.0, 3.0]];
        vec![
            Path { points: triangle, closed: true, value: Some(0.3), normals },
            Path { points: open, closed: false, value: None, normals: Vec::new() },
        ]
    }

    pub(crate) fn sheet() -> Sheet {
        Sheet {
            names: ["x".to_owned(), "y".to_owned()],
            x: (-1.0, 3.0),
            y: (0.0, 3.0),
            epsg: None,
            words: vec![("Formula".to_owned(), "x < \"y\" & --".to_owned())],
        }
    }

    #[test]
    fn rings_repeat_their_first_point() {
        let [closed, open] = paths().try_into().expect("two");
        assert_eq!((closed.ring().count(), open.ring().count()), (4, 2), "points");
        assert_eq!(closed.ring().last(), Some([0.0, 0.0]), "back to the start");
        assert_eq!((closed.ring_normals().count(), open.ring_normals().count()), (4, 0), "normals");
    }

    #[test]
    fn formats_are_told_by_their_extension() {
        assert_eq!(Format::of_extension("GeoJSON"), Some(Format::GeoJson), "any case");
        assert_eq!(Format::of_extension("png"), None, "a picture holds no paths");
    }
}
