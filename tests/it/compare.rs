//! Comparators: bits, masks, units in the last place, pictures, text. Each says where the first difference is.

use std::fmt::Write;

/// The first difference of two lists of planes, bit by bit.
pub(crate) fn bits(got: &[Vec<f32>], want: &[Vec<f32>]) -> Result<(), String> {
    first_difference(got, want, |a, b| a.to_bits() == b.to_bits())
}

/// The same for double precision.
pub(crate) fn bits64(got: &[Vec<f64>], want: &[Vec<f64>]) -> Result<(), String> {
    first_difference(got, want, |a, b| a.to_bits() == b.to_bits())
}

/// The first cell that is masked in one and not in the other; `counts(plane, cell)` says which cells are compared.
pub(crate) fn masks(
    got: &[Vec<f32>],
    want: &[Vec<f64>],
    counts: impl Fn(usize, usize) -> bool,
) -> Result<(), (usize, usize)> {
    assert_eq!(got.len(), want.len(), "as many planes");
    for (plane, (a, b)) in got.iter().zip(want).enumerate() {
        assert_eq!(a.len(), b.len(), "as many cells");
        for cell in 0..a.len() {
            if a[cell].is_nan() != b[cell].is_nan() && counts(plane, cell) {
                return Err((plane, cell));
            }
        }
    }
    Ok(())
}

fn first_difference<T: Copy + std::fmt::Debug>(
    got: &[Vec<T>],
    want: &[Vec<T>],
    same: impl Fn(T, T) -> bool,
) -> Result<(), String> {
    if got.len() != want.len() {
        return Err(format!("{} planes, wanted {}", got.len(), want.len()));
    }
    for (plane, (a, b)) in got.iter().zip(want).enumerate() {
        if a.len() != b.len() {
            return Err(format!("plane {plane}: {} cells, wanted {}", a.len(), b.len()));
        }
        if let Some(cell) = (0..a.len()).find(|&cell| !same(a[cell], b[cell])) {
            return Err(format!("plane {plane}, cell {cell}: {:?}, wanted {:?}", a[cell], b[cell]));
        }
    }
    Ok(())
}

/// The distance of an `f32` from the reference in units of the last place that an `f32` of the reference's size has; below
/// 2⁻¹²⁶ that unit is 2⁻¹⁴⁹. Beyond the largest number the unit stays that of the largest, and a mask is 2¹²⁸, as in rounding.
pub(crate) fn ulps(got: f32, want: f64) -> f64 {
    let largest = 2_f64.powi(128);
    match (got.is_nan(), want.is_nan()) {
        (true, true) => return 0.0,
        (false, true) => return f64::INFINITY,
        // A result that rounds to infinity is masked.
        (true, false) if want.abs() < f64::from(f32::MAX) => return f64::INFINITY,
        (true, false) => return (largest - want.abs().min(largest)) / 2_f64.powi(104),
        (false, false) => {}
    }
    let exponent = want.abs().clamp(2_f64.powi(-126), 2_f64.powi(127)).log2().floor();
    (f64::from(got) - want.clamp(-largest, largest)).abs() / (exponent - 23.0).exp2()
}

/// A picture as rows of pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Red, green, blue, alpha; four bytes a pixel.
    pub(crate) rgba: Vec<u8>,
}

impl Picture {
    pub(crate) fn decode(png: &[u8]) -> Self {
        let image = image::load_from_memory_with_format(png, image::ImageFormat::Png).expect("a PNG file").to_rgba8();
        Self { width: image.width(), height: image.height(), rgba: image.into_raw() }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let image = image::RgbaImage::from_raw(self.width, self.height, self.rgba.clone()).expect("as many bytes");
        let mut png = std::io::Cursor::new(Vec::new());
        image.write_to(&mut png, image::ImageFormat::Png).expect("encoded");
        png.into_inner()
    }
}

/// The number of pixels that differ and a picture of them, white on black; `None` if the pictures are equal.
pub(crate) fn pictures(got: &Picture, want: &Picture) -> Option<(usize, Picture)> {
    if (got.width, got.height) != (want.width, want.height) {
        return Some((usize::MAX, got.clone()));
    }
    let pixels = got.rgba.chunks_exact(4).zip(want.rgba.chunks_exact(4)).map(|(a, b)| a != b);
    let count = pixels.clone().filter(|differs| *differs).count();
    let rgba = pixels.flat_map(|differs| if differs { [255; 4] } else { [0, 0, 0, 255] }).collect();
    (count > 0).then_some((count, Picture { rgba, ..*got }))
}

/// The lines that were taken out (−) and put in (+) between the common beginning and end; `None` if the texts are equal.
pub(crate) fn texts(got: &str, want: &str) -> Option<String> {
    if got == want {
        return None;
    }
    let (new, old): (Vec<&str>, Vec<&str>) = (got.lines().collect(), want.lines().collect());
    let shorter = new.len().min(old.len());
    let head = (0..shorter).take_while(|&i| new[i] == old[i]).count();
    let tail = (1..=shorter - head).take_while(|&i| new[new.len() - i] == old[old.len() - i]).count();
    let mut difference = format!("@@ line {} @@\n", head + 1);
    for (sign, lines) in [('-', &old[head..old.len() - tail]), ('+', &new[head..new.len() - tail])] {
        for line in lines {
            let _ = writeln!(difference, "{sign}{line}");
        }
    }
    Some(difference)
}
