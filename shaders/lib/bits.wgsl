// Bit patterns of f32, the barrier, order, and error-free sums and products. Twin of src/math/bits.rs, where the theory stands.

// A zero that no compiler can see through. Every entry point sets it from its uniform block before anything else.
var<private> barrier_zero: u32;

// The barrier: x itself, but opaque, so that operations around it cannot be reassociated, contracted or cancelled.
fn ob(x: f32) -> f32 {
    return bitcast<f32>(bitcast<u32>(x) ^ barrier_zero);
}

// The one NaN that functions return outside their domain. A constant NaN would be refused by the shader compiler.
fn m_nan() -> f32 {
    return bitcast<f32>(0x7fc00000u | barrier_zero);
}

// Positive infinity.
fn m_infinity() -> f32 {
    return bitcast<f32>(0x7f800000u | barrier_zero);
}

// An unevaluated sum of two numbers, `lo` small against `hi`.
struct Pair {
    hi: f32,
    lo: f32,
}

// True for every NaN, by bits.
fn m_is_nan(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

// x, or the one NaN for any NaN.
fn m_canonical(x: f32) -> f32 {
    return select(x, m_nan(), m_is_nan(x));
}

// 2^n for −126 ≤ n ≤ 127.
fn m_power_of_two(n: i32) -> f32 {
    return bitcast<f32>(bitcast<u32>(n + 127) << 23u);
}

// p·2^n for −252 ≤ n ≤ 254, rounded once if p is near 1.
fn m_scale(p: f32, n: i32) -> f32 {
    let half = n >> 1;
    let rest = n - half;
    return ob(ob(p * m_power_of_two(half)) * m_power_of_two(rest));
}

// m with the sign of s.
fn m_with_sign(m: f32, s: f32) -> f32 {
    return bitcast<f32>((bitcast<u32>(m) & 0x7fffffffu) | (bitcast<u32>(s) & 0x80000000u));
}

// m, its sign flipped where s is negative.
fn m_times_sign(m: f32, s: f32) -> f32 {
    return bitcast<f32>(bitcast<u32>(m) ^ (bitcast<u32>(s) & 0x80000000u));
}

// An integer that orders as x does; both zeros give 0.
fn m_order_key(x: f32) -> i32 {
    let i = bitcast<i32>(x);
    let mirrored = bitcast<i32>(0x80000000u) - i;
    return select(i, mirrored, i < 0);
}

// The upper 12 bits of the significand.
fn m_upper(x: f32) -> f32 {
    return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u);
}

// a + b and its rounding error, exactly (Knuth).
fn m_two_sum(a: f32, b: f32) -> Pair {
    let s = ob(a + b);
    let bb = ob(s - a);
    let e = ob(ob(a - ob(s - bb)) + ob(b - bb));
    return Pair(s, e);
}

// a + b and its rounding error for |a| ≥ |b| (Dekker).
fn m_fast_two_sum(a: f32, b: f32) -> Pair {
    let s = ob(a + b);
    let e = ob(b - ob(s - a));
    return Pair(s, e);
}

// a·b and its rounding error (Dekker).
fn m_two_product(a: f32, b: f32) -> Pair {
    let p = ob(a * b);
    let a1 = m_upper(a);
    let a2 = ob(a - a1);
    let b1 = m_upper(b);
    let b2 = ob(b - b1);
    let e = ob(ob(ob(ob(ob(a1 * b1) - p) + ob(a1 * b2)) + ob(a2 * b1)) + ob(a2 * b2));
    return Pair(p, e);
}

// −x, by bits.
fn m_neg(x: f32) -> f32 {
    return m_canonical(bitcast<f32>(bitcast<u32>(x) ^ 0x80000000u));
}

// |x|, by bits.
fn m_abs(x: f32) -> f32 {
    return m_canonical(bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu));
}

// −1, 0 or 1; a zero keeps its sign.
fn m_sign(x: f32) -> f32 {
    let zero = (bitcast<u32>(x) & 0x7fffffffu) == 0u;
    let r = select(m_with_sign(1.0, x), x, zero);
    return select(r, m_nan(), m_is_nan(x));
}

