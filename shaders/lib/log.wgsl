// Logarithms: ln, log2, log10, log1p. Twin of src/math/log.rs, where the theory stands.

// A logarithm in pieces: ln x = e·ln 2 + f + tail.
struct LogParts {
    e: f32,
    f: f32,
    tail: f32,
}

// The pieces of ln(x·2^k) for a positive finite x.
fn m_log_parts(x: f32, k: i32) -> LogParts {
    let subnormal = bitcast<u32>(x) < 0x00800000u;
    let raised = ob(x * 8388608.0);
    let y = select(x, raised, subnormal);
    let shift = select(0, 23, subnormal);
    let above = bitcast<i32>(bitcast<u32>(y) - 0x3f3504f3u) >> 23;
    let m = bitcast<f32>(bitcast<u32>(y) - (bitcast<u32>(above) << 23u));
    let e = f32((above + k) - shift);
    let f = ob(m - 1.0);
    let z = ob(f * f);
    var p = 0.06289137;
    p = ob(ob(p * f) + -0.11393396);
    p = ob(ob(p * f) + 0.119519114);
    p = ob(ob(p * f) + -0.12460753);
    p = ob(ob(p * f) + 0.14217567);
    p = ob(ob(p * f) + -0.16664563);
    p = ob(ob(p * f) + 0.20002101);
    p = ob(ob(p * f) + -0.25000075);
    p = ob(ob(p * f) + 0.33333313);
    let tail = ob(ob(ob(f * z) * p) - ob(0.5 * z));
    return LogParts(e, f, tail);
}

// What ln and its relatives return for the arguments that have no logarithm, and r elsewhere.
fn m_log_domain(x: f32, r: f32) -> f32 {
    let bits = bitcast<u32>(x);
    let positive = (bits - 1u) < 0x7f800000u;
    let y = select(r, m_infinity(), bits == 0x7f800000u);
    return select(m_nan(), y, positive);
}

// The sum of the pieces and of a small correction.
fn m_log_sum(l: LogParts, correction: f32) -> f32 {
    return ob(ob(l.e * M_LN2_HIGH) + ob(l.f + ob(ob(ob(l.e * M_LN2_LOW) + correction) + l.tail)));
}

// The natural logarithm.
fn m_ln(x: f32) -> f32 {
    return m_log_domain(x, m_log_sum(m_log_parts(x, 0), 0.0));
}

// The logarithm to base 2: (f + tail)·(1 + 0.4427) + e, the product's small part kept apart.
fn m_log2(x: f32) -> f32 {
    let l = m_log_parts(x, 0);
    let s = ob(ob(l.tail * 0.44269505) + ob(l.f * 0.44269505));
    let r = ob(ob(ob(s + l.tail) + l.f) + l.e);
    return m_log_domain(x, r);
}

// The logarithm to base 10; log10 e and log10 2 are cut in two so that the leading products are exact or nearly so.
fn m_log10(x: f32) -> f32 {
    let l = m_log_parts(x, 0);
    let s = ob(l.f + l.tail);
    let rest = ob(ob(l.f - s) + l.tail);
    let low = ob(ob(s * 0.0007007319) + ob(ob(rest * 0.4342945) + ob(l.e * 0.00024874567)));
    let r = ob(ob(low + ob(s * 0.43359375)) + ob(l.e * 0.30078125));
    return m_log_domain(x, r);
}

// ln(hi + lo) + k·ln 2 for a positive finite hi with a small lo.
fn m_ln_of_sum(hi: f32, lo: f32, k: i32) -> f32 {
    return m_log_sum(m_log_parts(hi, k), ob(lo / hi));
}

// ln(1 + x) without cancellation near 0; the rounding error of 1 + x is carried along.
fn m_log1p(x: f32) -> f32 {
    let inside = (x > -1.0) & (x < m_infinity());
    let c = select(0.0, x, inside);
    let u = m_two_sum(1.0, c);
    let r = m_ln_of_sum(u.hi, u.lo, 0);
    let tiny = (bitcast<u32>(x) & 0x7fffffffu) < 0x33000000u;
    let y = select(r, x, tiny);
    let z = select(y, m_infinity(), bitcast<u32>(x) == 0x7f800000u);
    let domain = (x > -1.0) | tiny;
    let nan = m_is_nan(x);
    return select(m_nan(), z, domain & (!nan));
}
