//! Bit patterns of f64, order, and error-free sums, products and quotients of unevaluated pairs.
//!
//! The f64 counterpart of the f32 file of the same name, with the same rules for NaN, order and ties. All integers are `u64`, also
//! those that stand for signed numbers (two's complement, wrapping), so that one text serves both languages.
//!
//! Pairs: Dekker, "A floating-point technique for extending the available precision", Numer. Math. 18 (1971); Knuth, TAOCP vol. 2,
//! 4.2.2. A pair holds about 106 bits. The split rounds to 26 bits, so that what is left has 26 bits and a sign, and all four partial
//! products of [`two_product`] are exact; it overflows within 2^−27 of the largest number only, and products lose their low part
//! below 2^−969. Both lie outside of what the functions of this floor pass to it.

/// The one NaN that functions return outside their domain.
pub const NAN: f64 = f64::from_bits(0x7ff8_0000_0000_0000);
/// Positive infinity.
pub const INFINITY: f64 = f64::from_bits(0x7ff0_0000_0000_0000);
/// 1.5·2^52: adding it rounds to an integer, which then stands in the low bits.
pub(super) const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// Bits of `ROUNDER`.
pub(super) const ROUNDER_BITS: u64 = 0x4338_0000_0000_0000;
/// The bits of a number but its sign.
pub(super) const MAGNITUDE: u64 = 0x7fff_ffff_ffff_ffff;
/// The sign bit.
pub(super) const SIGN: u64 = 0x8000_0000_0000_0000;
/// Bits of infinity.
pub(super) const INFINITE: u64 = 0x7ff0_0000_0000_0000;
/// Bits of the smallest normal number.
pub(super) const NORMAL: u64 = 0x0010_0000_0000_0000;
/// The bits below the exponent.
pub(super) const FRACTION: u64 = 0x000f_ffff_ffff_ffff;

/// An unevaluated sum of two numbers, `lo` small against `hi`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    /// The leading part.
    pub hi: f64,
    /// The rest.
    pub lo: f64,
}

/// The bits of |x|: below `INFINITE` for finite numbers, above it for NaN.
#[inline(always)]
pub(super) fn magnitude(x: f64) -> u64 {
    x.to_bits() & MAGNITUDE
}

/// True for every NaN, by bits.
#[inline(always)]
pub fn is_nan(x: f64) -> bool {
    magnitude(x) > INFINITE
}

/// Neither infinite nor NaN, by bits.
#[inline(always)]
pub fn is_finite(x: f64) -> bool {
    magnitude(x) < INFINITE
}

/// x, or the one NaN for any NaN.
#[inline(always)]
pub fn canonical(x: f64) -> f64 {
    if is_nan(x) { NAN } else { x }
}

/// True if the sign bit is set.
#[inline(always)]
pub(super) fn is_negative(x: f64) -> bool {
    x.to_bits() >= SIGN
}

/// 2^n for −1022 ≤ n ≤ 1023; 0 for −1023.
#[inline(always)]
pub(super) fn power_of_two(n: u64) -> f64 {
    f64::from_bits(n.wrapping_add(1023) << 52)
}

/// p·2^n for −2044 ≤ n ≤ 2046, rounded once if p is near 1.
#[inline(always)]
pub(super) fn scale(p: f64, n: u64) -> f64 {
    let half = (n.wrapping_add(4096) >> 1).wrapping_sub(2048);
    let rest = n.wrapping_sub(half);
    p * power_of_two(half) * power_of_two(rest)
}

/// The number for an integer |n| < 2^51.
#[inline(always)]
pub(super) fn number_of(n: u64) -> f64 {
    f64::from_bits(ROUNDER_BITS.wrapping_add(n)) - ROUNDER
}

/// m with the sign of s.
#[inline(always)]
pub(super) fn with_sign(m: f64, s: f64) -> f64 {
    f64::from_bits(magnitude(m) | (s.to_bits() & SIGN))
}

/// m, its sign flipped where the bit `SIGN` of s is set.
#[inline(always)]
pub(super) fn flipped(m: f64, s: u64) -> f64 {
    f64::from_bits(m.to_bits() ^ (s & SIGN))
}

/// x kept within low … high; any NaN may come out as either.
#[inline(always)]
pub(super) fn clamp(x: f64, low: f64, high: f64) -> f64 {
    let y = if x < low { low } else { x };
    if y > high { high } else { y }
}

/// An integer that orders as x does; both zeros have the same.
#[inline(always)]
pub(super) fn order_key(x: f64) -> u64 {
    let bits = x.to_bits();
    let positive = if bits == SIGN { SIGN } else { bits ^ SIGN };
    if bits > SIGN { bits ^ 0xffff_ffff_ffff_ffff } else { positive }
}

/// x rounded to 26 bits.
#[inline(always)]
pub(super) fn upper(x: f64) -> f64 {
    f64::from_bits(x.to_bits().wrapping_add(0x0400_0000) & 0xffff_ffff_f800_0000)
}

/// a + b and its rounding error, exactly (Knuth).
#[inline(always)]
pub(super) fn two_sum(a: f64, b: f64) -> Pair {
    let s = a + b;
    let bb = s - a;
    let e = (a - (s - bb)) + (b - bb);
    Pair { hi: s, lo: e }
}

/// a + b and its rounding error for |a| ≥ |b| (Dekker).
#[inline(always)]
pub(super) fn fast_two_sum(a: f64, b: f64) -> Pair {
    let s = a + b;
    let e = b - (s - a);
    Pair { hi: s, lo: e }
}

