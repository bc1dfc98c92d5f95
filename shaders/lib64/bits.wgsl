// Bit patterns of f64, order, and error-free sums, products and quotients of unevaluated pairs. Twin of src/math/double/bits.rs, where the theory stands.

// A zero that no compiler can see through. The entry point sets it from its uniform block before anything else.
var<private> barrier_zero: u64;

// The barrier: x itself, but opaque, so that operations around it cannot be reassociated, contracted or cancelled.
fn ob(x: f64) -> f64 {
    return bitcast<f64>(bitcast<u64>(x) ^ barrier_zero);
}

// A constant of a program, by its bits: nothing about it is known before it runs.
fn m_constant(bits: u64) -> f64 {
    return bitcast<f64>(bits ^ barrier_zero);
}

// The one NaN that functions return outside their domain. A constant NaN would be refused by the shader compiler.
fn m_nan() -> f64 {
    return bitcast<f64>(0x7ff8000000000000lu | barrier_zero);
}

// Positive infinity.
fn m_infinity() -> f64 {
    return bitcast<f64>(0x7ff0000000000000lu | barrier_zero);
}

// 1.5·2^52: adding it rounds to an integer, which then stands in the low bits.
const M_ROUNDER: f64 = 6755399441055744.0lf;
// Bits of ROUNDER.
const M_ROUNDER_BITS: u64 = 0x4338000000000000lu;
// The bits of a number but its sign.
const M_MAGNITUDE: u64 = 0x7ffffffffffffffflu;
// The sign bit.
const M_SIGN: u64 = 0x8000000000000000lu;
// Bits of infinity.
const M_INFINITE: u64 = 0x7ff0000000000000lu;
// Bits of the smallest normal number.
const M_NORMAL: u64 = 0x0010000000000000lu;
// The bits below the exponent.
const M_FRACTION: u64 = 0x000ffffffffffffflu;

// An unevaluated sum of two numbers, lo small against hi.
struct Pair {
    hi: f64,
    lo: f64,
}

// The bits of |x|: below INFINITE for finite numbers, above it for NaN.
fn m_magnitude(x: f64) -> u64 {
    return bitcast<u64>(x) & M_MAGNITUDE;
}

// True for every NaN, by bits.
fn m_is_nan(x: f64) -> bool {
    return m_magnitude(x) > M_INFINITE;
}

// Neither infinite nor NaN, by bits.
fn m_is_finite(x: f64) -> bool {
    return m_magnitude(x) < M_INFINITE;
}

// x, or the one NaN for any NaN.
fn m_canonical(x: f64) -> f64 {
    return select(x, m_nan(), m_is_nan(x));
}

// True if the sign bit is set.
fn m_is_negative(x: f64) -> bool {
    return bitcast<u64>(x) >= M_SIGN;
}

// 2^n for −1022 ≤ n ≤ 1023; 0 for −1023.
fn m_power_of_two(n: u64) -> f64 {
    return bitcast<f64>((n + 1023lu) << 52u);
}

// p·2^n for −2044 ≤ n ≤ 2046, rounded once if p is near 1.
fn m_scale(p: f64, n: u64) -> f64 {
    let half = ((n + 4096lu) >> 1u) - 2048lu;
    let rest = n - half;
    return ob(ob(p * m_power_of_two(half)) * m_power_of_two(rest));
}

// The number for an integer |n| < 2^51.
fn m_number_of(n: u64) -> f64 {
    return ob(bitcast<f64>(M_ROUNDER_BITS + n) - M_ROUNDER);
}

// m with the sign of s.
fn m_with_sign(m: f64, s: f64) -> f64 {
    return bitcast<f64>(m_magnitude(m) | (bitcast<u64>(s) & M_SIGN));
}

// m, its sign flipped where the bit SIGN of s is set.
fn m_flipped(m: f64, s: u64) -> f64 {
    return bitcast<f64>(bitcast<u64>(m) ^ (s & M_SIGN));
}

// x kept within low … high; any NaN may come out as either.
fn m_clamp(x: f64, low: f64, high: f64) -> f64 {
    let y = select(x, low, x < low);
    return select(y, high, y > high);
}

// An integer that orders as x does; both zeros have the same.
fn m_order_key(x: f64) -> u64 {
    let bits = bitcast<u64>(x);
    let positive = select(bits ^ M_SIGN, M_SIGN, bits == M_SIGN);
    return select(positive, bits ^ 0xfffffffffffffffflu, bits > M_SIGN);
}

// x rounded to 26 bits.
fn m_upper(x: f64) -> f64 {
    return bitcast<f64>((bitcast<u64>(x) + 0x04000000lu) & 0xfffffffff8000000lu);
}

// a + b and its rounding error, exactly (Knuth).
fn m_two_sum(a: f64, b: f64) -> Pair {
    let s = ob(a + b);
    let bb = ob(s - a);
    let e = ob(ob(a - ob(s - bb)) + ob(b - bb));
    return Pair(s, e);
}

// a + b and its rounding error for |a| ≥ |b| (Dekker).
fn m_fast_two_sum(a: f64, b: f64) -> Pair {
    let s = ob(a + b);
    let e = ob(b - ob(s - a));
    return Pair(s, e);
}

