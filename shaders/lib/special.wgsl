// The logistic sigmoid, softplus, and the error function. Twin of src/math/special.rs, where the theory stands.

// 1/(1 + e^−x).
fn m_sigmoid(x: f32) -> f32 {
    let a = bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu);
    let e = m_exp(bitcast<f32>(bitcast<u32>(a) ^ 0x80000000u));
    let top = select(1.0, e, x < 0.0);
    let r = ob(top / ob(1.0 + e));
    return select(r, m_nan(), m_is_nan(x));
}

// ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|).
fn m_softplus(x: f32) -> f32 {
    let a = bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu);
    let l = m_log1p(m_exp(bitcast<f32>(bitcast<u32>(a) ^ 0x80000000u)));
    let r = select(l, ob(x + l), x > 0.0);
    return select(r, m_nan(), m_is_nan(x));
}

// The error function, 2/√π·∫₀ˣ e^(−t²) dt.
fn m_erf(x: f32) -> f32 {
    let a = bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu);
    let z = ob(a * a);
    var p = 0.000085184256;
    p = ob(ob(p * z) + -0.00081772706);
    p = ob(ob(p * z) + 0.005203819);
    p = ob(ob(p * z) + -0.026860233);
    p = ob(ob(p * z) + 0.11283698);
    p = ob(ob(p * z) + -0.37612632);
    p = ob(ob(p * z) + 0.12837917);
    let near = ob(ob(a * p) + a);
    let b = select(4.0, a, a < 4.0);
    var q = 0.000021097214;
    q = ob(ob(q * b) + -0.00043448573);
    q = ob(ob(q * b) + 0.0041711507);
    q = ob(ob(q * b) + -0.025119584);
    q = ob(ob(q * b) + 0.10828023);
    q = ob(ob(q * b) + 0.63334686);
    q = ob(ob(q * b) + 1.1295149);
    q = ob(ob(q * b) + -0.00017468318);
    let e = m_exp_parts(bitcast<f32>(bitcast<u32>(q) ^ 0x80000000u), 0.0);
    let far = ob(1.0 - m_scale(e.p, e.n));
    let r = select(far, near, a < 0.92);
    return select(m_with_sign(r, x), m_nan(), m_is_nan(x));
}
