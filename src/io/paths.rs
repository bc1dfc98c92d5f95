//! Lines in the plane as files: GeoJSON, CSV, NPZ and SVG.

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
