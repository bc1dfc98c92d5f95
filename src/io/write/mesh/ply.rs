//! Binary PLY (the Stanford polygon file format, Turk 1994): a header in words, then vertices and faces.
//!
//! Edge cases: an empty mesh is a file of no vertices; the name of a value becomes one word of ASCII, as properties have no others.

use super::{Triangles, write_all};
use crate::io::provenance::ply::comments;
use std::io::{self, Write};

/// Writes the mesh, with some words about it as comments.
///
/// # Errors
/// What the destination says.
pub fn write(out: &mut impl Write, mesh: Triangles<'_>, words: &[(String, String)]) -> io::Result<()> {
    let mut header = "ply\nformat binary_little_endian 1.0\n".to_owned();
    header += &comments(words);
    header += &format!("element vertex {}\n", mesh.points.len());
    header += "property double x\nproperty double y\nproperty double z\n";
    header += "property float nx\nproperty float ny\nproperty float nz\n";
    if let Some((name, _)) = mesh.values {
        header += &format!("property float {}\n", word(name));
    }
    header += &format!("element face {}\nproperty list uchar int vertex_indices\nend_header\n", mesh.triangles.len());
    out.write_all(header.as_bytes())?;
    let vertices = mesh.points.iter().zip(mesh.normals).enumerate();
    write_all(out, vertices, |(k, (point, normal)), bytes| {
        point.iter().for_each(|part| bytes.extend(part.to_le_bytes()));
        normal.iter().for_each(|part| bytes.extend(part.to_le_bytes()));
        if let Some(value) = mesh.values.and_then(|(_, values)| values.get(k)) {
            bytes.extend(value.to_le_bytes());
        }
    })?;
    write_all(out, mesh.triangles, |triangle, bytes| {
        bytes.push(3);
        triangle.iter().for_each(|vertex| bytes.extend(vertex.to_le_bytes()));
    })
}

/// One word of ASCII.
fn word(name: &str) -> String {
    let plain: String = name.replace('∇', "grad").replace('∂', "d").replace('‖', "");
    let word: String = plain.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let word = word.trim_matches('_').to_owned();
    if word.is_empty() { "value".to_owned() } else { word }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NORMALS, POINTS, TRIANGLES, VALUES, numbers, tetrahedron};
    use super::*;

    #[test]
    fn a_mesh_is_read_back() {
        let mut file = Vec::new();
        let words = [("Formula".to_owned(), "x\ny".to_owned())];
        write(&mut file, tetrahedron(), &words).expect("a vector takes all");
        let end = file.windows(11).position(|part| part == b"end_header\n").expect("a header") + 11;
        let header = std::str::from_utf8(&file[..end]).expect("words");
        assert!(header.starts_with("ply\nformat binary_little_endian 1.0\ncomment Formula: x y\n"), "{header}");
        assert!(header.contains("element vertex 4\n") && header.contains("element face 4\n"), "{header}");
        assert!(header.contains("property float gradf__a_b\n"), "{header}");
        let (vertices, faces) = file[end..].split_at(4 * (24 + 12 + 4));
        for (k, vertex) in vertices.chunks_exact(40).enumerate() {
            assert_eq!(numbers(&vertex[..24], f64::from_le_bytes), POINTS[k], "point {k}");
            assert_eq!(numbers(&vertex[24..36], f32::from_le_bytes), NORMALS[k], "normal {k}");
            assert_eq!(numbers(&vertex[36..], f32::from_le_bytes), [VALUES[k]], "value {k}");
        }
        assert_eq!(faces.len(), 4 * 13, "nothing else");
        for (k, face) in faces.chunks_exact(13).enumerate() {
            assert_eq!((face[0], numbers(&face[1..], u32::from_le_bytes)), (3, TRIANGLES[k].to_vec()), "face {k}");
        }
    }
}
