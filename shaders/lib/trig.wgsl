// Sine, cosine and tangent for every argument. Twin of src/math/trig.rs, where the theory stands.

// π/2 in parts of 11 bits; the last has 24.
const M_HALF_PI_1: f32 = 1.5703125;
const M_HALF_PI_2: f32 = 0.0004837513;
const M_HALF_PI_3: f32 = 7.5495336e-8;
const M_HALF_PI_4: f32 = 2.563283e-12;
const M_HALF_PI_5: f32 = 6.123234e-17;
const M_TWO_OVER_PI: f32 = 0.63661975;
// π/2, the leading part.
const M_HALF_PI: f32 = 1.5707964;
// π/2 − HALF_PI.
const M_HALF_PI_LOW: f32 = -4.371139e-8;
// π/2 in 12 bits.
const M_HALF_PI_UPPER: f32 = 1.5703125;
// π/2 − HALF_PI_UPPER.
const M_HALF_PI_REST: f32 = 0.0004838268;
// Up to here the first reduction is used.
const M_ORDINARY: f32 = 12867.0;

// An angle less a multiple of π/2, and that multiple modulo 4 in its low bits.
struct Reduced {
    r: Pair,
    quadrant: u32,
}

// The reduction for |x| ≤ 12 867.
fn m_reduce_ordinary(x: f32) -> Reduced {
    let t = ob(ob(x * M_TWO_OVER_PI) + M_ROUNDER);
    let k = ob(t - M_ROUNDER);
    let quadrant = bitcast<u32>(bitcast<i32>(t) - M_ROUNDER_BITS);
    // Both differences are exact: what is left has at most 24 bits.
    let a = ob(ob(x - ob(k * M_HALF_PI_1)) - ob(k * M_HALF_PI_2));
    let b = ob(k * M_HALF_PI_3);
    let hi = ob(a - b);
    let lo = ob(ob(a - hi) - b);
    let c = ob(k * M_HALF_PI_4);
    let mid = ob(hi - c);
    let rest = ob(ob(ob(hi - mid) - c) + ob(lo - ob(k * M_HALF_PI_5)));
    return Reduced(m_fast_two_sum(mid, rest), quadrant);
}

// The upper 32 bits of a·b.
fn m_multiply_high(a: u32, b: u32) -> u32 {
    let a_low = a & 0xffffu;
    let a_high = a >> 16u;
    let b_low = b & 0xffffu;
    let b_high = b >> 16u;
    let low = a_low * b_low;
    let middle = (a_high * b_low) + (low >> 16u);
    let other = (a_low * b_high) + (middle & 0xffffu);
    return ((a_high * b_high) + (middle >> 16u)) + (other >> 16u);
}

// Bits shift … shift + 31 of the two words, counted from the top.
fn m_window(first: u32, second: u32, shift: u32) -> u32 {
    let right = (second >> 1u) >> ((31u - shift) & 31u);
    return (first << (shift & 31u)) | right;
}

// From the fraction high:low of a turn (two bits of multiple of π/2, 62 of fraction) to the reduced angle with the sign of x.
fn m_finish_large(x: f32, high: u32, low: u32) -> Reduced {
    let multiple = (high + 0x20000000u) >> 30u;
    let h = high - (multiple << 30u);
    // The magnitude of the signed fraction h:low.
    let negate = 0u - (h >> 31u);
    let b = (low ^ negate) - negate;
    let carry = select(0u, negate & 1u, b == 0u);
    let a = (h ^ negate) + carry;
    // Pieces of 22, 24 and 16 bits, each an exact f32; v is their sum.
    let top = ob(f32(bitcast<i32>(a >> 8u)) * 2.3841858e-7);
    let middle = ob(f32(bitcast<i32>(((a & 0xffu) << 16u) | (b >> 16u))) * 1.4210855e-14);
    let bottom = ob(f32(bitcast<i32>(b & 0xffffu)) * 2.1684043e-19);
    let v = m_fast_two_sum(top, middle);
    // v·π/2; the first product is exact, 12 bits times 12.
    let v1 = m_upper(v.hi);
    let v2 = ob(ob(v.hi - v1) + ob(v.lo + bottom));
    let r = m_fast_two_sum(ob(v1 * M_HALF_PI_UPPER), ob(ob(v1 * M_HALF_PI_REST) + ob(v2 * M_HALF_PI)));
    let turned = bitcast<f32>(bitcast<u32>(x) ^ h);
    let negative = (bitcast<u32>(x) >> 31u) != 0u;
    let quadrant = select(multiple, 0u - multiple, negative);
    return Reduced(Pair(m_times_sign(r.hi, turned), m_times_sign(r.lo, turned)), quadrant);
}

