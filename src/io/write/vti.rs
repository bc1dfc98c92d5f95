//! Writes VTK image data (`.vti`), which ParaView opens: volumes, and pictures as volumes one cell thick.
//!
//! The file is XML with the numbers appended raw (VTK file formats, “XML file formats”): each plane is an array of point data,
//! preceded by its length in 8 bytes. Spacing is positive in VTK, so a descending axis is turned by the `Direction` matrix. An axis
//! of one node has no spacing; 1 is written. Masked cells are NaN, which ParaView draws in its own colour.

use crate::field::Samples;
use crate::grid::Grid;
use crate::io::write::{Description, Destination, Element, Progress, WriteError, Writer, escaped, push_rows};
use std::io::SeekFrom;

const FORMAT: &str = "VTK image data";

/// Bytes that say how long an array is.
const LENGTH: u64 = 8;

/// An open `.vti` file.
#[derive(Debug)]
pub struct Vti<W> {
    out: W,
    progress: Progress,
    planes: usize,
    size: usize,
    /// Where the appended data begins.
    start: u64,
}

impl<W: Destination> Vti<W> {
    /// Writes the description of a grid of up to three axes.
    ///
    /// # Errors
    /// A grid of more axes, or what the destination says.
    pub fn new(out: W, grid: &Grid, names: &[String], element: Element) -> Result<Self, WriteError> {
        Self::with_words(out, grid, names, element, "")
    }

    /// The same with words about what made the file, unless they are empty. They must not end a comment.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn with_words(
        mut out: W,
        grid: &Grid,
        names: &[String],
        element: Element,
        words: &str,
    ) -> Result<Self, WriteError> {
        let description = Description { shape: grid.shape(), names: names.to_vec(), element };
        let progress = Progress::new(FORMAT, &description, 3)?;
        let axis = |k: usize| grid.axes().get(k);
        let list = |text: &dyn Fn(usize) -> String| (0..3).map(text).collect::<Vec<_>>().join(" ");
        let extent = list(&|k| format!("0 {}", axis(k).map_or(0, |axis| axis.len() - 1)));
        let origin = list(&|k| axis(k).map_or(0.0, |axis| axis.min()).to_string());
        let spacing = list(&|k| match axis(k).map_or(0.0, |axis| axis.spacing().abs()) {
            0.0 => "1".to_owned(),
            spacing => spacing.to_string(),
        });
        let sign = |k: usize| if axis(k).is_some_and(|axis| axis.spacing() < 0.0) { "-1" } else { "1" };
        let direction = format!("{} 0 0 0 {} 0 0 0 {}", sign(0), sign(1), sign(2));
        let kind = match element {
            Element::F32 => "Float32",
            Element::F64 => "Float64",
        };
        let bytes = (grid.cells() * element.size()) as u64;
        let words = if words.is_empty() { String::new() } else { format!("<!-- {words} -->\n") };
        let mut text = format!(
            "<?xml version=\"1.0\"?>\n{words}\
             <VTKFile type=\"ImageData\" version=\"1.0\" byte_order=\"LittleEndian\" header_type=\"UInt64\">\n\
             <ImageData WholeExtent=\"{extent}\" Origin=\"{origin}\" Spacing=\"{spacing}\" Direction=\"{direction}\">\n\
             <Piece Extent=\"{extent}\">\n<PointData Scalars=\"{}\">\n",
            escaped(&names[0])
        );
        for (plane, name) in names.iter().enumerate() {
            let offset = plane as u64 * (LENGTH + bytes);
            let name = escaped(name);
            text += &format!("<DataArray type=\"{kind}\" Name=\"{name}\" format=\"appended\" offset=\"{offset}\"/>\n");
        }
        text += "</PointData>\n</Piece>\n</ImageData>\n<AppendedData encoding=\"raw\">\n_";
        out.write_all(text.as_bytes())?;
        let start = text.len() as u64;
        let mut vti = Self { out, progress, planes: names.len(), size: element.size(), start };
        for plane in 0..names.len() {
            let place = vti.place(plane) - LENGTH;
            vti.out.seek(SeekFrom::Start(place))?;
            vti.out.write_all(&bytes.to_le_bytes())?;
        }
        Ok(vti)
    }

    /// Where the numbers of a plane begin, the cells that are done left out.
    fn place(&self, plane: usize) -> u64 {
        let array = (self.progress.rows * self.progress.width * self.size) as u64;
        let done = (self.progress.done * self.progress.width * self.size) as u64;
        self.start + plane as u64 * (LENGTH + array) + LENGTH + done
    }
}

