//! Inverse trigonometric functions in f64: all of them are the angle of a point.
//!
//! The angle of (x, y) in the first octant: with c the multiple of ⅛ nearest to y/x, arctan(y/x) = arctan c + arctan t,
//! t = (y − c·x)/(x + c·y), |t| ≤ 1/16, everything but the short polynomial in unevaluated pairs. asin x is the angle of (√(1 − x²), x), acos x
//! that of (x, √(1 − x²)), with 1 − x² exact to 2^−106.

use super::bits::{
    INFINITE, NAN, Pair, ROUNDER, ROUNDER_BITS, add_pairs, clamp, divide_pairs, fast_two_sum, is_nan, is_negative,
    magnitude, multiply_pairs, power_of_two, two_product, two_sum, with_sign,
};
use super::power::sqrt_pair;
use super::trig::{HALF_PI, HALF_PI_LOW};

/// The k-th of the numbers, or 0 for k = 0.
#[expect(clippy::too_many_arguments, reason = "a table, which shader compilers take best as selects")]
#[inline(always)]
fn choose(k: u64, c1: f64, c2: f64, c3: f64, c4: f64, c5: f64, c6: f64, c7: f64, c8: f64) -> f64 {
    let odd = (k & 1) != 0;
    let first = if odd { c1 } else { 0.0 };
    let second = if odd { c3 } else { c2 };
    let third = if odd { c5 } else { c4 };
    let fourth = if odd { c7 } else { c6 };
    let low = if (k & 2) != 0 { second } else { first };
    let high = if (k & 2) != 0 { fourth } else { third };
    let below = if (k & 4) != 0 { high } else { low };
    if k == 8 { c8 } else { below }
}

/// arctan(k/8) in two parts, for k = 0 … 8.
#[inline(always)]
fn arctan_of_eighths(k: u64) -> Pair {
    let hi = choose(
        k,
        0.12435499454676144,
        0.24497866312686414,
        0.35877067027057225,
        0.4636476090008061,
        0.5585993153435624,
        0.6435011087932844,
        0.7188299996216245,
        core::f64::consts::FRAC_PI_4,
    );
    let lo = choose(
        k,
        -3.1253241424539383e-18,
        1.0698755618734451e-17,
        -2.4623815582638635e-17,
        2.2698777452961687e-17,
        -5.4556305485916264e-18,
        1.5834785051444286e-17,
        -2.1478388444456983e-17,
        3.061616997868383e-17,
    );
    Pair { hi, lo }
}

/// Two pairs of one kind: a quarter turn, or a half turn, less an angle.
#[inline(always)]
fn less(whole: f64, whole_low: f64, angle: Pair) -> Pair {
    let s = two_sum(whole, 0.0 - angle.hi);
    fast_two_sum(s.hi, s.lo + (whole_low - angle.lo))
}

/// The angle of the point (x, y), in 0 … π/2; neither negative, not both zero, both in the middle of the range.
#[inline(always)]
fn angle(y: Pair, x: Pair) -> Pair {
    let steep = y.hi > x.hi;
    let b = Pair { hi: if steep { x.hi } else { y.hi }, lo: if steep { x.lo } else { y.lo } };
    let a = Pair { hi: if steep { y.hi } else { x.hi }, lo: if steep { y.lo } else { x.lo } };
    let rounded = 8.0 * (b.hi / a.hi) + ROUNDER;
    let k = rounded.to_bits().wrapping_sub(ROUNDER_BITS) & 15;
    let c = Pair { hi: 0.125 * (rounded - ROUNDER), lo: 0.0 };
    let ca = multiply_pairs(c, a);
    let top = add_pairs(b, Pair { hi: 0.0 - ca.hi, lo: 0.0 - ca.lo });
    let t = divide_pairs(top, add_pairs(a, multiply_pairs(c, b)));
    let z = t.hi * t.hi;
    let mut p = 0.07613821207478069;
    p = p * z - 0.09090561052805374;
    p = p * z + 0.11111110398982961;
    p = p * z - 0.1428571428505535;
    p = p * z + 0.19999999999999776;
    p = p * z - 0.3333333333333333;
    let base = arctan_of_eighths(k);
    let s = two_sum(base.hi, t.hi);
    let v = fast_two_sum(s.hi, s.lo + (base.lo + (t.lo + t.hi * z * p)));
    let w = less(HALF_PI, HALF_PI_LOW, v);
    Pair { hi: if steep { w.hi } else { v.hi }, lo: if steep { w.lo } else { v.lo } }
}

