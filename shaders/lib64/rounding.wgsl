// Rounding to integers and the exact remainder, in f64. Twin of src/math/double/rounding.rs, where the theory stands.

// 2^52: every f64 from here on is an integer.
const M_TWO_52: f64 = 4503599627370496.0lf;

// The nearest integer, ties to even.
fn m_round(x: f64) -> f64 {
    let a = bitcast<f64>(m_magnitude(x));
    let t = ob(ob(a + M_TWO_52) - M_TWO_52);
    let r = select(x, m_with_sign(t, x), a < M_TWO_52);
    return select(r, m_nan(), m_is_nan(x));
}

// The largest integer that is not above x.
fn m_floor(x: f64) -> f64 {
    let t = m_round(x);
    let below = ob(t - 1.0lf);
    let r = select(t, below, t > x);
    return select(r, m_nan(), m_is_nan(x));
}

// The smallest integer that is not below x; −0 for −1 < x ≤ −0.
fn m_ceil(x: f64) -> f64 {
    let t = m_round(x);
    let above = ob(t + 1.0lf);
    let r = select(t, above, t < x);
    return select(m_with_sign(r, x), m_nan(), m_is_nan(x));
}

// The integer part of x, towards zero.
fn m_trunc(x: f64) -> f64 {
    let a = bitcast<f64>(m_magnitude(x));
    let t = m_round(a);
    let below = ob(t - 1.0lf);
    let r = select(t, below, t > a);
    return select(m_with_sign(r, x), m_nan(), m_is_nan(x));
}

// x − ⌊x⌋, rounded once: in 0 … 1, and 1 itself for a tiny negative x; NaN for an infinity.
fn m_fract(x: f64) -> f64 {
    let r = ob(x - m_floor(x));
    let positive = bitcast<f64>(m_magnitude(r));
    return select(m_nan(), positive, m_is_finite(x));
}

// The significand of a finite magnitude, given its bits, as an integer.
fn m_significand(bits: u64) -> u64 {
    let normal = (bits & M_FRACTION) | M_NORMAL;
    return select(normal, bits, bits < M_NORMAL);
}

// The power of two that goes with significand, biased to be at least 1.
fn m_exponent(bits: u64) -> u64 {
    let e = bits >> 52u;
    return select(e, 1lu, e < 1lu);
}

// x modulo y for finite x and finite y ≠ 0, both given by the bits of their magnitudes: bits of the exact remainder.
fn m_remainder_bits(x: u64, y: u64) -> u64 {
    let divisor = m_significand(y);
    let lowest = m_exponent(y);
    let highest = m_exponent(x);
    let smaller = highest < lowest;
    var r = m_significand(x);
    var steps = select(highest - lowest, 0lu, smaller);
    r %= divisor;
    while (steps > 0lu) {
        let by = select(11lu, steps, steps < 11lu);
        r = (r << u32(by)) % divisor;
        steps = steps - by;
    }
    // Put r·2^lowest together again: its leading one moves to bit 52, as far as the exponent range lets it.
    var e = lowest;
    while (((r < M_NORMAL) & (e > 1lu)) & (r > 0lu)) {
        r <<= 1u;
        e = e - 1lu;
    }
    let normal = (r & M_FRACTION) | (e << 52u);
    let packed = select(normal, r, r < M_NORMAL);
    // |x| < |y|, with a smaller exponent: x is its own remainder.
    return select(packed, x, smaller);
}

// x − y·⌊x/y⌋, exact but for one rounding when the sign must change; the sign of the divisor.
fn m_modulo(x: f64, y: f64) -> f64 {
    let ax = m_magnitude(x);
    let ay = m_magnitude(y);
    let outside = ((ax >= M_INFINITE) | (ay > M_INFINITE)) | (ay == 0lu);
    let infinite = ay == M_INFINITE;
    let dividend = select(ax, 0lu, outside);
    let divisor = select(ay, 0x7feffffffffffffflu, outside | infinite);
    let remainder = m_remainder_bits(dividend, divisor);
    let bits = select(remainder, dividend, infinite);
    let r = m_with_sign(bitcast<f64>(bits), x);
    let opposite = ((bitcast<u64>(x) ^ bitcast<u64>(y)) >> 63u) != 0lu;
    let moved = ob(r + y);
    let signed = select(m_with_sign(r, y), moved, opposite & (bits != 0lu));
    return select(signed, m_nan(), outside);
}