impl<W: Destination> Writer for Vti<W> {
    fn write_rows(&mut self, band: &Samples) -> Result<(), WriteError> {
        let rows = self.progress.band(band)?;
        let mut bytes = Vec::new();
        for plane in 0..self.planes {
            let place = self.place(plane);
            self.out.seek(SeekFrom::Start(place))?;
            // Some rows at a time: the bytes are a copy.
            let step = (BLOCK / (self.progress.width * self.size)).max(1);
            for first in (0..rows).step_by(step) {
                let end = rows.min(first + step);
                bytes.clear();
                push_rows(&mut bytes, band, plane, first * self.progress.width..end * self.progress.width, None);
                self.out.write_all(&bytes)?;
            }
        }
        self.progress.done += rows;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), WriteError> {
        self.progress.end()?;
        let end = self.place(self.planes - 1);
        self.out.seek(SeekFrom::Start(end))?;
        self.out.write_all(b"\n</AppendedData>\n</VTKFile>\n")?;
        self.out.flush()?;
        Ok(())
    }
}

/// Bytes that are copied at a time.
const BLOCK: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Axis;
    use std::io::Cursor;

    #[test]
    fn planes_lie_one_after_the_other_whatever_the_bands() {
        let axis = |name: &str, min: f64, max: f64, len| Axis::new(name, min, max, len).expect("valid");
        let grid =
            Grid::new(vec![axis("x", 0.0, 2.0, 3), axis("y", 5.0, 4.0, 2), axis("z", 0.0, 0.0, 1)]).expect("a grid");
        let names = ["f".to_owned(), "a<b".to_owned()];
        let write = |bands: &[usize]| {
            let mut file = Cursor::new(Vec::new());
            let mut vti: Box<dyn Writer> = Box::new(Vti::new(&mut file, &grid, &names, Element::F32).expect("opened"));
            let mut first = 0.0;
            for rows in bands {
                let plane: Vec<f32> = (0..rows * 3).map(|k| first + k as f32).collect();
                first += (rows * 3) as f32;
                let other = plane.iter().map(|value| -value).collect();
                vti.write_rows(&Samples::F32(vec![plane, other])).expect("a vector takes all");
            }
            vti.finish().expect("complete");
            file.into_inner()
        };
        let file = write(&[2]);
        assert_eq!(file, write(&[1, 1]), "bands");
        let text = String::from_utf8_lossy(&file);
        assert!(text.contains("WholeExtent=\"0 2 0 1 0 0\" Origin=\"0 5 0\" Spacing=\"1 1 1\""), "{text}");
        assert!(text.contains("Direction=\"1 0 0 0 -1 0 0 0 1\""), "a descending axis: {text}");
        assert!(text.contains("Name=\"a&lt;b\" format=\"appended\" offset=\"32\""), "8 + 6 × 4: {text}");
        let start = file.windows(6).position(|six| six == b"raw\">\n").expect("data") + 7;
        assert_eq!(file[start..start + 8], 24_u64.to_le_bytes(), "length");
        assert_eq!(file[start + 8 + 20..start + 32], 5.0_f32.to_le_bytes(), "the last of f");
        assert_eq!(file[start + 40 + 20..start + 64], (-5.0_f32).to_le_bytes(), "the last of the other");
    }
}