/// a·b and its rounding error (Dekker).
#[inline(always)]
pub(super) fn two_product(a: f64, b: f64) -> Pair {
    let p = a * b;
    let a1 = upper(a);
    let a2 = a - a1;
    let b1 = upper(b);
    let b2 = b - b1;
    let e = ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2;
    Pair { hi: p, lo: e }
}

/// The sum of two pairs.
#[inline(always)]
pub(super) fn add_pairs(a: Pair, b: Pair) -> Pair {
    let s = two_sum(a.hi, b.hi);
    fast_two_sum(s.hi, s.lo + (a.lo + b.lo))
}

/// The product of two pairs.
#[inline(always)]
pub(super) fn multiply_pairs(a: Pair, b: Pair) -> Pair {
    let p = two_product(a.hi, b.hi);
    fast_two_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi))
}

/// The quotient of two pairs.
#[inline(always)]
pub(super) fn divide_pairs(a: Pair, b: Pair) -> Pair {
    let q = a.hi / b.hi;
    let p = two_product(q, b.hi);
    let r = ((a.hi - p.hi) - p.lo) + (a.lo - q * b.lo);
    fast_two_sum(q, r / b.hi)
}

/// −x, by bits.
#[inline(always)]
pub fn neg(x: f64) -> f64 {
    canonical(f64::from_bits(x.to_bits() ^ SIGN))
}

/// |x|, by bits.
#[inline(always)]
pub fn abs(x: f64) -> f64 {
    canonical(f64::from_bits(magnitude(x)))
}

/// −1, 0 or 1; a zero keeps its sign.
#[inline(always)]
pub fn sign(x: f64) -> f64 {
    let r = if magnitude(x) == 0 { x } else { with_sign(1.0, x) };
    if is_nan(x) { NAN } else { r }
}

/// a + b, the IEEE sum.
#[inline(always)]
pub fn add(a: f64, b: f64) -> f64 {
    a + b
}

/// a − b, the IEEE difference.
#[inline(always)]
pub fn sub(a: f64, b: f64) -> f64 {
    a - b
}

/// a·b, the IEEE product.
#[inline(always)]
pub fn mul(a: f64, b: f64) -> f64 {
    a * b
}

/// a/b, the IEEE quotient; NaN for every b = 0, which lies outside the domain.
#[inline(always)]
pub fn div(a: f64, b: f64) -> f64 {
    let q = a / b;
    if magnitude(b) == 0 { NAN } else { q }
}

/// The smaller argument; the first at a tie; NaN if either is NaN.
#[inline(always)]
pub fn min(a: f64, b: f64) -> f64 {
    let r = if order_key(b) < order_key(a) { b } else { a };
    if is_nan(a) | is_nan(b) { NAN } else { r }
}

/// The larger argument; the first at a tie; NaN if either is NaN.
#[inline(always)]
pub fn max(a: f64, b: f64) -> f64 {
    let r = if order_key(b) > order_key(a) { b } else { a };
    if is_nan(a) | is_nan(b) { NAN } else { r }
}

/// 1 if a < b, else 0; 0 with a NaN.
#[inline(always)]
pub fn lt(a: f64, b: f64) -> f64 {
    let r = if order_key(a) < order_key(b) { 1.0 } else { 0.0 };
    if is_nan(a) | is_nan(b) { 0.0 } else { r }
}

/// 1 if a ≤ b, else 0; 0 with a NaN.
#[inline(always)]
pub fn le(a: f64, b: f64) -> f64 {
    let r = if order_key(a) <= order_key(b) { 1.0 } else { 0.0 };
    if is_nan(a) | is_nan(b) { 0.0 } else { r }
}

/// 1 if a > b, else 0; 0 with a NaN.
#[inline(always)]
pub fn gt(a: f64, b: f64) -> f64 {
    lt(b, a)
}

/// 1 if a ≥ b, else 0; 0 with a NaN.
#[inline(always)]
pub fn ge(a: f64, b: f64) -> f64 {
    le(b, a)
}

/// 1 if a = b, else 0; 0 with a NaN; −0 equals +0.
#[inline(always)]
pub fn eq(a: f64, b: f64) -> f64 {
    let r = if order_key(a) == order_key(b) { 1.0 } else { 0.0 };
    if is_nan(a) | is_nan(b) { 0.0 } else { r }
}

/// 1 if a ≠ b, else 0; 1 with a NaN.
#[inline(always)]
pub fn ne(a: f64, b: f64) -> f64 {
    1.0 - eq(a, b)
}

/// True unless x is ±0: what the language takes for true. A NaN counts as true.
#[inline(always)]
pub fn truth(x: f64) -> bool {
    magnitude(x) != 0
}

/// 1 if both are true, else 0.
#[inline(always)]
pub fn and(a: f64, b: f64) -> f64 {
    if truth(a) & truth(b) { 1.0 } else { 0.0 }
}

/// 1 if either is true, else 0.
#[inline(always)]
pub fn or(a: f64, b: f64) -> f64 {
    if truth(a) | truth(b) { 1.0 } else { 0.0 }
}

/// 1 if x is zero, else 0.
#[inline(always)]
pub fn not(x: f64) -> f64 {
    if truth(x) { 0.0 } else { 1.0 }
}

/// 1 unless x is a NaN, by bits.
#[inline(always)]
pub fn known(x: f64) -> f64 {
    if is_nan(x) { 0.0 } else { 1.0 }
}

/// a if c is not zero, else b.
#[inline(always)]
pub fn select(c: f64, a: f64, b: f64) -> f64 {
    if truth(c) { a } else { b }
}
