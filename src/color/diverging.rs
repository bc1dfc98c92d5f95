//! Diverging colour maps, blue for negative and red for positive: `coolwarm` over light grey, `bluered` over white.
//!
//! **coolwarm** is computed in Msh space. Theory: K. Moreland, “Diverging Color Maps for Scientific Visualization”, ISVC 2009. Msh is the polar form of
//! CIELAB: M is the distance from black, s the angle away from the grey axis, h the hue. Walking from a saturated
//! colour to an unsaturated one at constant hue changes lightness at a constant rate; a small turn of the hue on the
//! way (`spun_hue`) keeps the steps perceptually even where M must change as well. The two halves meet in a neutral
//! light grey, so that zero is neither side and both signs get the same lightness range. The end points are those of
//! the paper's cool–warm map.
//!
//! **bluered** is our own, for print and for small values that should vanish: in polar Oklab the lightness falls in a straight line from
//! 0.97 in the middle to 0.33 at both ends, alike on both sides, while chroma rises to ⅔ of the way and falls again, so that the ends are dark and
//! the steps between stay even. The hue turns a little, away from purple and pink, to stay inside sRGB and away from the colour of missing values.
//!
//! Edge cases: t outside [0, 1] is clamped by the caller; the result is always inside the sRGB cube (clamped by
//! rounding at the edge).

use super::oklab::{byte_from_linear, linear_from_srgb, to_srgb};

/// D65 white point in XYZ, Y = 100 (the paper's choice).
const WHITE: [f64; 3] = [95.047, 100.0, 108.883];
/// Brightness of the neutral middle: light, and not white, so that it stands out from white paper.
const MIDDLE_M: f64 = 88.0;

/// A colour in Msh: magnitude, saturation angle, hue angle.
#[derive(Clone, Copy)]
struct Msh {
    m: f64,
    s: f64,
    h: f64,
}

/// The colour of the cool–warm map at `t` in [0, 1].
pub fn coolwarm(t: f64) -> [u8; 3] {
    let cool = msh_from_srgb([59.0, 76.0, 192.0]);
    let warm = msh_from_srgb([180.0, 4.0, 38.0]);
    let middle = MIDDLE_M.max(cool.m).max(warm.m);
    let (end, along) = if t < 0.5 { (cool, 2.0 * t) } else { (warm, 2.0 - 2.0 * t) };
    let neutral = Msh { m: middle, s: 0.0, h: spun_hue(end, middle) };
    let mix = |a: f64, b: f64| (1.0 - along) * a + along * b;
    srgb_from_msh(Msh { m: mix(end.m, neutral.m), s: mix(end.s, neutral.s), h: mix(end.h, neutral.h) })
}

/// The colour of the blue–white–red map at `t` in [0, 1].
pub fn bluered(t: f64) -> [u8; 3] {
    let away = (2.0 * t - 1.0).abs();
    // Hue at the middle and its change toward the end, in degrees; the factor of the chroma.
    let (hue, turn, colourful) = if t < 0.5 { (252.0, 8.0, 0.33) } else { (38.0, -12.0, 0.40) };
    let hue = f64::to_radians(hue + turn * away);
    let chroma = colourful * away * (1.3 - away);
    to_srgb([0.97 - 0.64 * away, chroma * hue.cos(), chroma * hue.sin()])
}

/// The hue to approach at the neutral end, turned so that hue and magnitude change at rates that look even (the paper's
/// §4).
fn spun_hue(from: Msh, neutral_m: f64) -> f64 {
    if from.m >= neutral_m {
        return from.h;
    }
    let spin = from.s * (neutral_m * neutral_m - from.m * from.m).sqrt() / (from.m * from.s.sin());
    // Turned away from purple, so that the blue half does not pass through it.
    if from.h > -std::f64::consts::FRAC_PI_3 { from.h + spin } else { from.h - spin }
}

fn msh_from_srgb(srgb: [f64; 3]) -> Msh {
    let [r, g, b] = srgb.map(|c| linear_from_srgb(c / 255.0));
    let xyz = [
        100.0 * (0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b),
        100.0 * (0.212_672_9 * r + 0.715_152_2 * g + 0.072_175 * b),
        100.0 * (0.019_333_9 * r + 0.119_192 * g + 0.950_304_1 * b),
    ];
    let [fx, fy, fz] = [0, 1, 2].map(|k| lab_curve(xyz[k] / WHITE[k]));
    let (l, a, b) = (116.0 * fy - 16.0, 500.0 * (fx - fy), 200.0 * (fy - fz));
    let m = (l * l + a * a + b * b).sqrt();
    Msh { m, s: (l / m).acos(), h: b.atan2(a) }
}

fn srgb_from_msh(colour: Msh) -> [u8; 3] {
    let l = colour.m * colour.s.cos();
    let a = colour.m * colour.s.sin() * colour.h.cos();
    let b = colour.m * colour.s.sin() * colour.h.sin();
    let fy = (l + 16.0) / 116.0;
    let [x, y, z] = [fy + a / 500.0, fy, fy - b / 200.0].map(inverse_lab_curve);
    let [x, y, z] = [x * WHITE[0] / 100.0, y * WHITE[1] / 100.0, z * WHITE[2] / 100.0];
    [
        3.240_454_2 * x - 1.537_138_5 * y - 0.498_531_4 * z,
        -0.969_266 * x + 1.876_010_8 * y + 0.041_556 * z,
        0.055_643_4 * x - 0.204_025_9 * y + 1.057_225_2 * z,
    ]
    .map(byte_from_linear)
}

fn lab_curve(t: f64) -> f64 {
    const EDGE: f64 = 6.0 / 29.0;
    if t > EDGE.powi(3) { t.cbrt() } else { t / (3.0 * EDGE * EDGE) + 4.0 / 29.0 }
}

fn inverse_lab_curve(t: f64) -> f64 {
    const EDGE: f64 = 6.0 / 29.0;
    if t > EDGE { t.powi(3) } else { 3.0 * EDGE * EDGE * (t - 4.0 / 29.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_middle_are_those_of_the_paper() {
        assert_eq!(coolwarm(0.0), [59, 76, 192], "the cool end");
        assert_eq!(coolwarm(1.0), [180, 4, 38], "the warm end");
        let [r, g, b] = coolwarm(0.5);
        assert!(
            r.abs_diff(221) <= 1 && g.abs_diff(221) <= 1 && b.abs_diff(221) <= 1,
            "neutral light grey, got {r} {g} {b}"
        );
    }

    #[test]
    fn lightness_rises_to_the_middle_and_falls_after_it() {
        let lightness =
            |t: f64| coolwarm(t).map(f64::from).iter().zip([0.2126, 0.7152, 0.0722]).map(|(c, w)| c * w).sum::<f64>();
        for k in 0..50 {
            let (a, b) = (f64::from(k) / 100.0, f64::from(k + 1) / 100.0);
            assert!(lightness(b) >= lightness(a), "rising at {a}");
            assert!(lightness(1.0 - b) >= lightness(1.0 - a), "falling at {}", 1.0 - a);
        }
    }
}
