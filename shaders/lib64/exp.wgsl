// Exponentials in f64: exp, exp2, expm1, and the Gaussian. Twin of src/math/double/exp.rs, where the theory stands.

const M_LOG2_E: f64 = 1.4426950408889634lf;
// ln 2, its first 42 bits: a product with |n| < 2^11 is exact.
const M_LN2_HIGH: f64 = 0.6931471805598903lf;
// ln 2 − LN2_HIGH.
const M_LN2_LOW: f64 = 5.497923018708371e-14lf;
// ln 2.
const M_LN2: f64 = 0.6931471805599453lf;
// ln 2 − LN2.
const M_LN2_REST: f64 = 2.3190468138462996e-17lf;

// 2^n·(1 + head + tail), not yet put together.
struct Parts {
    head: f64,
    tail: f64,
    n: u64,
}

// e^r·2^n for |r| ≤ 0.347; the weighted error of the polynomial is 2^−62.
fn m_exp_reduced(r: Pair, n: u64) -> Parts {
    let x = r.hi;
    var p = 2.0914707069612355e-9lf;
    p = ob(ob(p * x) + 2.510524515390137e-8lf);
    p = ob(ob(p * x) + 2.7557273594799413e-7lf);
    p = ob(ob(p * x) + 2.755725533255441e-6lf);
    p = ob(ob(p * x) + 0.00002480158732558584lf);
    p = ob(ob(p * x) + 0.00019841269874873975lf);
    p = ob(ob(p * x) + 0.0013888888888883737lf);
    p = ob(ob(p * x) + 0.00833333333332612lf);
    p = ob(ob(p * x) + 0.04166666666666667lf);
    p = ob(ob(p * x) + 0.1666666666666667lf);
    p = ob(ob(p * x) + 0.5lf);
    let tail = ob(ob(ob(x * x) * p) + ob(r.lo + ob(r.lo * x)));
    return Parts(x, tail, n);
}

// e^(high + low), for |high| ≤ 1400 and low small against 1.
fn m_exp_parts(high: f64, low: f64) -> Parts {
    let t = ob(ob(high * M_LOG2_E) + M_ROUNDER);
    let n = bitcast<u64>(t) - M_ROUNDER_BITS;
    let k = ob(t - M_ROUNDER);
    let s = m_two_sum(ob(high - ob(k * M_LN2_HIGH)), ob(0.0lf - ob(k * M_LN2_LOW)));
    return m_exp_reduced(m_fast_two_sum(s.hi, ob(s.lo + low)), n);
}

// 1 + head + tail in two parts.
fn m_significant(e: Parts) -> Pair {
    let s = m_fast_two_sum(1.0lf, e.head);
    return m_fast_two_sum(s.hi, ob(s.lo + e.tail));
}

// The value, rounded.
fn m_exp_value(e: Parts) -> f64 {
    return m_scale(m_significant(e).hi, e.n);
}

// e^x.
fn m_exp(x: f64) -> f64 {
    let r = m_exp_value(m_exp_parts(m_clamp(x, -760.0lf, 720.0lf), 0.0lf));
    return select(r, m_nan(), m_is_nan(x));
}

// 2^x.
fn m_exp2(x: f64) -> f64 {
    let c = m_clamp(x, -1100.0lf, 1030.0lf);
    let t = ob(c + M_ROUNDER);
    let f = ob(c - ob(t - M_ROUNDER));
    let product = m_two_product(f, M_LN2);
    let r = m_exp_value(m_exp_reduced(m_fast_two_sum(product.hi, ob(product.lo + ob(f * M_LN2_REST))), bitcast<u64>(t) - M_ROUNDER_BITS));
    return select(r, m_nan(), m_is_nan(x));
}

// e^x − 1 in two parts, for −45 ≤ x ≤ 45.
fn m_expm1_pair(x: f64) -> Pair {
    let e = m_exp_parts(x, 0.0lf);
    let a = m_power_of_two(e.n);
    let s = m_two_sum(ob(a - 1.0lf), ob(a * e.head));
    return m_fast_two_sum(s.hi, ob(s.lo + ob(a * e.tail)));
}

// e^x − 1.
fn m_expm1(x: f64) -> f64 {
    let near = m_expm1_pair(m_clamp(x, -45.0lf, 45.0lf)).hi;
    let r = select(near, m_exp(x), x > 45.0lf);
    // Below 2^−54, x itself is nearest, and keeps its sign at 0.
    let v = select(r, x, m_magnitude(x) < 0x3c90000000000000lu);
    return select(v, m_nan(), m_is_nan(x));
}

// e^(−x²/2), with an exact square.
fn m_gauss(x: f64) -> f64 {
    let a = m_clamp(bitcast<f64>(m_magnitude(x)), 0.0lf, 39.0lf);
    let z = m_two_product(a, a);
    let r = m_exp_value(m_exp_parts(ob(-0.5lf * z.hi), ob(-0.5lf * z.lo)));
    return select(r, m_nan(), m_is_nan(x));
}
