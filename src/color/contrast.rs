//! Contrast of two colours, as WCAG 2.2 defines it.
//!
//! Theory: *relative luminance* is the linear light of a colour, the eye's sensitivity to each primary being its weight (Rec. 709): 0 of black, 1 of
//! white. The *contrast ratio* of two is (L₁ + 0.05)/(L₂ + 0.05), the lighter above: 1 of equal colours, 21 of black and white; 0.05 stands for the
//! light that a screen reflects. What WCAG 2.2 asks of graphics (1.4.11) is [`ENOUGH`].
//!
//! Limits: the ratio knows nothing of hue and of widths, and it flatters dark marks on colours of middle lightness: there it finds black and white
//! alike, and eyes prefer white.

use super::oklab::linear_from_srgb;

/// What WCAG 2.2 (1.4.11) asks of graphics that are to be seen: 3 to 1.
pub const ENOUGH: f64 = 3.0;

/// Relative luminance, from 0 (black) to 1 (white).
#[must_use]
pub fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|part| linear_from_srgb(f64::from(part) / 255.0));
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// The contrast ratio of two colours in either order, from 1 to 21.
#[must_use]
pub fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    const REFLECTED: f64 = 0.05;
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + REFLECTED) / (a.min(b) + REFLECTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_pairs_have_their_ratios() {
        // WCAG's own ends, and pairs that every checker on the web rounds to these: #777777 on white just misses 4.5.
        let pairs = [
            ([255; 3], [0; 3], 21.0),
            ([255; 3], [255; 3], 1.0),
            ([119; 3], [255; 3], 4.48),
            ([255, 0, 0], [255; 3], 4.00),
            ([0, 0, 255], [255; 3], 8.59),
            ([0, 128, 0], [0; 3], 4.09),
        ];
        for (a, b, wanted) in pairs {
            let found = contrast(a, b);
            assert!((found - wanted).abs() < 0.005, "{a:?} {b:?}: {found}, not {wanted}");
            assert_eq!(found, contrast(b, a), "either order");
        }
    }
}
