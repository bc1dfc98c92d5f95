//! Binary STL (stereolithography): a count, then each triangle with its own normal and corners in single precision.
//!
//! Edge cases: a triangle without area has the normal 0, as readers expect; more than 2³² − 1 triangles are refused.
//!
//! Limits: no shared vertices, no normals of vertices, and coordinates rounded to single precision.

use super::{Triangles, write_all};
use crate::io::write::WriteError;
use std::io::Write;

/// Writes the mesh. The header must not begin with `solid`, which would announce text.
///
/// # Errors
/// Too many triangles, or what the destination says.
#[expect(clippy::cast_possible_truncation, reason = "the format has single precision")]
pub fn write(out: &mut impl Write, mesh: Triangles<'_>) -> Result<(), WriteError> {
    let mut header = [b' '; 80];
    let name = b"gradgrid, binary STL";
    header[..name.len()].copy_from_slice(name);
    let count = u32::try_from(mesh.triangles.len()).map_err(|_| WriteError::Unfit {
        format: "STL",
        what: format!("{} triangles, where {} are the most; write .ply", mesh.triangles.len(), u32::MAX),
    })?;
    out.write_all(&header)?;
    out.write_all(&count.to_le_bytes())?;
    write_all(out, mesh.triangles, |triangle, bytes| {
        let corners = triangle.map(|vertex| mesh.points.get(vertex as usize).copied().unwrap_or_default());
        let normal = normal(&corners);
        let parts = std::iter::once(normal).chain(corners).flatten();
        parts.for_each(|part| bytes.extend((part as f32).to_le_bytes()));
        bytes.extend([0, 0]);
    })?;
    Ok(())
}

/// The unit normal by the right-hand rule.
fn normal([a, b, c]: &[[f64; 3]; 3]) -> [f64; 3] {
    let (u, v): ([f64; 3], [f64; 3]) = (std::array::from_fn(|k| b[k] - a[k]), std::array::from_fn(|k| c[k] - a[k]));
    let n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    let length = n.iter().map(|part| part * part).sum::<f64>().sqrt();
    if length > 0.0 && length.is_finite() { n.map(|part| part / length) } else { [0.0; 3] }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{TRIANGLES, numbers, tetrahedron};
    use super::*;

    #[test]
    fn a_mesh_is_read_back() {
        let points: Vec<[f64; 3]> = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let mut file = Vec::new();
        write(&mut file, Triangles { points: &points, ..tetrahedron() }).expect("a vector takes all");
        assert!(!file.starts_with(b"solid"), "which would be text");
        assert_eq!(file.len(), 84 + 4 * 50, "the size that the count says");
        assert_eq!(file[80..84], 4_u32.to_le_bytes(), "the count");
        for (k, facet) in file[84..].chunks_exact(50).enumerate() {
            let parts = numbers(&facet[..48], f32::from_le_bytes);
            #[expect(clippy::cast_possible_truncation, reason = "zeros and ones")]
            let corners: Vec<f32> = TRIANGLES[k].iter().flat_map(|v| points[*v as usize].map(|p| p as f32)).collect();
            assert_eq!(parts[3..], corners, "corners of {k}");
            assert_eq!(facet[48..], [0, 0], "no attributes");
        }
        assert_eq!(numbers(&file[84..96], f32::from_le_bytes), [0.0, 0.0, -1.0], "outward, below");
        assert_eq!(normal(&[[1.0; 3]; 3]), [0.0; 3], "a triangle without area");
    }
}
