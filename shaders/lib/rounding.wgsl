// Rounding to integers and the exact remainder. Twin of src/math/rounding.rs, where the theory stands.

// 2^23: every f32 from here on is an integer.
const M_TWO_23: f32 = 8388608.0;

// The nearest integer, ties to even.
fn m_round(x: f32) -> f32 {
    let a = bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu);
    let t = ob(ob(a + M_TWO_23) - M_TWO_23);
    let r = select(x, m_with_sign(t, x), a < M_TWO_23);
    return select(r, m_nan(), m_is_nan(x));
}

// The largest integer that is not above x.
fn m_floor(x: f32) -> f32 {
    let t = m_round(x);
    let below = ob(t - 1.0);
    let r = select(t, below, t > x);
    return select(r, m_nan(), m_is_nan(x));
}

// The smallest integer that is not below x; −0 for −1 < x ≤ −0.
fn m_ceil(x: f32) -> f32 {
    let t = m_round(x);
    let above = ob(t + 1.0);
    let r = select(t, above, t < x);
    return select(m_with_sign(r, x), m_nan(), m_is_nan(x));
}

// The integer part of x, towards zero.
fn m_trunc(x: f32) -> f32 {
    let a = bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu);
    let t = m_round(a);
    let below = ob(t - 1.0);
    let r = select(t, below, t > a);
    return select(m_with_sign(r, x), m_nan(), m_is_nan(x));
}

// x − ⌊x⌋, rounded once: in 0 … 1, and 1 itself for a tiny negative x; NaN for an infinity.
fn m_fract(x: f32) -> f32 {
    let r = ob(x - m_floor(x));
    let infinite = (bitcast<u32>(x) & 0x7fffffffu) >= 0x7f800000u;
    return select(bitcast<f32>(bitcast<u32>(r) & 0x7fffffffu), m_nan(), infinite);
}

// The significand of a finite magnitude, given its bits, as an integer.
fn m_significand(bits: u32) -> u32 {
    let normal = (bits & 0x007fffffu) | 0x00800000u;
    return select(normal, bits, bits < 0x00800000u);
}

// The power of two that goes with significand, biased to be at least 1.
fn m_exponent(bits: u32) -> i32 {
    let e = bitcast<i32>(bits >> 23u);
    return select(e, 1, e < 1);
}

// x modulo y for finite x and finite y ≠ 0, both given by the bits of their magnitudes: bits of the exact remainder.
fn m_remainder_bits(x: u32, y: u32) -> u32 {
    let divisor = m_significand(y);
    let lowest = m_exponent(y);
    var r = m_significand(x);
    var steps = m_exponent(x) - lowest;
    if (steps >= 0) {
        r %= divisor;
    }
    while (steps > 0) {
        let by = select(8, steps, steps < 8);
        r = (r << bitcast<u32>(by)) % divisor;
        steps = steps - by;
    }
    // Put r·2^lowest together again. Its leading one moves to bit 23, as far as the exponent range lets it.
    let room = bitcast<i32>(countLeadingZeros(r)) - 8;
    let most = lowest - 1;
    let shift = select(most, room, room < most);
    let m = r << (bitcast<u32>(shift) & 31u);
    let e = bitcast<u32>(lowest - shift);
    let normal = (m & 0x007fffffu) | (e << 23u);
    let packed = select(normal, m, m < 0x00800000u);
    // |x| < |y|, with a smaller exponent: x is its own remainder.
    return select(packed, x, steps < 0);
}

// x − y·⌊x/y⌋, exact but for one rounding when the sign must change; the sign of the divisor.
fn m_modulo(x: f32, y: f32) -> f32 {
    let ax = bitcast<u32>(x) & 0x7fffffffu;
    let ay = bitcast<u32>(y) & 0x7fffffffu;
    let outside = ((ax >= 0x7f800000u) | (ay > 0x7f800000u)) | (ay == 0u);
    let infinite = ay == 0x7f800000u;
    let dividend = select(ax, 0u, outside);
    let divisor = select(ay, 0x7f7fffffu, outside | infinite);
    let remainder = m_remainder_bits(dividend, divisor);
    let bits = select(remainder, dividend, infinite);
    let r = bitcast<f32>(bits | (bitcast<u32>(x) & 0x80000000u));
    let opposite = ((bitcast<u32>(x) ^ bitcast<u32>(y)) & 0x80000000u) != 0u;
    let moved = ob(r + y);
    let zero = bits == 0u;
    let signed = select(m_with_sign(r, y), moved, opposite & (!zero));
    return select(signed, m_nan(), outside);
}
