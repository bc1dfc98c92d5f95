//! Bit patterns of f32, the barrier, order, and error-free sums and products.
//!
//! Everything above this file is built from `+ - * /`, comparisons and integer operations in one fixed order, so that a CPU and a
//! GPU that both round to nearest give the same bits. WGSL lets a driver reassociate and contract; the twin in
//! `shaders/lib/bits.wgsl` therefore passes every float result through `ob`, an exclusive-or with a zero the compiler cannot see.
//! Rust never reassociates, so the CPU side needs no barrier.
//!
//! **NaN.** Found by its bit pattern only, since drivers fold `x != x` to false. Hardware disagrees about the sign and payload of a
//! NaN it makes (x86: negative; ARM: positive), so the functions of the language return one pattern, [`NAN`]. The four operations
//! [`add`], [`sub`], [`mul`], [`div`] do not spend instructions on that: pass what leaves the program through [`canonical`].
//!
//! **Order.** [`min`], [`max`] and the comparisons compare integer keys, because drivers turn float selects into their own min and
//! max, whose ties and NaN differ. −0 equals +0; at a tie min and max return the first argument.
//!
//! Error-free transformations: Dekker, "A floating-point technique for extending the available precision", Numer. Math. 18 (1971);
//! Knuth, TAOCP vol. 2, 4.2.2. The split here cuts bits off instead of multiplying by 4097, so it cannot overflow.

/// The one NaN that functions return outside their domain.
pub const NAN: f32 = f32::from_bits(0x7fc0_0000);
/// Positive infinity.
pub const INFINITY: f32 = f32::from_bits(0x7f80_0000);

/// An unevaluated sum of two numbers, `lo` small against `hi`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    /// The leading part.
    pub hi: f32,
    /// The rest.
    pub lo: f32,
}

/// True for every NaN, by bits.
#[inline(always)]
pub fn is_nan(x: f32) -> bool {
    (x.to_bits() & 0x7fff_ffff) > 0x7f80_0000
}

/// x, or the one NaN for any NaN.
#[inline(always)]
pub fn canonical(x: f32) -> f32 {
    if is_nan(x) { NAN } else { x }
}

/// 2^n for −126 ≤ n ≤ 127.
#[inline(always)]
pub(super) fn power_of_two(n: i32) -> f32 {
    f32::from_bits(n.wrapping_add(127).cast_unsigned() << 23)
}

/// p·2^n for −252 ≤ n ≤ 254, rounded once if p is near 1.
#[inline(always)]
pub(super) fn scale(p: f32, n: i32) -> f32 {
    let half = n >> 1;
    let rest = n.wrapping_sub(half);
    p * power_of_two(half) * power_of_two(rest)
}

/// m with the sign of s.
#[inline(always)]
pub(super) fn with_sign(m: f32, s: f32) -> f32 {
    f32::from_bits((m.to_bits() & 0x7fff_ffff) | (s.to_bits() & 0x8000_0000))
}

/// m, its sign flipped where s is negative.
#[inline(always)]
pub(super) fn times_sign(m: f32, s: f32) -> f32 {
    f32::from_bits(m.to_bits() ^ (s.to_bits() & 0x8000_0000))
}

/// An integer that orders as x does; both zeros give 0.
#[inline(always)]
pub(super) fn order_key(x: f32) -> i32 {
    let i = x.to_bits().cast_signed();
    let mirrored = i32::MIN.wrapping_sub(i);
    if i < 0 { mirrored } else { i }
}

/// The upper 12 bits of the significand.
#[inline(always)]
pub(super) fn upper(x: f32) -> f32 {
    f32::from_bits(x.to_bits() & 0xffff_f000)
}

/// a + b and its rounding error, exactly (Knuth).
#[inline(always)]
pub(super) fn two_sum(a: f32, b: f32) -> Pair {
    let s = a + b;
    let bb = s - a;
    let e = (a - (s - bb)) + (b - bb);
    Pair { hi: s, lo: e }
}

/// a + b and its rounding error for |a| ≥ |b| (Dekker).
#[inline(always)]
pub(super) fn fast_two_sum(a: f32, b: f32) -> Pair {
    let s = a + b;
    let e = b - (s - a);
    Pair { hi: s, lo: e }
}

/// a·b and its rounding error (Dekker).
#[inline(always)]
pub(super) fn two_product(a: f32, b: f32) -> Pair {
    let p = a * b;
    let a1 = upper(a);
    let a2 = a - a1;
    let b1 = upper(b);
    let b2 = b - b1;
    let e = ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2;
    Pair { hi: p, lo: e }
}

