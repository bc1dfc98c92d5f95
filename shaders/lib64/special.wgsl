// The logistic sigmoid, softplus, and the error function, in f64. Twin of src/math/double/special.rs, where the theory stands.

// e^−|x| in two parts.
fn m_decay(x: f64) -> Pair {
    let e = m_exp_parts(ob(0.0lf - m_clamp(bitcast<f64>(m_magnitude(x)), 0.0lf, 760.0lf)), 0.0lf);
    let s = m_significant(e);
    return Pair(m_scale(s.hi, e.n), m_scale(s.lo, e.n));
}

// 1/(1 + e^−x).
fn m_sigmoid(x: f64) -> f64 {
    let e = m_decay(x);
    let top = Pair(select(1.0lf, e.hi, x < 0.0lf), select(0.0lf, e.lo, x < 0.0lf));
    let r = m_divide_pairs(top, m_add_pairs(Pair(1.0lf, 0.0lf), e)).hi;
    // The remainder of a subnormal quotient would be lost: there the divisor is 1.
    let v = select(r, e.hi, x < -40.0lf);
    return select(v, m_nan(), m_is_nan(x));
}

// ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|).
fn m_softplus(x: f64) -> f64 {
    let e = m_decay(x);
    let l = m_log1p_pair(e);
    let s = m_two_sum(x, l.hi);
    // Below 2^−54, ln(1 + e) rounds to e.
    let low = select(l.hi, e.hi, e.hi < 5.551115123125783e-17lf);
    let high = select(ob(s.hi + ob(s.lo + l.lo)), x, x > 40.0lf);
    let r = select(low, high, x > 0.0lf);
    return select(r, m_nan(), m_is_nan(x));
}

// The error function, 2/√π·∫₀ˣ e^(−t²) dt.
fn m_erf(x: f64) -> f64 {
    let a = bitcast<f64>(m_magnitude(x));
    let z = ob(a * a);
    var p = -4.615430012478823e-12lf;
    p = ob(ob(p * z) + 8.926309955525143e-11lf);
    p = ob(ob(p * z) - 1.2218978572195145e-9lf);
    p = ob(ob(p * z) + 1.480035272793641e-8lf);
    p = ob(ob(p * z) - 1.636539279151997e-7lf);
    p = ob(ob(p * z) + 1.6462093337944522e-6lf);
    p = ob(ob(p * z) - 0.000014925649667562343lf);
    p = ob(ob(p * z) + 0.00012055332965949679lf);
    p = ob(ob(p * z) - 0.0008548327023204087lf);
    p = ob(ob(p * z) + 0.005223977625439695lf);
    p = ob(ob(p * z) - 0.0268661706451311lf);
    p = ob(ob(p * z) + 0.11283791670955125lf);
    p = ob(ob(p * z) - 0.37612638903183754lf);
    p = ob(ob(p * z) + 0.1283791670955126lf);
    let near = ob(ob(a * p) + a);
    let b = m_clamp(a, 0.0lf, 6.0lf);
    let t = ob(ob(b - 2.5lf) / ob(b + 2.5lf));
    var q = -3.1178372318113595e-8lf;
    q = ob(ob(q * t) - 5.7706884281381954e-8lf);
    q = ob(ob(q * t) + 8.600021689575776e-8lf);
    q = ob(ob(q * t) + 3.890333929598566e-7lf);
    q = ob(ob(q * t) + 7.540036135283034e-8lf);
    q = ob(ob(q * t) - 1.8165419011123523e-6lf);
    q = ob(ob(q * t) - 2.2983316050012666e-6lf);
    q = ob(ob(q * t) + 7.5551391570515525e-6lf);
    q = ob(ob(q * t) + 0.00001861456108205603lf);
    q = ob(ob(q * t) - 0.000034182498100609945lf);
    q = ob(ob(q * t) - 0.0001288771840418894lf);
    q = ob(ob(q * t) + 0.0002283803945300457lf);
    q = ob(ob(q * t) + 0.0008759154508834989lf);
    q = ob(ob(q * t) - 0.0026423659648254472lf);
    q = ob(ob(q * t) - 0.003993701165880106lf);
    q = ob(ob(q * t) + 0.03992253907559371lf);
    q = ob(ob(q * t) - 0.12503305237882903lf);
    q = ob(ob(q * t) + 0.2517131932174492lf);
    q = ob(ob(q * t) - 0.37173673394897333lf);
    q = ob(ob(q * t) + 0.2108063640611436lf);
    let square = m_two_product(b, b);
    let e = m_exp_value(m_exp_parts(ob(0.0lf - square.hi), ob(0.0lf - square.lo)));
    let far = ob(1.0lf - ob(e * q));
    let r = select(far, near, a < 0.9lf);
    return select(m_with_sign(r, x), m_nan(), m_is_nan(x));
}
