//! Logarithms: ln, log2, log10, log1p.
//!
//! x = m·2^e with √½ ≤ m < √2 and f = m − 1, which is exact; ln m = f − f²/2 + f³·P(f) with a minimax P of our own Remez runs (the form is
//! that of Cephes logf). The small terms are added first. Zero and negative numbers are outside the domain; infinity stays.

use super::bits::{INFINITY, NAN, is_nan, two_sum};
use super::exp::{LN2_HIGH, LN2_LOW};

/// A logarithm in pieces: ln x = e·ln 2 + f + tail.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogParts {
    /// The power of two, as a number.
    pub e: f32,
    /// m − 1.
    pub f: f32,
    /// ln m − f, computed to the accuracy of one rounding of itself.
    pub tail: f32,
}

/// The pieces of ln(x·2^k) for a positive finite x.
#[inline(always)]
pub(super) fn log_parts(x: f32, k: i32) -> LogParts {
    let subnormal = x.to_bits() < 0x0080_0000;
    let raised = x * 8_388_608.0;
    let y = if subnormal { raised } else { x };
    let shift = if subnormal { 23 } else { 0 };
    let above = y.to_bits().wrapping_sub(0x3f35_04f3).cast_signed() >> 23;
    let m = f32::from_bits(y.to_bits().wrapping_sub(above.cast_unsigned() << 23));
    let e = above.wrapping_add(k).wrapping_sub(shift) as f32;
    let f = m - 1.0;
    let z = f * f;
    let mut p = 0.062_891_37;
    p = p * f + -0.113_933_96;
    p = p * f + 0.119_519_114;
    p = p * f + -0.124_607_53;
    p = p * f + 0.142_175_67;
    p = p * f + -0.166_645_63;
    p = p * f + 0.200_021_01;
    p = p * f + -0.250_000_75;
    p = p * f + 0.333_333_13;
    let tail = f * z * p - 0.5 * z;
    LogParts { e, f, tail }
}

/// What ln and its relatives return for the arguments that have no logarithm, and r elsewhere.
#[inline(always)]
fn log_domain(x: f32, r: f32) -> f32 {
    let bits = x.to_bits();
    let positive = (bits.wrapping_sub(1)) < 0x7f80_0000;
    let y = if bits == 0x7f80_0000 { INFINITY } else { r };
    if positive { y } else { NAN }
}

/// The sum of the pieces and of a small correction.
#[inline(always)]
pub(super) fn log_sum(l: LogParts, correction: f32) -> f32 {
    l.e * LN2_HIGH + (l.f + ((l.e * LN2_LOW + correction) + l.tail))
}

/// The natural logarithm.
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    log_domain(x, log_sum(log_parts(x, 0), 0.0))
}

/// The logarithm to base 2: (f + tail)·(1 + 0.4427) + e, the product's small part kept apart.
#[inline(always)]
pub fn log2(x: f32) -> f32 {
    let l = log_parts(x, 0);
    let s = l.tail * 0.442_695_05 + l.f * 0.442_695_05;
    let r = ((s + l.tail) + l.f) + l.e;
    log_domain(x, r)
}

/// The logarithm to base 10; log10 e and log10 2 are cut in two so that the leading products are exact or nearly so.
#[inline(always)]
pub fn log10(x: f32) -> f32 {
    let l = log_parts(x, 0);
    let s = l.f + l.tail;
    let rest = (l.f - s) + l.tail;
    let low = s * 0.000_700_731_9 + (rest * std::f32::consts::LOG10_E + l.e * 0.000_248_745_66);
    let r = (low + s * 0.433_593_75) + l.e * 0.300_781_25;
    log_domain(x, r)
}

/// ln(hi + lo) + k·ln 2 for a positive finite hi with a small lo.
#[inline(always)]
pub(super) fn ln_of_sum(hi: f32, lo: f32, k: i32) -> f32 {
    log_sum(log_parts(hi, k), lo / hi)
}

/// ln(1 + x) without cancellation near 0; the rounding error of 1 + x is carried along.
#[inline(always)]
pub fn log1p(x: f32) -> f32 {
    let inside = (x > -1.0) & (x < INFINITY);
    let c = if inside { x } else { 0.0 };
    let u = two_sum(1.0, c);
    let r = ln_of_sum(u.hi, u.lo, 0);
    let tiny = (x.to_bits() & 0x7fff_ffff) < 0x3300_0000;
    let y = if tiny { x } else { r };
    let z = if x.to_bits() == 0x7f80_0000 { INFINITY } else { y };
    let domain = (x > -1.0) | tiny;
    let nan = is_nan(x);
    if domain & !nan { z } else { NAN }
}

#[cfg(test)]
mod tests {
    use super::super::check::{TIGHT_ULP, assert_unary, assert_values};
    use super::super::reference;
    use super::*;

    #[test]
    fn logarithms_are_within_their_bar() {
        assert_unary("ln", TIGHT_ULP, ln, reference::ln);
        assert_unary("log2", TIGHT_ULP, log2, reference::log2);
        assert_unary("log10", TIGHT_ULP, log10, reference::log10);
        assert_unary("log1p", TIGHT_ULP, log1p, reference::log1p);
    }

    #[test]
    fn ends_and_exact_values() {
        let inf = INFINITY;
        let ends = [(0.0, NAN), (-0.0, NAN), (-1.0, NAN), (-inf, NAN), (inf, inf), (-NAN, NAN), (1.0, 0.0)];
        assert_values("ln", ln, &ends);
        assert_values("log2", log2, &ends);
        assert_values("log10", log10, &ends);
        assert_values("log2", log2, &[(8.0, 3.0), (f32::from_bits(1), -149.0), (2f32.powi(127), 127.0)]);
        assert_values(
            "log1p",
            log1p,
            &[(-0.0, -0.0), (1e-30, 1e-30), (-1.0, NAN), (-2.0, NAN), (inf, inf), (-inf, NAN)],
        );
    }
}