/// −x, by bits.
#[inline(always)]
pub fn neg(x: f32) -> f32 {
    canonical(f32::from_bits(x.to_bits() ^ 0x8000_0000))
}

/// |x|, by bits.
#[inline(always)]
pub fn abs(x: f32) -> f32 {
    canonical(f32::from_bits(x.to_bits() & 0x7fff_ffff))
}

/// −1, 0 or 1; a zero keeps its sign.
#[inline(always)]
pub fn sign(x: f32) -> f32 {
    let zero = (x.to_bits() & 0x7fff_ffff) == 0;
    let r = if zero { x } else { with_sign(1.0, x) };
    if is_nan(x) { NAN } else { r }
}

/// a + b, the IEEE sum.
#[inline(always)]
pub fn add(a: f32, b: f32) -> f32 {
    a + b
}

/// a − b, the IEEE difference.
#[inline(always)]
pub fn sub(a: f32, b: f32) -> f32 {
    a - b
}

/// a·b, the IEEE product.
#[inline(always)]
pub fn mul(a: f32, b: f32) -> f32 {
    a * b
}

/// a/b, the IEEE quotient; NaN for every b = 0, which lies outside the domain.
#[inline(always)]
pub fn div(a: f32, b: f32) -> f32 {
    let zero = (b.to_bits() & 0x7fff_ffff) == 0;
    let q = a / b;
    if zero { NAN } else { q }
}

/// The smaller argument; the first at a tie; NaN if either is NaN.
#[inline(always)]
pub fn min(a: f32, b: f32) -> f32 {
    let r = if order_key(b) < order_key(a) { b } else { a };
    if is_nan(a) | is_nan(b) { NAN } else { r }
}

/// The larger argument; the first at a tie; NaN if either is NaN.
#[inline(always)]
pub fn max(a: f32, b: f32) -> f32 {
    let r = if order_key(b) > order_key(a) { b } else { a };
    if is_nan(a) | is_nan(b) { NAN } else { r }
}

/// 1 if a < b, else 0; 0 with a NaN.
#[inline(always)]
pub fn lt(a: f32, b: f32) -> f32 {
    let r = if order_key(a) < order_key(b) { 1.0 } else { 0.0 };
    if is_nan(a) | is_nan(b) { 0.0 } else { r }
}

/// 1 if a ≤ b, else 0; 0 with a NaN.
#[inline(always)]
pub fn le(a: f32, b: f32) -> f32 {
    let r = if order_key(a) <= order_key(b) { 1.0 } else { 0.0 };
    if is_nan(a) | is_nan(b) { 0.0 } else { r }
}

/// 1 if a > b, else 0; 0 with a NaN.
#[inline(always)]
pub fn gt(a: f32, b: f32) -> f32 {
    lt(b, a)
}

/// 1 if a ≥ b, else 0; 0 with a NaN.
#[inline(always)]
pub fn ge(a: f32, b: f32) -> f32 {
    le(b, a)
}

/// 1 if a = b, else 0; 0 with a NaN; −0 equals +0.
#[inline(always)]
pub fn eq(a: f32, b: f32) -> f32 {
    let r = if order_key(a) == order_key(b) { 1.0 } else { 0.0 };
    if is_nan(a) | is_nan(b) { 0.0 } else { r }
}

/// 1 if a ≠ b, else 0; 1 with a NaN.
#[inline(always)]
pub fn ne(a: f32, b: f32) -> f32 {
    1.0 - eq(a, b)
}

/// True unless x is ±0: what the language takes for true. A NaN counts as true.
#[inline(always)]
pub fn truth(x: f32) -> bool {
    (x.to_bits() & 0x7fff_ffff) != 0
}

/// 1 if both are true, else 0.
#[inline(always)]
pub fn and(a: f32, b: f32) -> f32 {
    if truth(a) & truth(b) { 1.0 } else { 0.0 }
}

/// 1 if either is true, else 0.
#[inline(always)]
pub fn or(a: f32, b: f32) -> f32 {
    if truth(a) | truth(b) { 1.0 } else { 0.0 }
}

/// 1 if x is zero, else 0.
#[inline(always)]
pub fn not(x: f32) -> f32 {
    if truth(x) { 0.0 } else { 1.0 }
}

/// 1 unless x is a NaN, by bits.
#[inline(always)]
pub fn known(x: f32) -> f32 {
    if is_nan(x) { 0.0 } else { 1.0 }
}