// The reduction for finite |x| ≥ 1: Payne and Hanek.
fn m_reduce_large(x: f32) -> Reduced {
    let bits = bitcast<u32>(x) & 0x7fffffffu;
    let m = (bits & 0x007fffffu) | 0x00800000u;
    // The window of 2/π starts where its first bit times the lowest bit of m counts two quarter turns: what stands before
    // gives multiples of four. Word 0 of the table stands before the point.
    let position = (bits >> 23u) - 120u;
    let shift = position & 31u;
    // Four words from 0, a2f9836e, 4e441529, fc2757d1, f534ddc0, db629599, 3c439041, fe5163ab, starting at position/32 ≤ 4.
    let four = (position & 128u) != 0u;
    let t0 = select(0u, 0xf534ddc0u, four);
    let t1 = select(0xa2f9836eu, 0xdb629599u, four);
    let t2 = select(0x4e441529u, 0x3c439041u, four);
    let t3 = select(0xfc2757d1u, 0xfe5163abu, four);
    let two = (position & 64u) != 0u;
    let u0 = select(t0, t2, two);
    let u1 = select(t1, t3, two);
    let u2 = select(t2, 0xf534ddc0u, two);
    let u3 = select(t3, 0xdb629599u, two);
    let u4 = select(0xf534ddc0u, 0x3c439041u, two);
    let one = (position & 32u) != 0u;
    let w0 = select(u0, u1, one);
    let w1 = select(u1, u2, one);
    let w2 = select(u2, u3, one);
    let w3 = select(u3, u4, one);
    let p0 = m_window(w0, w1, shift);
    let p1 = m_window(w1, w2, shift);
    let p2 = m_window(w2, w3, shift);
    // The upper two words of m·(p0 p1 p2) modulo 2^96; of m·p2 a part will do, the last bits are beyond what counts.
    let part = m * p1;
    let low = part + (((m >> 8u) * (p2 >> 16u)) >> 8u);
    let carry = select(0u, 1u, low < part);
    let high = ((m * p0) + m_multiply_high(m, p1)) + carry;
    return m_finish_large(x, high, low);
}

// The reduction for every finite x.
fn m_reduce(x: f32) -> Reduced {
    let a = bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu);
    var result = m_reduce_ordinary(x);
    if (a > M_ORDINARY) {
        result = m_reduce_large(x);
    }
    return result;
}

// sin(r) on |r| ≤ π/4; weighted error 4.2e-9.
fn m_sin_unit(r: Pair) -> f32 {
    let z = ob(r.hi * r.hi);
    var p = -0.00019507883;
    p = ob(ob(p * z) + 0.008332106);
    p = ob(ob(p * z) + -0.16666654);
    return ob(r.hi + ob(ob(ob(r.hi * z) * p) + r.lo));
}

// cos(r) on |r| ≤ π/4; weighted error 1.4e-10.
fn m_cos_unit(r: Pair) -> f32 {
    let z = ob(r.hi * r.hi);
    var p = 0.000024430085;
    p = ob(ob(p * z) + -0.0013887298);
    p = ob(ob(p * z) + 0.041666646);
    return ob(1.0 - ob(ob(0.5 * z) - ob(ob(ob(z * z) * p) - ob(r.hi * r.lo))));
}

// sin of a reduced angle, quarter turns added.
fn m_sin_of(g: Reduced, turns: u32) -> f32 {
    let q = g.quadrant + turns;
    let s = m_sin_unit(g.r);
    let c = m_cos_unit(g.r);
    let v = select(c, s, (q & 1u) == 0u);
    return bitcast<f32>(bitcast<u32>(v) ^ ((q & 2u) << 30u));
}

// tan of a reduced angle; weighted error of the polynomial 1.5e-9.
fn m_tan_of(g: Reduced) -> f32 {
    let r = g.r.hi;
    let z = ob(r * r);
    var p = 0.004481558;
    p = ob(ob(p * z) + -0.00011876959);
    p = ob(ob(p * z) + 0.010995553);
    p = ob(ob(p * z) + 0.021222606);
    p = ob(ob(p * z) + 0.05407098);
    p = ob(ob(p * z) + 0.13332571);
    p = ob(ob(p * z) + 0.33333352);
    let t = ob(r + ob(ob(ob(r * z) * p) + ob(g.r.lo * ob(1.0 + z))));
    let c = ob(-1.0 / t);
    return select(c, t, (g.quadrant & 1u) == 0u);
}

// y where x is an ordinary number, x where it is a zero, NaN where it has no angle.
fn m_odd_domain(x: f32, y: f32) -> f32 {
    let bits = bitcast<u32>(x) & 0x7fffffffu;
    let r = select(y, x, bits == 0u);
    return select(r, m_nan(), bits >= 0x7f800000u);
}

// True if the first reduction serves x.
fn m_is_ordinary(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7fffffffu) <= bitcast<u32>(M_ORDINARY);
}

// The sine for |x| ≤ 12 867, without a branch: the bits of sin at a third of a shader compiler's time. For arguments whose
// bound is known, as in sin(sin x).
fn m_sin_ordinary(x: f32) -> f32 {
    return m_odd_domain(x, m_sin_of(m_reduce_ordinary(x), 0u));
}

// The cosine for |x| ≤ 12 867, without a branch: the bits of cos.
fn m_cos_ordinary(x: f32) -> f32 {
    return m_sin_of(m_reduce_ordinary(x), 1u);
}

// The tangent for |x| ≤ 12 867, without a branch: the bits of tan.
fn m_tan_ordinary(x: f32) -> f32 {
    return m_odd_domain(x, m_tan_of(m_reduce_ordinary(x)));
}

// The sine.
fn m_sin(x: f32) -> f32 {
    return m_odd_domain(x, m_sin_of(m_reduce(x), 0u));
}

// The cosine.
fn m_cos(x: f32) -> f32 {
    let r = m_sin_of(m_reduce(x), 1u);
    let finite = (bitcast<u32>(x) & 0x7fffffffu) < 0x7f800000u;
    return select(m_nan(), r, finite);
}

// The tangent.
fn m_tan(x: f32) -> f32 {
    return m_odd_domain(x, m_tan_of(m_reduce(x)));
}