/// √(1 − a²) for 0 ≤ a ≤ 1.
#[inline(always)]
fn other_leg(a: f64) -> Pair {
    let square = two_product(a, a);
    let s = two_sum(1.0, 0.0 - square.hi);
    sqrt_pair(fast_two_sum(s.hi, s.lo - square.lo))
}

/// y with the sign of x, or x where it is tiny: then all these functions round to it.
#[inline(always)]
fn odd(x: f64, y: f64) -> f64 {
    if magnitude(x) < 0x3e40_0000_0000_0000 { x } else { with_sign(y, x) }
}

/// The arc sine, in [−π/2, π/2]; NaN for |x| > 1.
#[inline(always)]
pub fn asin(x: f64) -> f64 {
    let outside = magnitude(x) > 0x3ff0_0000_0000_0000;
    let a = if outside { 1.0 } else { f64::from_bits(magnitude(x)) };
    let r = angle(Pair { hi: a, lo: 0.0 }, other_leg(a)).hi;
    if outside { NAN } else { odd(x, r) }
}

/// The arc cosine, in [0, π]; NaN for |x| > 1.
#[inline(always)]
pub fn acos(x: f64) -> f64 {
    let outside = magnitude(x) > 0x3ff0_0000_0000_0000;
    let a = if outside { 1.0 } else { f64::from_bits(magnitude(x)) };
    let v = angle(other_leg(a), Pair { hi: a, lo: 0.0 });
    let turned = less(2.0 * HALF_PI, 2.0 * HALF_PI_LOW, v).hi;
    let r = if is_negative(x) { turned } else { v.hi };
    if outside { NAN } else { r }
}

/// The arc tangent, in [−π/2, π/2].
#[inline(always)]
pub fn atan(x: f64) -> f64 {
    // From 2^60 on it is π/2 to the last bit.
    let a = clamp(f64::from_bits(magnitude(x)), 0.0, 1.152921504606847e18);
    let r = odd(x, angle(Pair { hi: a, lo: 0.0 }, Pair { hi: 1.0, lo: 0.0 }).hi);
    if is_nan(x) { NAN } else { r }
}

/// The direction of the point (x, y), in [−π, π]; NaN at the origin.
#[inline(always)]
pub fn atan2(y: f64, x: f64) -> f64 {
    let ax = magnitude(x);
    let ay = magnitude(y);
    let most = if ax > ay { ax } else { ay };
    let infinite = most == INFINITE;
    let e = most >> 52;
    let by = if e > 2045 { 2045 } else { e };
    let up = power_of_two(1023u64.wrapping_sub(by));
    let one_or_zero_x = if ax == INFINITE { 1.0 } else { 0.0 };
    let one_or_zero_y = if ay == INFINITE { 1.0 } else { 0.0 };
    let none = most == 0;
    let finite_x = if none { 1.0 } else { f64::from_bits(ax) * up };
    let h = if infinite { one_or_zero_x } else { finite_x };
    let v = if infinite { one_or_zero_y } else { f64::from_bits(ay) * up };
    let g = angle(Pair { hi: v, lo: 0.0 }, Pair { hi: h, lo: 0.0 });
    // Where y/x is tiny, the angle is y/x, as exactly as a quotient can be.
    let direct = f64::from_bits(ay) / f64::from_bits(ax);
    let flat = (v < 5.551115123125783e-17 * h) & !infinite;
    let right = if flat { direct } else { g.hi };
    let left = less(2.0 * HALF_PI, 2.0 * HALF_PI_LOW, g).hi;
    let r = with_sign(if is_negative(x) { left } else { right }, y);
    let outside = none | is_nan(x) | is_nan(y);
    if outside { NAN } else { r }
}
