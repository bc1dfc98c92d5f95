// Inverse trigonometric functions in f64: all of them are the angle of a point. Twin of src/math/double/inverse.rs, where the theory stands.

// The k-th of the numbers, or 0 for k = 0.
fn m_choose(k: u64, c1: f64, c2: f64, c3: f64, c4: f64, c5: f64, c6: f64, c7: f64, c8: f64) -> f64 {
    let odd = (k & 1lu) != 0lu;
    let first = select(0.0lf, c1, odd);
    let second = select(c2, c3, odd);
    let third = select(c4, c5, odd);
    let fourth = select(c6, c7, odd);
    let low = select(first, second, (k & 2lu) != 0lu);
    let high = select(third, fourth, (k & 2lu) != 0lu);
    let below = select(low, high, (k & 4lu) != 0lu);
    return select(below, c8, k == 8lu);
}

// arctan(k/8) in two parts, for k = 0 … 8.
fn m_arctan_of_eighths(k: u64) -> Pair {
    let hi = m_choose(k, 0.12435499454676144lf, 0.24497866312686414lf, 0.35877067027057225lf, 0.4636476090008061lf, 0.5585993153435624lf, 0.6435011087932844lf, 0.7188299996216245lf, 0.7853981633974483lf);
    let lo = m_choose(k, -3.1253241424539383e-18lf, 1.0698755618734451e-17lf, -2.4623815582638635e-17lf, 2.2698777452961687e-17lf, -5.4556305485916264e-18lf, 1.5834785051444286e-17lf, -2.1478388444456983e-17lf, 3.061616997868383e-17lf);
    return Pair(hi, lo);
}

// Two pairs of one kind: a quarter turn, or a half turn, less an angle.
fn m_less(whole: f64, whole_low: f64, angle: Pair) -> Pair {
    let s = m_two_sum(whole, ob(0.0lf - angle.hi));
    return m_fast_two_sum(s.hi, ob(s.lo + ob(whole_low - angle.lo)));
}

// The angle of the point (x, y), in 0 … π/2; neither negative, not both zero, both in the middle of the range.
fn m_angle(y: Pair, x: Pair) -> Pair {
    let steep = y.hi > x.hi;
    let b = Pair(select(y.hi, x.hi, steep), select(y.lo, x.lo, steep));
    let a = Pair(select(x.hi, y.hi, steep), select(x.lo, y.lo, steep));
    let rounded = ob(ob(8.0lf * ob(b.hi / a.hi)) + M_ROUNDER);
    let k = (bitcast<u64>(rounded) - M_ROUNDER_BITS) & 15lu;
    let c = Pair(ob(0.125lf * ob(rounded - M_ROUNDER)), 0.0lf);
    let ca = m_multiply_pairs(c, a);
    let top = m_add_pairs(b, Pair(ob(0.0lf - ca.hi), ob(0.0lf - ca.lo)));
    let t = m_divide_pairs(top, m_add_pairs(a, m_multiply_pairs(c, b)));
    let z = ob(t.hi * t.hi);
    var p = 0.07613821207478069lf;
    p = ob(ob(p * z) - 0.09090561052805374lf);
    p = ob(ob(p * z) + 0.11111110398982961lf);
    p = ob(ob(p * z) - 0.1428571428505535lf);
    p = ob(ob(p * z) + 0.19999999999999776lf);
    p = ob(ob(p * z) - 0.3333333333333333lf);
    let base = m_arctan_of_eighths(k);
    let s = m_two_sum(base.hi, t.hi);
    let v = m_fast_two_sum(s.hi, ob(s.lo + ob(base.lo + ob(t.lo + ob(ob(t.hi * z) * p)))));
    let w = m_less(M_HALF_PI, M_HALF_PI_LOW, v);
    return Pair(select(v.hi, w.hi, steep), select(v.lo, w.lo, steep));
}

// √(1 − a²) for 0 ≤ a ≤ 1.
fn m_other_leg(a: f64) -> Pair {
    let square = m_two_product(a, a);
    let s = m_two_sum(1.0lf, ob(0.0lf - square.hi));
    return m_sqrt_pair(m_fast_two_sum(s.hi, ob(s.lo - square.lo)));
}

// y with the sign of x, or x where it is tiny: then all these functions round to it.
fn m_odd(x: f64, y: f64) -> f64 {
    return select(m_with_sign(y, x), x, m_magnitude(x) < 0x3e40000000000000lu);
}

// The arc sine, in [−π/2, π/2]; NaN for |x| > 1.
fn m_asin(x: f64) -> f64 {
    let outside = m_magnitude(x) > 0x3ff0000000000000lu;
    let a = select(bitcast<f64>(m_magnitude(x)), 1.0lf, outside);
    let r = m_angle(Pair(a, 0.0lf), m_other_leg(a)).hi;
    return select(m_odd(x, r), m_nan(), outside);
}

// The arc cosine, in [0, π]; NaN for |x| > 1.
fn m_acos(x: f64) -> f64 {
    let outside = m_magnitude(x) > 0x3ff0000000000000lu;
    let a = select(bitcast<f64>(m_magnitude(x)), 1.0lf, outside);
    let v = m_angle(m_other_leg(a), Pair(a, 0.0lf));
    let turned = m_less(ob(2.0lf * M_HALF_PI), ob(2.0lf * M_HALF_PI_LOW), v).hi;
    let r = select(v.hi, turned, m_is_negative(x));
    return select(r, m_nan(), outside);
}

// The arc tangent, in [−π/2, π/2].
fn m_atan(x: f64) -> f64 {
    // From 2^60 on it is π/2 to the last bit.
    let a = m_clamp(bitcast<f64>(m_magnitude(x)), 0.0lf, 1.152921504606847e18lf);
    let r = m_odd(x, m_angle(Pair(a, 0.0lf), Pair(1.0lf, 0.0lf)).hi);
    return select(r, m_nan(), m_is_nan(x));
}

// The direction of the point (x, y), in [−π, π]; NaN at the origin.
fn m_atan2(y: f64, x: f64) -> f64 {
    let ax = m_magnitude(x);
    let ay = m_magnitude(y);
    let most = select(ay, ax, ax > ay);
    let infinite = most == M_INFINITE;
    let e = most >> 52u;
    let by = select(e, 2045lu, e > 2045lu);
    let up = m_power_of_two(1023lu - by);
    let one_or_zero_x = select(0.0lf, 1.0lf, ax == M_INFINITE);
    let one_or_zero_y = select(0.0lf, 1.0lf, ay == M_INFINITE);
    let none = most == 0lu;
    let finite_x = select(ob(bitcast<f64>(ax) * up), 1.0lf, none);
    let h = select(finite_x, one_or_zero_x, infinite);
    let v = select(ob(bitcast<f64>(ay) * up), one_or_zero_y, infinite);
    let g = m_angle(Pair(v, 0.0lf), Pair(h, 0.0lf));
    // Where y/x is tiny, the angle is y/x, as exactly as a quotient can be.
    let direct = ob(bitcast<f64>(ay) / bitcast<f64>(ax));
    let flat = (v < ob(5.551115123125783e-17lf * h)) & !infinite;
    let right = select(g.hi, direct, flat);
    let left = m_less(ob(2.0lf * M_HALF_PI), ob(2.0lf * M_HALF_PI_LOW), g).hi;
    let r = m_with_sign(select(right, left, m_is_negative(x)), y);
    let outside = (none | m_is_nan(x)) | m_is_nan(y);
    return select(r, m_nan(), outside);
}
