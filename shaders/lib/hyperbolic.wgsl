// sinh, cosh, tanh and their inverses. Twin of src/math/hyperbolic.rs, where the theory stands.

// The hyperbolic sine.
fn m_sinh(x: f32) -> f32 {
    let a = bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu);
    let z = ob(a * a);
    var p = 2.7822132e-6;
    p = ob(ob(p * z) + 0.00019842896);
    p = ob(ob(p * z) + 0.0083333105);
    p = ob(ob(p * z) + 0.16666667);
    let near = ob(a + ob(ob(a * z) * p));
    let e = m_exp_parts(m_clamp(a, 0.0, 95.0), 0.0);
    let half = m_scale(e.p, e.n - 1);
    let far = ob(half - ob(0.25 / half));
    let r = select(far, near, a < 1.0);
    return select(m_with_sign(r, x), m_nan(), m_is_nan(x));
}

// The hyperbolic cosine.
fn m_cosh(x: f32) -> f32 {
    let a = bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu);
    let e = m_exp_parts(m_clamp(a, 0.0, 95.0), 0.0);
    let half = m_scale(e.p, e.n - 1);
    let r = ob(half + ob(0.25 / half));
    return select(r, m_nan(), m_is_nan(x));
}

// The hyperbolic tangent.
fn m_tanh(x: f32) -> f32 {
    let a = m_clamp(bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu), 0.0, 10.0);
    let z = ob(a * a);
    var p = 0.0021526841;
    p = ob(ob(p * z) + -0.0081900135);
    p = ob(ob(p * z) + 0.021706894);
    p = ob(ob(p * z) + -0.05394818);
    p = ob(ob(p * z) + 0.13333221);
    p = ob(ob(p * z) + -0.3333333);
    let near = ob(a + ob(ob(a * z) * p));
    let e = m_exp_parts(ob(a + a), 0.0);
    let far = ob(1.0 - ob(2.0 / ob(m_scale(e.p, e.n) + 1.0)));
    let r = select(far, near, a < 0.625);
    return select(m_with_sign(r, x), m_nan(), m_is_nan(x));
}

// ln(1 + t), or ln a + ln 2 where a is so large that the two differ from each other by less than a rounding.
fn m_log_of_root(a: f32, t: f32) -> f32 {
    let large = a > 16384.0;
    let u = m_two_sum(1.0, select(t, 0.0, large));
    let hi = select(u.hi, a, large);
    let k = select(0, 1, large);
    return m_ln_of_sum(hi, u.lo, k);
}

// The inverse hyperbolic sine, ln(x + √(x² + 1)).
fn m_asinh(x: f32) -> f32 {
    let a = bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu);
    let b = m_clamp(a, 0.0, 32768.0);
    let z = ob(b * b);
    let t = ob(b + ob(z / ob(1.0 + m_sqrt(ob(1.0 + z)))));
    let finite = m_clamp(a, 0.0, 3.4028235e38);
    let l = m_log_of_root(finite, t);
    let r = select(l, a, a < 0.00024414062);
    let y = select(m_infinity(), r, a < m_infinity());
    return select(m_with_sign(y, x), m_nan(), m_is_nan(x));
}

// The inverse hyperbolic cosine, ln(x + √(x² − 1)) for x ≥ 1.
fn m_acosh(x: f32) -> f32 {
    let finite = x < m_infinity();
    let inside = (x >= 1.0) & finite;
    let a = select(1.0, x, inside);
    let d = ob(m_clamp(a, 1.0, 32768.0) - 1.0);
    let t = ob(d + m_sqrt(ob(d * ob(d + 2.0))));
    let r = m_log_of_root(a, t);
    let infinite = bitcast<u32>(x) == 0x7f800000u;
    let y = select(r, m_infinity(), infinite);
    return select(m_nan(), y, inside | infinite);
}

// The inverse hyperbolic tangent, ln((1 + x)/(1 − x))/2 for |x| < 1.
fn m_atanh(x: f32) -> f32 {
    let m = bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu);
    let inside = m < 1.0;
    let a = select(0.0, m, inside);
    let r = ob(0.5 * m_log1p(ob(ob(a + a) / ob(1.0 - a))));
    let y = select(r, a, a < 0.00024414062);
    let nan = m_is_nan(x);
    return select(m_nan(), m_with_sign(y, x), inside & (!nan));
}
