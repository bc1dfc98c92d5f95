//! Writers of triangle meshes: PLY, STL and VTK poly data, all binary and little-endian.
//!
//! | format | points | normals | more |
//! |---|---|---|---|
//! | [PLY](ply) | `double`, shared | `float`, at the vertices | values at the vertices |
//! | [STL](stl) | `f32`, three for each triangle | of the triangles | nothing |
//! | [VTK poly data](vtp) | `Float64`, shared | `Float32`, at the vertices | values at the vertices |
//!
//! Points keep double precision where the format has it: in metres from a distant origin, single precision is off by half a metre. They
//! write to any `Write`, so a pipe will do.

pub mod ply;
pub mod stl;
pub mod vtp;

/// A mesh as its parts.
#[derive(Debug, Clone, Copy)]
pub struct Triangles<'a> {
    /// Where the vertices are.
    pub points: &'a [[f64; 3]],
    /// Unit normals of the vertices, as many.
    pub normals: &'a [[f32; 3]],
    /// Three vertices each, counter-clockwise as seen from where their normals point.
    pub triangles: &'a [[u32; 3]],
    /// A value for each vertex and what it is called, such as `‖∇f‖`.
    pub values: Option<(&'a str, &'a [f32])>,
}

/// Bytes that are gathered before they are written.
const BLOCK: usize = 64 * 1024;

/// Writes what `push` makes of each item, some at a time.
fn write_all<T>(
    out: &mut impl std::io::Write,
    items: impl IntoIterator<Item = T>,
    mut push: impl FnMut(T, &mut Vec<u8>),
) -> std::io::Result<()> {
    let mut bytes = Vec::with_capacity(2 * BLOCK);
    for item in items {
        push(item, &mut bytes);
        if bytes.len() >= BLOCK {
            out.write_all(&bytes)?;
            bytes.clear();
        }
    }
    out.write_all(&bytes)
}

#[cfg(test)]
pub(super) mod tests {
    use super::Triangles;

    /// A tetrahedron far from the origin, where single precision cannot tell its corners apart.
    pub(in crate::io::write) const POINTS: [[f64; 3]; 4] =
        [[1e9, 0.0, 0.0], [1e9 + 1.0, 0.0, 0.0], [1e9, 1.0, 0.0], [1e9, 0.0, 1.0]];
    pub(in crate::io::write) const NORMALS: [[f32; 3]; 4] =
        [[-0.6, -0.8, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    pub(in crate::io::write) const TRIANGLES: [[u32; 3]; 4] = [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]];
    pub(in crate::io::write) const VALUES: [f32; 4] = [0.5, 1.5, -2.0, 3.0];

    pub(in crate::io::write) fn tetrahedron() -> Triangles<'static> {
        Triangles {
            points: &POINTS, normals: &NORMALS, triangles: &TRIANGLES, values: Some(("‖∇f‖ <a b>", &VALUES))
        }
    }

    /// Numbers from bytes.
    pub(in crate::io::write) fn numbers<const N: usize, T>(bytes: &[u8], read: fn([u8; N]) -> T) -> Vec<T> {
        bytes.chunks_exact(N).map(|chunk| read(chunk.try_into().expect("of this size"))).collect()
    }
}
