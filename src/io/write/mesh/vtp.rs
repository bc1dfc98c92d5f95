//! VTK poly data (`.vtp`), for `ParaView`: XML that describes arrays, and the arrays as raw bytes behind it.
//!
//! Source: the VTK file formats page of the VTK documentation (XML formats, appended raw data). Each array begins with its length in bytes
//! as `UInt64`.

use super::{Triangles, write_all};
use crate::io::write::escaped;
use std::io::{self, Write};

/// Writes the mesh with words about what made it, unless they are empty. They must not end a comment.
///
/// # Errors
/// What the destination says.
pub fn write(out: &mut impl Write, mesh: Triangles<'_>, words: &str) -> io::Result<()> {
    let words = if words.is_empty() { String::new() } else { format!("<!-- {words} -->\n") };
    let (vertices, triangles) = (mesh.points.len() as u64, mesh.triangles.len() as u64);
    let mut offset = 0;
    let mut array = |attributes: &str, bytes: u64| {
        let text = format!("<DataArray {attributes} format=\"appended\" offset=\"{offset}\"/>\n");
        offset += 8 + bytes;
        text
    };
    let mut text = format!(
        "<?xml version=\"1.0\"?>\n{words}\
         <VTKFile type=\"PolyData\" version=\"1.0\" byte_order=\"LittleEndian\" header_type=\"UInt64\">\n<PolyData>\n\
         <Piece NumberOfPoints=\"{vertices}\" NumberOfVerts=\"0\" NumberOfLines=\"0\" NumberOfStrips=\"0\" NumberOfPolys=\"{triangles}\">\n"
    );
    text += "<Points>\n";
    text += &array("type=\"Float64\" Name=\"Points\" NumberOfComponents=\"3\"", 24 * vertices);
    text += "</Points>\n";
    let name = mesh.values.map(|(name, _)| escaped(name));
    let scalars = name.as_ref().map_or(String::new(), |name| format!(" Scalars=\"{name}\""));
    text += &format!("<PointData Normals=\"Normals\"{scalars}>\n");
    text += &array("type=\"Float32\" Name=\"Normals\" NumberOfComponents=\"3\"", 12 * vertices);
    if let Some(name) = name {
        text += &array(&format!("type=\"Float32\" Name=\"{name}\""), 4 * vertices);
    }
    text += "</PointData>\n<Polys>\n";
    text += &array("type=\"Int64\" Name=\"connectivity\"", 24 * triangles);
    text += &array("type=\"Int64\" Name=\"offsets\"", 8 * triangles);
    text += "</Polys>\n</Piece>\n</PolyData>\n<AppendedData encoding=\"raw\">\n_";
    out.write_all(text.as_bytes())?;
    out.write_all(&(24 * vertices).to_le_bytes())?;
    write_all(out, mesh.points.iter().flatten(), |part, bytes| bytes.extend(part.to_le_bytes()))?;
    out.write_all(&(12 * vertices).to_le_bytes())?;
    write_all(out, mesh.normals.iter().flatten(), |part, bytes| bytes.extend(part.to_le_bytes()))?;
    if let Some((_, values)) = mesh.values {
        out.write_all(&(4 * vertices).to_le_bytes())?;
        write_all(out, values, |value, bytes| bytes.extend(value.to_le_bytes()))?;
    }
    out.write_all(&(24 * triangles).to_le_bytes())?;
    write_all(out, mesh.triangles.iter().flatten(), |vertex, bytes| bytes.extend(u64::from(*vertex).to_le_bytes()))?;
    out.write_all(&(8 * triangles).to_le_bytes())?;
    write_all(out, 1..=triangles, |triangle, bytes| bytes.extend((3 * triangle).to_le_bytes()))?;
    out.write_all(b"\n</AppendedData>\n</VTKFile>\n")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NORMALS, POINTS, TRIANGLES, VALUES, numbers, tetrahedron};
    use super::*;

    #[test]
    fn a_mesh_is_read_back() {
        let mut file = Vec::new();
        write(&mut file, tetrahedron(), "").expect("a vector takes all");
        let start = file.windows(7).position(|part| part == b"raw\">\n_").expect("data") + 7;
        let text = std::str::from_utf8(&file[..start]).expect("words");
        assert!(text.contains("NumberOfPoints=\"4\"") && text.contains("NumberOfPolys=\"4\""), "{text}");
        assert!(text.contains("Scalars=\"‖∇f‖ &lt;a b&gt;\""), "{text}");
        // The arrays where the text says they are.
        let array = |name: &str| {
            let line = text.lines().find(|line| line.contains(&format!("Name=\"{name}\""))).expect("described");
            let offset = line.split("offset=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an offset");
            let at = start + offset.parse::<usize>().expect("a number");
            let length = u64::from_le_bytes(file[at..at + 8].try_into().expect("eight bytes"));
            &file[at + 8..at + 8 + usize::try_from(length).expect("small")]
        };
        assert_eq!(numbers(array("Points"), f64::from_le_bytes), POINTS.concat(), "points");
        assert_eq!(numbers(array("Normals"), f32::from_le_bytes), NORMALS.concat(), "normals");
        assert_eq!(numbers(array("‖∇f‖ &lt;a b&gt;"), f32::from_le_bytes), VALUES, "values");
        let wanted: Vec<i64> = TRIANGLES.concat().into_iter().map(i64::from).collect();
        assert_eq!(numbers(array("connectivity"), i64::from_le_bytes), wanted, "triangles");
        assert_eq!(numbers(array("offsets"), i64::from_le_bytes), [3, 6, 9, 12], "their ends");
        assert!(file.ends_with(b"\n</AppendedData>\n</VTKFile>\n"), "closed");
    }
}