// a + b, the IEEE sum.
fn m_add(a: f32, b: f32) -> f32 {
    return ob(a + b);
}

// a − b, the IEEE difference. One operand is hidden, or a driver makes x − x zero even where x is infinite.
fn m_sub(a: f32, b: f32) -> f32 {
    return ob(a - ob(b));
}

// a·b, the IEEE product.
fn m_mul(a: f32, b: f32) -> f32 {
    return ob(a * b);
}

// a/b, the IEEE quotient; NaN for every b = 0, which lies outside the domain. One operand is hidden, as in m_sub.
fn m_div(a: f32, b: f32) -> f32 {
    let zero = (bitcast<u32>(b) & 0x7fffffffu) == 0u;
    let q = ob(a / ob(b));
    return select(q, m_nan(), zero);
}

// The smaller argument; the first at a tie; NaN if either is NaN.
fn m_min(a: f32, b: f32) -> f32 {
    let r = select(a, b, m_order_key(b) < m_order_key(a));
    return select(r, m_nan(), m_is_nan(a) | m_is_nan(b));
}

// The larger argument; the first at a tie; NaN if either is NaN.
fn m_max(a: f32, b: f32) -> f32 {
    let r = select(a, b, m_order_key(b) > m_order_key(a));
    return select(r, m_nan(), m_is_nan(a) | m_is_nan(b));
}

// Truth values pass the barrier: a driver that sees the 0 makes x·0 and x·(a < b) zero even where x is infinite.

// 1 if a < b, else 0; 0 with a NaN.
fn m_lt(a: f32, b: f32) -> f32 {
    let r = select(0.0, 1.0, m_order_key(a) < m_order_key(b));
    return ob(select(r, 0.0, m_is_nan(a) | m_is_nan(b)));
}

// 1 if a ≤ b, else 0; 0 with a NaN.
fn m_le(a: f32, b: f32) -> f32 {
    let r = select(0.0, 1.0, m_order_key(a) <= m_order_key(b));
    return ob(select(r, 0.0, m_is_nan(a) | m_is_nan(b)));
}

// 1 if a > b, else 0; 0 with a NaN.
fn m_gt(a: f32, b: f32) -> f32 {
    return m_lt(b, a);
}

// 1 if a ≥ b, else 0; 0 with a NaN.
fn m_ge(a: f32, b: f32) -> f32 {
    return m_le(b, a);
}

// 1 if a = b, else 0; 0 with a NaN; −0 equals +0.
fn m_eq(a: f32, b: f32) -> f32 {
    let r = select(0.0, 1.0, m_order_key(a) == m_order_key(b));
    return ob(select(r, 0.0, m_is_nan(a) | m_is_nan(b)));
}

// 1 if a ≠ b, else 0; 1 with a NaN.
fn m_ne(a: f32, b: f32) -> f32 {
    return ob(1.0 - m_eq(a, b));
}

// True unless x is ±0: what the language takes for true. A NaN counts as true.
fn m_truth(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7fffffffu) != 0u;
}

// 1 if both are true, else 0.
fn m_and(a: f32, b: f32) -> f32 {
    return ob(select(0.0, 1.0, m_truth(a) & m_truth(b)));
}

// 1 if either is true, else 0.
fn m_or(a: f32, b: f32) -> f32 {
    return ob(select(0.0, 1.0, m_truth(a) | m_truth(b)));
}

// 1 if x is zero, else 0.
fn m_not(x: f32) -> f32 {
    return ob(select(1.0, 0.0, m_truth(x)));
}

// 1 unless x is a NaN, by bits.
fn m_known(x: f32) -> f32 {
    return ob(select(1.0, 0.0, m_is_nan(x)));
}

// a if c is not zero, else b.
fn m_select(c: f32, a: f32, b: f32) -> f32 {
    return select(b, a, m_truth(c));
}

// The number with this bit pattern, which no compiler may fold by rules of its own or refuse for not being finite.
fn m_constant(bits: u32) -> f32 {
    return bitcast<f32>(bits ^ barrier_zero);
}

// False for infinities and every NaN, by bits.
fn m_is_finite(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7fffffffu) < 0x7f800000u;
}
