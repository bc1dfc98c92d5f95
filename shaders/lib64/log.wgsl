// Logarithms in f64. Twin of src/math/double/log.rs, where the theory stands.

// 1/ln 2 in two parts.
const M_INVERSE_LN2: f64 = 1.4426950408889634lf;
const M_INVERSE_LN2_LOW: f64 = 2.0355273740931033e-17lf;
// 1/ln 10 in two parts.
const M_INVERSE_LN10: f64 = 0.4342944819032518lf;
const M_INVERSE_LN10_LOW: f64 = 1.098319650216765e-17lf;
// log10 2, its first 42 bits: a product with |k| < 2^11 is exact; and the rest.
const M_LOG10_2_HIGH: f64 = 0.30102999566395283lf;
const M_LOG10_2_LOW: f64 = 2.8363394551044964e-14lf;
// A third in two parts.
const M_THIRD: f64 = 0.3333333333333333lf;
const M_THIRD_LOW: f64 = 1.850371707708594e-17lf;

// ln x = k·ln 2 + l.
struct LogParts {
    k: f64,
    l: Pair,
}

// The logarithm of hi + lo for a positive finite hi, lo small against it; unspecified for others.
fn m_log_parts(hi: f64, lo: f64) -> LogParts {
    let raised = ob(hi * 18014398509481984.0lf);
    let subnormal = bitcast<u64>(hi) < M_NORMAL;
    let y = select(hi, raised, subnormal);
    let down = select(0lu, 54lu, subnormal);
    // The exponent, biased, for a significand from √½ on.
    let e = (bitcast<u64>(y) + 0x00095f619980c433lu) >> 52u;
    let m = bitcast<f64>(bitcast<u64>(y) - ((e - 1023lu) << 52u));
    // The scale is a finite number up to 2^1022; beyond it lo is nothing to hi.
    let below = select(e, 2045lu, e > 2045lu);
    let m_low = ob(lo * m_power_of_two(1023lu - below));
    let f = m_fast_two_sum(ob(m - 1.0lf), m_low);
    let d = m_two_sum(2.0lf, f.hi);
    let s = m_divide_pairs(f, Pair(d.hi, ob(d.lo + f.lo)));
    let z = m_multiply_pairs(s, s);
    let x = z.hi;
    var p = 0.05381433711821606lf;
    p = ob(ob(p * x) + 0.05228139187889103lf);
    p = ob(ob(p * x) + 0.05883407651703041lf);
    p = ob(ob(p * x) + 0.06666648241986646lf);
    p = ob(ob(p * x) + 0.07692307880906304lf);
    p = ob(ob(p * x) + 0.09090909089826257lf);
    p = ob(ob(p * x) + 0.11111111111114222lf);
    p = ob(ob(p * x) + 0.14285714285714282lf);
    p = ob(ob(p * x) + 0.2lf);
    let third = m_multiply_pairs(z, Pair(M_THIRD, M_THIRD_LOW));
    let t = m_fast_two_sum(third.hi, ob(third.lo + ob(ob(x * x) * p)));
    let twice = Pair(ob(s.hi + s.hi), ob(s.lo + s.lo));
    let l = m_add_pairs(twice, m_multiply_pairs(twice, t));
    return LogParts(m_number_of(e - (1023lu + down)), l);
}

// ln x in two parts.
fn m_ln_pair(g: LogParts) -> Pair {
    let s = m_two_sum(ob(g.k * M_LN2_HIGH), g.l.hi);
    return m_fast_two_sum(s.hi, ob(s.lo + ob(g.l.lo + ob(g.k * M_LN2_LOW))));
}

// r for a positive finite x, infinity at infinity, NaN elsewhere.
fn m_for_positive(x: f64, r: f64) -> f64 {
    let v = select(r, x, bitcast<u64>(x) == M_INFINITE);
    let outside = (bitcast<u64>(x) == 0lu) | (bitcast<u64>(x) > M_INFINITE);
    return select(v, m_nan(), outside);
}

// The natural logarithm; NaN for x ≤ 0.
fn m_ln(x: f64) -> f64 {
    return m_for_positive(x, m_ln_pair(m_log_parts(x, 0.0lf)).hi);
}

// The logarithm to base 2, exact for powers of two; NaN for x ≤ 0.
fn m_log2(x: f64) -> f64 {
    let g = m_log_parts(x, 0.0lf);
    let l = m_multiply_pairs(g.l, Pair(M_INVERSE_LN2, M_INVERSE_LN2_LOW));
    return m_for_positive(x, m_add_pairs(Pair(g.k, 0.0lf), l).hi);
}

// The logarithm to base 10; NaN for x ≤ 0.
fn m_log10(x: f64) -> f64 {
    let g = m_log_parts(x, 0.0lf);
    let l = m_multiply_pairs(g.l, Pair(M_INVERSE_LN10, M_INVERSE_LN10_LOW));
    return m_for_positive(x, m_add_pairs(Pair(ob(g.k * M_LOG10_2_HIGH), ob(g.k * M_LOG10_2_LOW)), l).hi);
}

// ln(1 + t) in two parts for a pair t > −1.
fn m_log1p_pair(t: Pair) -> Pair {
    let u = m_two_sum(1.0lf, t.hi);
    let v = m_fast_two_sum(u.hi, ob(u.lo + t.lo));
    return m_ln_pair(m_log_parts(v.hi, v.lo));
}

// ln(1 + x); NaN for x ≤ −1.
fn m_log1p(x: f64) -> f64 {
    let r = m_log1p_pair(Pair(x, 0.0lf)).hi;
    // Below 2^−54, x itself is nearest, and keeps its sign at 0.
    let v = select(r, x, m_magnitude(x) < 0x3c90000000000000lu);
    let w = select(v, x, bitcast<u64>(x) == M_INFINITE);
    let outside = (x <= -1.0lf) | m_is_nan(x);
    return select(w, m_nan(), outside);
}