/// a if c is not zero, else b.
#[inline(always)]
pub fn select(c: f32, a: f32, b: f32) -> f32 {
    if truth(c) { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::super::check::{ROUNDED_ULP, Random, assert_binary, assert_pair_values, assert_unary, assert_values};
    use super::super::reference;
    use super::*;

    const INF: f32 = INFINITY;

    #[test]
    fn bit_operations_are_exact() {
        assert_unary("neg", 0.0, neg, reference::neg);
        assert_unary("abs", 0.0, abs, reference::abs);
        assert_unary("sign", 0.0, sign, reference::sign);
        assert_unary("not", 0.0, not, reference::not);
        assert_values("sign", sign, &[(-0.0, -0.0), (0.0, 0.0), (-INF, -1.0), (f32::from_bits(0xff80_0001), NAN)]);
    }

    #[test]
    fn order_and_logic_agree_with_the_reference() {
        assert_binary("min", 0.0, min, reference::min);
        assert_binary("max", 0.0, max, reference::max);
        assert_binary("lt", 0.0, lt, reference::lt);
        assert_binary("le", 0.0, le, reference::le);
        assert_binary("gt", 0.0, gt, reference::gt);
        assert_binary("ge", 0.0, ge, reference::ge);
        assert_binary("eq", 0.0, eq, reference::eq);
        assert_binary("ne", 0.0, ne, reference::ne);
        assert_binary("and", 0.0, and, reference::and);
        assert_binary("or", 0.0, or, reference::or);
    }

    #[test]
    fn ties_take_the_first_and_nan_is_never_lost() {
        assert_pair_values(
            "min",
            min,
            &[(0.0, -0.0, 0.0), (-0.0, 0.0, -0.0), (NAN, 1.0, NAN), (1.0, NAN, NAN), (-INF, 1.0, -INF)],
        );
        assert_pair_values(
            "max",
            max,
            &[(0.0, -0.0, 0.0), (-0.0, 0.0, -0.0), (NAN, 1.0, NAN), (1.0, NAN, NAN), (INF, 1.0, INF)],
        );
        assert_pair_values("eq", eq, &[(0.0, -0.0, 1.0), (NAN, NAN, 0.0), (INF, INF, 1.0)]);
        assert_pair_values("ne", ne, &[(0.0, -0.0, 0.0), (NAN, NAN, 1.0)]);
        assert_eq!(select(-0.0, 1.0, 2.0), 2.0, "a zero of either sign is false");
        assert_eq!(select(NAN, 1.0, 2.0), 1.0, "a NaN is not zero");
    }

    #[test]
    fn the_four_operations_round_once() {
        assert_binary("add", ROUNDED_ULP, |a, b| canonical(add(a, b)), reference::add);
        assert_binary("sub", ROUNDED_ULP, |a, b| canonical(sub(a, b)), reference::sub);
        assert_binary("mul", ROUNDED_ULP, |a, b| canonical(mul(a, b)), reference::mul);
        assert_binary("div", ROUNDED_ULP, |a, b| canonical(div(a, b)), reference::div);
        assert_pair_values("div", div, &[(1.0, 0.0, NAN), (1.0, -0.0, NAN), (0.0, 0.0, NAN), (1.0, INF, 0.0)]);
    }

    #[test]
    fn sums_and_products_are_error_free() {
        let mut random = Random(3);
        for _ in 0..100_000 {
            // Significands of 24 bits, exponents close enough for f64 to hold the exact sum and product.
            let a = f32::from_bits((random.bits() & 0x807f_ffff) | (0x3a00_0000 + ((random.bits() & 15) << 23)));
            let b = f32::from_bits((random.bits() & 0x807f_ffff) | (0x3a00_0000 + ((random.bits() & 15) << 23)));
            let s = two_sum(a, b);
            assert_eq!(f64::from(s.hi) + f64::from(s.lo), f64::from(a) + f64::from(b), "{a:e} + {b:e}");
            let (large, small) = if a.abs() < b.abs() { (b, a) } else { (a, b) };
            let f = fast_two_sum(large, small);
            assert_eq!([f.hi, f.lo], [s.hi, s.lo], "{large:e} + {small:e}, fast");
            let p = two_product(a, b);
            assert_eq!(f64::from(p.hi) + f64::from(p.lo), f64::from(a) * f64::from(b), "{a:e} * {b:e}");
        }
    }

    #[test]
    fn scaling_rounds_once_into_the_subnormals() {
        assert_eq!(scale(1.0, 127), 2f32.powi(127), "the largest power");
        assert_eq!(scale(1.5, 128), INFINITY, "overflow");
        assert_eq!(scale(1.0, -149).to_bits(), 1, "the smallest subnormal");
        assert_eq!(scale(1.0, -151).to_bits(), 0, "underflow");
    }
}
