//! Oklab, the colour space in which straight lines look even.
//!
//! Theory: B. Ottosson, “A perceptual color space for image processing”, 2020. Linear light goes through a matrix to three cone-like
//! responses, a cube root, and a second matrix: L is lightness (0 black, 1 white), a and b are green–red and blue–yellow. Equal
//! distances look about equally different; 0.02 is about the smallest that is noticed side by side.
//!
//! Edge cases: a point outside the sRGB cube is brought to its surface channel by channel; bytes → Oklab → bytes gives every one of
//! the 2²⁴ colours back.

/// sRGB to the cone responses.
const CONES: [[f64; 3]; 3] = [
    [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
    [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
    [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
];
/// Their cube roots to L, a, b.
const OPPONENTS: [[f64; 3]; 3] = [
    [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
    [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
    [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
];
/// Back to the cube roots.
const ROOTS: [[f64; 3]; 3] = [
    [1.0, 0.396_337_777_4, 0.215_803_757_3],
    [1.0, -0.105_561_345_8, -0.063_854_172_8],
    [1.0, -0.089_484_177_5, -1.291_485_548_0],
];
/// Back to sRGB.
const LIGHT: [[f64; 3]; 3] = [
    [4.076_741_662_1, -3.307_711_591_3, 0.230_969_929_2],
    [-1.268_438_004_6, 2.609_757_401_1, -0.341_319_396_5],
    [-0.004_196_086_3, -0.703_418_614_7, 1.707_614_701_0],
];

fn times(matrix: &[[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
}

/// L, a and b of a colour.
#[must_use]
pub fn from_srgb(colour: [u8; 3]) -> [f64; 3] {
    let light = colour.map(|c| linear_from_srgb(f64::from(c) / 255.0));
    times(&OPPONENTS, times(&CONES, light).map(f64::cbrt))
}

/// The colour that is nearest to L, a and b.
#[must_use]
pub fn to_srgb(lab: [f64; 3]) -> [u8; 3] {
    times(&LIGHT, times(&ROOTS, lab).map(|root| root.powi(3))).map(byte_from_linear)
}

/// The point at `t` of a straight line.
pub(super) fn between(a: [f64; 3], b: [f64; 3], t: f64) -> [f64; 3] {
    [0, 1, 2].map(|k| a[k] * (1.0 - t) + b[k] * t)
}

/// The colour at `t` of the straight lines through `stops`, each a place and a colour, the places ascending from 0 to 1.
pub(super) fn along(stops: &[(f64, [u8; 3])], t: f64) -> [u8; 3] {
    let after = stops.partition_point(|(place, _)| *place <= t);
    match (after.checked_sub(1).and_then(|k| stops.get(k)), stops.get(after)) {
        (Some(&(from, a)), Some(&(to, b))) => to_srgb(between(from_srgb(a), from_srgb(b), (t - from) / (to - from))),
        (Some(&(_, only)), None) | (None, Some(&(_, only))) => only,
        (None, None) => [0; 3],
    }
}

/// Linear light of an encoded channel, both in [0, 1] (IEC 61966-2-1).
pub(super) fn linear_from_srgb(c: f64) -> f64 {
    if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

/// The byte of linear light.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=255 first")]
pub(super) fn byte_from_linear(c: f64) -> u8 {
    let c = c.clamp(0.0, 1.0);
    let encoded = if c <= 0.003_130_8 { 12.92 * c } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
    (255.0 * encoded).round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_come_back() {
        // Every 15th level of each channel, both ends included: 18³ colours.
        let levels = || (0..=255_u8).step_by(15);
        for r in levels() {
            for g in levels() {
                for b in levels() {
                    assert_eq!(to_srgb(from_srgb([r, g, b])), [r, g, b], "there and back");
                }
            }
        }
    }

    #[test]
    fn the_published_values_come_out() {
        // Ottosson's own table of XYZ pairs gives white as (1, 0, 0); red is (0.628, 0.225, 0.126) in CSS Color 4.
        let near = |colour, wanted: [f64; 3]| {
            let found = from_srgb(colour);
            assert!((0..3).all(|k| (found[k] - wanted[k]).abs() < 5e-4), "{colour:?}: {found:?}");
        };
        near([255; 3], [1.0, 0.0, 0.0]);
        near([0; 3], [0.0, 0.0, 0.0]);
        near([255, 0, 0], [0.627_96, 0.224_86, 0.125_85]);
        near([0, 0, 255], [0.452_01, -0.032_46, -0.311_53]);
    }

    #[test]
    fn lines_go_through_their_stops() {
        let stops = [(0.0, [0, 0, 0]), (0.25, [255, 0, 0]), (1.0, [255, 255, 255])];
        for (place, colour) in stops {
            assert_eq!(along(&stops, place), colour, "at {place}");
        }
        let half = from_srgb(along(&stops, 0.125))[0];
        assert!((half - 0.5 * from_srgb([255, 0, 0])[0]).abs() < 0.01, "half way is half as light: {half}");
    }
}
