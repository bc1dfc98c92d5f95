// Square and cube roots, the hypotenuse, and x^y, in f64. Twin of src/math/double/power.rs, where the theory stands.

// The square root; NaN below zero, −0 at −0.
fn m_sqrt(x: f64) -> f64 {
    let bits = bitcast<u64>(x);
    let subnormal = bits < M_NORMAL;
    let raised = ob(x * 18014398509481984.0lf);
    let y = select(bits, bitcast<u64>(raised), subnormal);
    // y = m·4^(k − 512) with 1 ≤ m < 4.
    let e = (y >> 52u) + 1lu;
    let k = e >> 1u;
    let m = bitcast<f64>((y & M_FRACTION) | (((e & 1lu) + 1023lu) << 52u));
    let back = select(0lu, 27lu, subnormal);
    // Between 1 and the number before 2, within a unit after one step of Newton. The root is no midpoint, and the remainder a multiple
    // of 2^−104: it says exactly on which side of the midpoints next to y the root lies.
    let y0 = m_clamp(ob(sqrt(m)), 1.0lf, 1.9999999999999998lf);
    let first = m_two_product(y0, y0);
    let y1 = m_clamp(ob(y0 + ob(ob(ob(m - first.hi) - first.lo) / ob(y0 + y0))), 1.0lf, 1.9999999999999998lf);
    let p = m_two_product(y1, y1);
    let remainder = ob(ob(m - p.hi) - p.lo);
    let unit = 2.220446049250313e-16lf;
    let raised_root = select(y1, ob(y1 + unit), remainder > ob(unit * y1));
    let root = select(raised_root, ob(y1 - unit), remainder <= ob(0.0lf - ob(unit * y1)));
    let v = ob(root * m_power_of_two(k - (512lu + back)));
    let special = (m_magnitude(x) == 0lu) | (bits == M_INFINITE);
    let r = select(v, x, special);
    let outside = (bits > M_INFINITE) & (m_magnitude(x) != 0lu);
    return select(r, m_nan(), outside);
}

// The root of a pair that is 0 or in the middle of the range, in two parts.
fn m_sqrt_pair(v: Pair) -> Pair {
    let y = m_sqrt(v.hi);
    let p = m_two_product(y, y);
    let r = ob(ob(ob(v.hi - p.hi) - p.lo) + v.lo);
    let twice = select(1.0lf, ob(y + y), v.hi > 0.0lf);
    return m_fast_two_sum(y, ob(r / twice));
}

// The real cube root.
fn m_cbrt(x: f64) -> f64 {
    let bits = m_magnitude(x);
    let subnormal = bits < M_NORMAL;
    let a = bitcast<f64>(bits);
    let raised = ob(a * 18014398509481984.0lf);
    let y = select(a, raised, subnormal);
    // y = m·2^(3(third − 341) + j) with ½ ≤ m < 1 and j in 0, 1, 2.
    let e = (bitcast<u64>(y) >> 52u) + 1lu;
    let third = e / 3lu;
    let j = e - (third * 3lu);
    let m = bitcast<f64>((bitcast<u64>(y) & M_FRACTION) | 0x3fe0000000000000lu);
    var p = 0.14670752lf;
    p = ob(ob(p * m) - 0.51739675lf);
    p = ob(ob(p * m) + 0.93198603lf);
    p = ob(ob(p * m) + 0.4387762lf);
    let one_or_two = select(1.587401lf, 1.259921lf, j == 1lu);
    let factor = select(one_or_two, 1.0lf, j == 0lu);
    let w = ob(m * m_power_of_two(j));
    let t0 = ob(p * factor);
    let c0 = ob(ob(t0 * t0) * t0);
    let t1 = ob(t0 + ob(t0 * ob(ob(w - c0) / ob(ob(c0 + c0) + w))));
    let c1 = ob(ob(t1 * t1) * t1);
    let t = ob(t1 + ob(t1 * ob(ob(w - c1) / ob(ob(c1 + c1) + w))));
    let square = m_two_product(t, t);
    let cube = m_multiply_pairs(square, Pair(t, 0.0lf));
    let root = ob(t + ob(ob(ob(w - cube.hi) - cube.lo) / ob(3.0lf * square.hi)));
    let back = select(0lu, 18lu, subnormal);
    let s = ob(root * m_power_of_two(third - (341lu + back)));
    let special = (bits == 0lu) | (bits >= M_INFINITE);
    let v = select(s, a, special);
    return select(m_with_sign(v, x), m_nan(), m_is_nan(x));
}

// √(x² + y²) without overflow or underflow on the way.
fn m_hypot(x: f64, y: f64) -> f64 {
    let ax = m_magnitude(x);
    let ay = m_magnitude(y);
    let most = select(ay, ax, ax > ay);
    let e = most >> 52u;
    let by = select(e, 2045lu, e > 2045lu);
    let up = m_power_of_two(1023lu - by);
    let a = ob(bitcast<f64>(ax) * up);
    let b = ob(bitcast<f64>(ay) * up);
    let r = m_sqrt_pair(m_add_pairs(m_two_product(a, a), m_two_product(b, b))).hi;
    let v = select(m_scale(r, by - 1023lu), m_infinity(), most == M_INFINITE);
    let w = select(v, 0.0lf, most == 0lu);
    return select(w, m_nan(), most > M_INFINITE);
}

// x^y by the rules of real numbers.
fn m_pow(x: f64, y: f64) -> f64 {
    let ax = m_magnitude(x);
    let ay = m_magnitude(y);
    let l = m_ln_pair(m_log_parts(bitcast<f64>(ax), 0.0lf));
    let c = m_clamp(y, -3.6893488147419103e19lf, 3.6893488147419103e19lf);
    let product = m_multiply_pairs(Pair(c, 0.0lf), l);
    let z = m_clamp(product.hi, -760.0lf, 720.0lf);
    let rest = select(0.0lf, product.lo, product.hi == z);
    let finite = m_exp_value(m_exp_parts(z, rest));
    let down = m_is_negative(y);
    let zero_base = ax == 0lu;
    let end = select(0.0lf, m_infinity(), zero_base == down);
    let magnitude = select(finite, end, zero_base | (ax == M_INFINITE));
    let a = bitcast<f64>(ay);
    let whole = (m_round(a) == a) & (ay < M_INFINITE);
    // From 2^52 on the unit stands in the last bit of y itself; from 2^53 on every number is even.
    let parity = select(ay, bitcast<u64>(ob(a + 4503599627370496.0lf)), ay < 0x4330000000000000lu);
    let odd = (whole & ((parity & 1lu) != 0lu)) & (ay < 0x4340000000000000lu);
    let negative_base = m_is_negative(x);
    let signed = select(magnitude, m_flipped(magnitude, 0x8000000000000000lu), negative_base & odd);
    let outside = (zero_base & down) | ((negative_base & !zero_base) & !whole);
    let one = (ay == 0lu) | (bitcast<u64>(x) == 0x3ff0000000000000lu);
    let r = select(signed, 1.0lf, one);
    let bad = outside & (ay != 0lu);
    return select(r, m_nan(), (bad | m_is_nan(x)) | m_is_nan(y));
}
