// Hyperbolic functions and their inverses in f64. Twin of src/math/double/hyperbolic.rs, where the theory stands.

// e^a/2 in two parts, for 0 ≤ a ≤ 712.
fn m_half_exp(a: f64) -> Pair {
    let e = m_exp_parts(a, 0.0lf);
    let s = m_significant(e);
    let n = e.n - 1lu;
    return Pair(m_scale(s.hi, n), m_scale(s.lo, n));
}

// The hyperbolic sine.
fn m_sinh(x: f64) -> f64 {
    let a = bitcast<f64>(m_magnitude(x));
    let z = ob(a * a);
    var p = 8.309171941866942e-18lf;
    p = ob(ob(p * z) + 2.8112909646770106e-15lf);
    p = ob(ob(p * z) + 7.647165414593481e-13lf);
    p = ob(ob(p * z) + 1.605904382690051e-10lf);
    p = ob(ob(p * z) + 2.505210838547607e-8lf);
    p = ob(ob(p * z) + 2.7557319223985825e-6lf);
    p = ob(ob(p * z) + 0.0001984126984126984lf);
    p = ob(ob(p * z) + 0.008333333333333333lf);
    p = ob(ob(p * z) + 0.16666666666666666lf);
    let near = ob(a + ob(ob(a * z) * p));
    let h = m_half_exp(m_clamp(a, 0.0lf, 712.0lf));
    let s = m_two_sum(h.hi, ob(0.0lf - ob(0.25lf / h.hi)));
    let rest = ob(s.hi + ob(s.lo + h.lo));
    // Once the half has overflowed, its error is no number.
    let far = select(rest, m_infinity(), m_magnitude(h.hi) == M_INFINITE);
    let r = select(far, near, a < 1.0lf);
    return select(m_with_sign(r, x), m_nan(), m_is_nan(x));
}

// The hyperbolic cosine.
fn m_cosh(x: f64) -> f64 {
    let h = m_half_exp(m_clamp(bitcast<f64>(m_magnitude(x)), 0.0lf, 712.0lf));
    let s = m_two_sum(h.hi, ob(0.25lf / h.hi));
    let rest = ob(s.hi + ob(s.lo + h.lo));
    let r = select(rest, m_infinity(), m_magnitude(h.hi) == M_INFINITE);
    return select(r, m_nan(), m_is_nan(x));
}

// y with the sign of x, or x where it is tiny: then all these functions round to it.
fn m_odd_part(x: f64, y: f64) -> f64 {
    let r = select(m_with_sign(y, x), x, m_magnitude(x) < 0x3e40000000000000lu);
    return select(r, m_nan(), m_is_nan(x));
}

// The hyperbolic tangent.
fn m_tanh(x: f64) -> f64 {
    let a = m_clamp(bitcast<f64>(m_magnitude(x)), 0.0lf, 20.0lf);
    let t = m_expm1_pair(ob(a + a));
    return m_odd_part(x, m_divide_pairs(t, m_add_pairs(t, Pair(2.0lf, 0.0lf))).hi);
}

// The inverse hyperbolic sine.
fn m_asinh(x: f64) -> f64 {
    let a = bitcast<f64>(m_magnitude(x));
    let c = m_clamp(a, 0.0lf, 1.152921504606847e18lf);
    // t = c + c²/(1 + √(1 + c²)).
    let square = m_two_product(c, c);
    let root = m_sqrt_pair(m_add_pairs(square, Pair(1.0lf, 0.0lf)));
    let t = m_add_pairs(m_divide_pairs(square, m_add_pairs(root, Pair(1.0lf, 0.0lf))), Pair(c, 0.0lf));
    let near = m_log1p_pair(t).hi;
    let far = ob(m_ln_pair(m_log_parts(a, 0.0lf)).hi + M_LN2);
    let finite = select(far, m_infinity(), m_magnitude(x) == M_INFINITE);
    let r = select(near, finite, a > c);
    return m_odd_part(x, r);
}

// The inverse hyperbolic cosine; NaN below 1.
fn m_acosh(x: f64) -> f64 {
    let c = m_clamp(x, 1.0lf, 1.152921504606847e18lf);
    let d = ob(c - 1.0lf);
    // t = d + √(d·(d + 2)).
    let square = m_two_product(d, d);
    let root = m_sqrt_pair(m_add_pairs(square, Pair(ob(d + d), 0.0lf)));
    let near = m_log1p_pair(m_add_pairs(root, Pair(d, 0.0lf))).hi;
    let far = ob(m_ln_pair(m_log_parts(x, 0.0lf)).hi + M_LN2);
    let finite = select(far, m_infinity(), bitcast<u64>(x) == M_INFINITE);
    let r = select(near, finite, x > c);
    let inside = (x >= 1.0lf) & !m_is_nan(x);
    return select(m_nan(), r, inside);
}

// The inverse hyperbolic tangent; NaN unless |x| < 1.
fn m_atanh(x: f64) -> f64 {
    let outside = m_magnitude(x) >= 0x3ff0000000000000lu;
    let a = select(bitcast<f64>(m_magnitude(x)), 0.5lf, outside);
    let below = m_two_sum(1.0lf, ob(0.0lf - a));
    let r = ob(0.5lf * m_log1p_pair(m_divide_pairs(Pair(ob(a + a), 0.0lf), m_fast_two_sum(below.hi, below.lo))).hi);
    return select(m_odd_part(x, r), m_nan(), outside);
}
