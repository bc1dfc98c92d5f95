// Sine, cosine and tangent in f64, for every argument. Twin of src/math/double/trig.rs, where the theory stands.

// π/2 in two parts.
const M_HALF_PI: f64 = 1.5707963267948966lf;
const M_HALF_PI_LOW: f64 = 6.123233995736766e-17lf;

// An angle less a multiple of π/2, and that multiple modulo 4 in its low bits.
struct Reduced {
    r: Pair,
    quadrant: u64,
}

// The upper 64 bits of a·b.
fn m_multiply_high(a: u64, b: u64) -> u64 {
    let a_low = a & 0xfffffffflu;
    let a_high = a >> 32u;
    let b_low = b & 0xfffffffflu;
    let b_high = b >> 32u;
    let low = a_low * b_low;
    let middle = (a_high * b_low) + (low >> 32u);
    let other = (a_low * b_high) + (middle & 0xfffffffflu);
    return ((a_high * b_high) + (middle >> 32u)) + (other >> 32u);
}

// 64 bits from bit shift of two neighbouring words on, counted from the top.
fn m_window(first: u64, second: u64, shift: u64) -> u64 {
    return (first << u32(shift)) | ((second >> 1u) >> u32(63lu - shift));
}

// Four neighbouring words of the bits of 2/π.
struct Words {
    w0: u64,
    w1: u64,
    w2: u64,
    w3: u64,
}

// The words from at ≤ 17 on, counted from one before the point. A ladder of selects: shader compilers turn a table with an
// index into a copy of it at each use, which took three times as long to compile and four times as long to run.
fn m_two_over_pi(at: u64) -> Words {
    let by_16 = (at & 16lu) != 0lu;
    let a0 = select(0lu, 0x7527bac7ebe5f17blu, by_16);
    let a1 = select(0xa2f9836e4e441529lu, 0x3d0739f78a5292ealu, by_16);
    let a2 = select(0xfc2757d1f534ddc0lu, 0x6bfb5fb11f8d5d08lu, by_16);
    let a3 = select(0xdb6295993c439041lu, 0x56033046fc7b6bablu, by_16);
    let a4 = select(0xfe5163abdebbc561lu, 0xf0cfbc209af4361dlu, by_16);
    let a5 = select(0xb7246e3a424dd2e0lu, 0lu, by_16);
    let a6 = select(0x06492eea09d1921clu, 0lu, by_16);
    let a7 = select(0xfe1deb1cb129a73elu, 0lu, by_16);
    let a8 = select(0xe88235f52ebb4484lu, 0lu, by_16);
    let a9 = select(0xe99c7026b45f7e41lu, 0lu, by_16);
    let a10 = select(0x3991d639835339f4lu, 0lu, by_16);
    let a11 = select(0x9c845f8bbdf9283blu, 0lu, by_16);
    let a12 = select(0x1ff897ffde05980flu, 0lu, by_16);
    let a13 = select(0xef2f118b5a0a6d1flu, 0lu, by_16);
    let a14 = select(0x6d367ecf27cb09b7lu, 0lu, by_16);
    let a15 = select(0x4f463f669e5fea2dlu, 0lu, by_16);
    let a16 = select(0x7527bac7ebe5f17blu, 0lu, by_16);
    let a17 = select(0x3d0739f78a5292ealu, 0lu, by_16);
    let a18 = select(0x6bfb5fb11f8d5d08lu, 0lu, by_16);
    let by_8 = (at & 8lu) != 0lu;
    let b0 = select(a0, a8, by_8);
    let b1 = select(a1, a9, by_8);
    let b2 = select(a2, a10, by_8);
    let b3 = select(a3, a11, by_8);
    let b4 = select(a4, a12, by_8);
    let b5 = select(a5, a13, by_8);
    let b6 = select(a6, a14, by_8);
    let b7 = select(a7, a15, by_8);
    let b8 = select(a8, a16, by_8);
    let b9 = select(a9, a17, by_8);
    let b10 = select(a10, a18, by_8);
    let by_4 = (at & 4lu) != 0lu;
    let c0 = select(b0, b4, by_4);
    let c1 = select(b1, b5, by_4);
    let c2 = select(b2, b6, by_4);
    let c3 = select(b3, b7, by_4);
    let c4 = select(b4, b8, by_4);
    let c5 = select(b5, b9, by_4);
    let c6 = select(b6, b10, by_4);
    let by_2 = (at & 2lu) != 0lu;
    let d0 = select(c0, c2, by_2);
    let d1 = select(c1, c3, by_2);
    let d2 = select(c2, c4, by_2);
    let d3 = select(c3, c5, by_2);
    let d4 = select(c4, c6, by_2);
    let by_1 = (at & 1lu) != 0lu;
    let w0 = select(d0, d1, by_1);
    let w1 = select(d1, d2, by_1);
    let w2 = select(d2, d3, by_1);
    let w3 = select(d3, d4, by_1);
    return Words(w0, w1, w2, w3);
}