// a·b and its rounding error (Dekker).
fn m_two_product(a: f64, b: f64) -> Pair {
    let p = ob(a * b);
    let a1 = m_upper(a);
    let a2 = ob(a - a1);
    let b1 = m_upper(b);
    let b2 = ob(b - b1);
    let e = ob(ob(ob(ob(ob(a1 * b1) - p) + ob(a1 * b2)) + ob(a2 * b1)) + ob(a2 * b2));
    return Pair(p, e);
}

// The sum of two pairs.
fn m_add_pairs(a: Pair, b: Pair) -> Pair {
    let s = m_two_sum(a.hi, b.hi);
    return m_fast_two_sum(s.hi, ob(s.lo + ob(a.lo + b.lo)));
}

// The product of two pairs.
fn m_multiply_pairs(a: Pair, b: Pair) -> Pair {
    let p = m_two_product(a.hi, b.hi);
    return m_fast_two_sum(p.hi, ob(p.lo + ob(ob(a.hi * b.lo) + ob(a.lo * b.hi))));
}

// The quotient of two pairs.
fn m_divide_pairs(a: Pair, b: Pair) -> Pair {
    let q = ob(a.hi / b.hi);
    let p = m_two_product(q, b.hi);
    let r = ob(ob(ob(a.hi - p.hi) - p.lo) + ob(a.lo - ob(q * b.lo)));
    return m_fast_two_sum(q, ob(r / b.hi));
}

// −x, by bits.
fn m_neg(x: f64) -> f64 {
    return m_canonical(bitcast<f64>(bitcast<u64>(x) ^ M_SIGN));
}

// |x|, by bits.
fn m_abs(x: f64) -> f64 {
    return m_canonical(bitcast<f64>(m_magnitude(x)));
}

// −1, 0 or 1; a zero keeps its sign.
fn m_sign(x: f64) -> f64 {
    let r = select(m_with_sign(1.0lf, x), x, m_magnitude(x) == 0lu);
    return select(r, m_nan(), m_is_nan(x));
}

// a + b, the IEEE sum.
fn m_add(a: f64, b: f64) -> f64 {
    return ob(a + b);
}

// a − b, the IEEE difference.
fn m_sub(a: f64, b: f64) -> f64 {
    return ob(a - ob(b));
}

// a·b, the IEEE product.
fn m_mul(a: f64, b: f64) -> f64 {
    return ob(a * b);
}

// a/b, the IEEE quotient; NaN for every b = 0, which lies outside the domain.
fn m_div(a: f64, b: f64) -> f64 {
    let q = ob(a / ob(b));
    return select(q, m_nan(), m_magnitude(b) == 0lu);
}

// The smaller argument; the first at a tie; NaN if either is NaN.
fn m_min(a: f64, b: f64) -> f64 {
    let r = select(a, b, m_order_key(b) < m_order_key(a));
    return select(r, m_nan(), m_is_nan(a) | m_is_nan(b));
}

// The larger argument; the first at a tie; NaN if either is NaN.
fn m_max(a: f64, b: f64) -> f64 {
    let r = select(a, b, m_order_key(b) > m_order_key(a));
    return select(r, m_nan(), m_is_nan(a) | m_is_nan(b));
}

// 1 if a < b, else 0; 0 with a NaN.
fn m_lt(a: f64, b: f64) -> f64 {
    let r = select(0.0lf, 1.0lf, m_order_key(a) < m_order_key(b));
    return ob(select(r, 0.0lf, m_is_nan(a) | m_is_nan(b)));
}

// 1 if a ≤ b, else 0; 0 with a NaN.
fn m_le(a: f64, b: f64) -> f64 {
    let r = select(0.0lf, 1.0lf, m_order_key(a) <= m_order_key(b));
    return ob(select(r, 0.0lf, m_is_nan(a) | m_is_nan(b)));
}

// 1 if a > b, else 0; 0 with a NaN.
fn m_gt(a: f64, b: f64) -> f64 {
    return m_lt(b, a);
}

// 1 if a ≥ b, else 0; 0 with a NaN.
fn m_ge(a: f64, b: f64) -> f64 {
    return m_le(b, a);
}

// 1 if a = b, else 0; 0 with a NaN; −0 equals +0.
fn m_eq(a: f64, b: f64) -> f64 {
    let r = select(0.0lf, 1.0lf, m_order_key(a) == m_order_key(b));
    return ob(select(r, 0.0lf, m_is_nan(a) | m_is_nan(b)));
}

// 1 if a ≠ b, else 0; 1 with a NaN.
fn m_ne(a: f64, b: f64) -> f64 {
    return ob(1.0lf - m_eq(a, b));
}

// True unless x is ±0: what the language takes for true. A NaN counts as true.
fn m_truth(x: f64) -> bool {
    return m_magnitude(x) != 0lu;
}

// 1 if both are true, else 0.
fn m_and(a: f64, b: f64) -> f64 {
    return ob(select(0.0lf, 1.0lf, m_truth(a) & m_truth(b)));
}

// 1 if either is true, else 0.
fn m_or(a: f64, b: f64) -> f64 {
    return ob(select(0.0lf, 1.0lf, m_truth(a) | m_truth(b)));
}

// 1 if x is zero, else 0.
fn m_not(x: f64) -> f64 {
    return ob(select(1.0lf, 0.0lf, m_truth(x)));
}

// 1 unless x is a NaN, by bits.
fn m_known(x: f64) -> f64 {
    return ob(select(1.0lf, 0.0lf, m_is_nan(x)));
}

// a if c is not zero, else b.
fn m_select(c: f64, a: f64, b: f64) -> f64 {
    return select(b, a, m_truth(c));
}