// The reduction for finite |x| ≥ 1/1024;
// for others some words and no more.
fn m_reduce_large(x: f64) -> Reduced {
    let bits = m_magnitude(x);
    let m = (bits & M_FRACTION) | M_NORMAL;
    let e = bits >> 52u;
    // Where the first bit of 2/π, times the lowest of m, counts two quarter turns: what stands before gives multiples of four.
    let position = select(e - 1013lu, 0lu, e < 1013lu);
    let shift = position & 63lu;
    let words = m_two_over_pi(position >> 6u);
    let p1 = m_window(words.w1, words.w2, shift);
    let part = m * p1;
    let low = part + m_multiply_high(m, m_window(words.w2, words.w3, shift));
    let carry = select(0lu, 1lu, low < part);
    let high = ((m * m_window(words.w0, words.w1, shift)) + m_multiply_high(m, p1)) + carry;
    let multiple = (high + 0x2000000000000000lu) >> 62u;
    let h = high - (multiple << 62u);
    // The magnitude of the signed fraction h:low.
    let negate = 0lu - (h >> 63u);
    let b = (low ^ negate) - negate;
    let borrow = select(0lu, negate & 1lu, b == 0lu);
    let a = (h ^ negate) + borrow;
    // Four exact pieces of 32 bits.
    let first = ob(m_number_of(a >> 32u) * 9.313225746154785e-10lf);
    let second = ob(m_number_of(a & 0xfffffffflu) * 2.168404344971009e-19lf);
    let third = ob(m_number_of(b >> 32u) * 5.048709793414476e-29lf);
    let fourth = ob(m_number_of(b & 0xfffffffflu) * 1.1754943508222875e-38lf);
    let v = m_add_pairs(m_fast_two_sum(first, second), m_fast_two_sum(third, fourth));
    let r = m_multiply_pairs(v, Pair(M_HALF_PI, M_HALF_PI_LOW));
    let turned = h ^ bitcast<u64>(x);
    let quadrant = select(multiple, 0lu - multiple, bitcast<u64>(x) >= M_SIGN);
    return Reduced(Pair(m_flipped(r.hi, turned), m_flipped(r.lo, turned)), quadrant);
}

// The reduction for every finite x.
fn m_reduce(x: f64) -> Reduced {
    let g = m_reduce_large(x);
    let small = m_magnitude(x) < 0x3fe921fb54442d18lu;
    let hi = select(g.r.hi, x, small);
    let lo = select(g.r.lo, 0.0lf, small);
    let quadrant = select(g.quadrant, 0lu, small);
    return Reduced(Pair(hi, lo), quadrant);
}

// sin(r) on |r| ≤ π/4 in two parts; weighted error 2^−66.
fn m_sin_pair(r: Pair) -> Pair {
    let z = ob(r.hi * r.hi);
    var p = -7.586692262094344e-13lf;
    p = ob(ob(p * z) + 1.6058531536611833e-10lf);
    p = ob(ob(p * z) - 2.5052106231927857e-8lf);
    p = ob(ob(p * z) + 2.7557319219337672e-6lf);
    p = ob(ob(p * z) - 0.00019841269841265063lf);
    p = ob(ob(p * z) + 0.008333333333333331lf);
    p = ob(ob(p * z) - 0.16666666666666666lf);
    return m_fast_two_sum(r.hi, ob(ob(ob(r.hi * z) * p) + ob(r.lo - ob(ob(0.5lf * z) * r.lo))));
}

// cos(r) on |r| ≤ π/4 in two parts; weighted error 2^−70.
fn m_cos_pair(r: Pair) -> Pair {
    let square = m_two_product(r.hi, r.hi);
    let z = square.hi;
    var p = 4.7458692024108734e-14lf;
    p = ob(ob(p * z) - 1.1470460841811526e-11lf);
    p = ob(ob(p * z) + 2.087675579079147e-9lf);
    p = ob(ob(p * z) - 2.7557319221401993e-7lf);
    p = ob(ob(p * z) + 0.000024801587301584645lf);
    p = ob(ob(p * z) - 0.0013888888888888887lf);
    p = ob(ob(p * z) + 0.041666666666666664lf);
    let s = m_fast_two_sum(1.0lf, ob(-0.5lf * z));
    return m_fast_two_sum(s.hi, ob(s.lo + ob(ob(ob(z * z) * p) - ob(ob(0.5lf * square.lo) + ob(r.hi * r.lo)))));
}

// sin of a reduced angle, quarter turns added.
fn m_sin_of(g: Reduced, turns: u64) -> f64 {
    let q = g.quadrant + turns;
    let s = m_sin_pair(g.r).hi;
    let c = m_cos_pair(g.r).hi;
    let v = select(c, s, (q & 1lu) == 0lu);
    return m_flipped(v, q << 62u);
}

// y where x is an ordinary number, x where it is tiny (x − x³/6 rounds to x) or zero, NaN where it has no angle.
fn m_odd_domain(x: f64, y: f64) -> f64 {
    let r = select(y, x, m_magnitude(x) < 0x3e40000000000000lu);
    return select(m_nan(), r, m_magnitude(x) < M_INFINITE);
}

// The sine.
fn m_sin(x: f64) -> f64 {
    return m_odd_domain(x, m_sin_of(m_reduce(x), 0lu));
}

// The cosine.
fn m_cos(x: f64) -> f64 {
    let r = m_sin_of(m_reduce(x), 1lu);
    return select(m_nan(), r, m_magnitude(x) < M_INFINITE);
}

// The tangent.
fn m_tan(x: f64) -> f64 {
    let g = m_reduce(x);
    let s = m_sin_pair(g.r);
    let c = m_cos_pair(g.r);
    let even = (g.quadrant & 1lu) == 0lu;
    let top = select(c.hi, s.hi, even);
    let top_low = select(c.lo, s.lo, even);
    let bottom = select(ob(0.0lf - s.hi), c.hi, even);
    let bottom_low = select(ob(0.0lf - s.lo), c.lo, even);
    return m_odd_domain(x, m_divide_pairs(Pair(top, top_low), Pair(bottom, bottom_low)).hi);
}
