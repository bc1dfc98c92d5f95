// Exponentials: exp, exp2, expm1, and the Gaussian. Twin of src/math/exp.rs, where the theory stands.

// 1.5·2^23: adding it rounds to an integer, which then stands in the low bits.
const M_ROUNDER: f32 = 12582912.0;
// Bits of ROUNDER.
const M_ROUNDER_BITS: i32 = 0x4b400000;
const M_LOG2_E: f32 = 1.442695;
// ln 2, its first 10 bits: a product with |n| < 2^14 is exact.
const M_LN2_HIGH: f32 = 0.6933594;
// ln 2 − LN2_HIGH.
const M_LN2_LOW: f32 = -0.00021219444;

// p·2^n, not yet put together.
struct Scaled {
    p: f32,
    n: i32,
}

// (e^r − 1 − r)/r² on |r| ≤ 0.347; weighted error 3.3e-9 in e^r.
fn m_exp_tail(r: f32) -> f32 {
    var q = 0.0013843778;
    q = ob(ob(q * r) + 0.008369549);
    q = ob(ob(q * r) + 0.04166806);
    q = ob(ob(q * r) + 0.16666514);
    return ob(ob(q * r) + 0.49999994);
}

// e^(high + low), for |high| ≤ 170 and low small against 1.
fn m_exp_parts(high: f32, low: f32) -> Scaled {
    let t = ob(ob(high * M_LOG2_E) + M_ROUNDER);
    let n = bitcast<i32>(t) - M_ROUNDER_BITS;
    let k = ob(t - M_ROUNDER);
    let r = ob(ob(ob(high - ob(k * M_LN2_HIGH)) - ob(k * M_LN2_LOW)) + low);
    let p = ob(1.0 + ob(r + ob(ob(r * r) * m_exp_tail(r))));
    return Scaled(p, n);
}

// x kept within low … high; any NaN may come out as either.
fn m_clamp(x: f32, low: f32, high: f32) -> f32 {
    let y = select(x, low, x < low);
    return select(y, high, y > high);
}

// e^x.
fn m_exp(x: f32) -> f32 {
    let e = m_exp_parts(m_clamp(x, -110.0, 90.0), 0.0);
    let r = m_scale(e.p, e.n);
    return select(r, m_nan(), m_is_nan(x));
}

// 2^(high + low), for |high| ≤ 250 and low small against 1; (2^r − 1)/r has weighted error 1.1e-8 on |r| ≤ 1/2.
fn m_exp2_parts(high: f32, low: f32) -> Scaled {
    let t = ob(high + M_ROUNDER);
    let n = bitcast<i32>(t) - M_ROUNDER_BITS;
    let r = ob(ob(high - ob(t - M_ROUNDER)) + low);
    var q = 0.00015319041;
    q = ob(ob(q * r) + 0.0013386047);
    q = ob(ob(q * r) + 0.009618467);
    q = ob(ob(q * r) + 0.05550378);
    q = ob(ob(q * r) + 0.2402265);
    q = ob(ob(q * r) + 0.6931472);
    let p = ob(1.0 + ob(r * q));
    return Scaled(p, n);
}

// 2^x.
fn m_exp2(x: f32) -> f32 {
    let e = m_exp2_parts(m_clamp(x, -160.0, 130.0), 0.0);
    let r = m_scale(e.p, e.n);
    return select(r, m_nan(), m_is_nan(x));
}

// e^x − 1 without cancellation near 0.
fn m_expm1(x: f32) -> f32 {
    let c = m_clamp(x, -18.0, 90.0);
    let t = ob(ob(c * M_LOG2_E) + M_ROUNDER);
    let n = bitcast<i32>(t) - M_ROUNDER_BITS;
    let k = ob(t - M_ROUNDER);
    let r = ob(ob(c - ob(k * M_LN2_HIGH)) - ob(k * M_LN2_LOW));
    let m = ob(r + ob(ob(r * r) * m_exp_tail(r)));
    // 2^n·(m + 1 − 2^−n); for n = 0 this is m itself.
    let far = select(60, n, n < 60);
    let gap = ob(1.0 - m_scale(1.0, 0 - far));
    let s = m_scale(ob(m + gap), n);
    let tiny = (bitcast<u32>(x) & 0x7fffffffu) < 0x33000000u;
    let y = select(s, x, tiny);
    return select(y, m_nan(), m_is_nan(x));
}

// e^(−x²/2), with x² split exactly so that the far tail keeps its digits.
fn m_gauss(x: f32) -> f32 {
    let a = m_clamp(bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu), 0.0, 15.0);
    let a1 = m_upper(a);
    let a2 = ob(a - a1);
    let high = ob(ob(a1 * a1) * -0.5);
    let low = ob(ob(a2 * ob(a + a1)) * -0.5);
    let e = m_exp_parts(high, low);
    let r = m_scale(e.p, e.n);
    return select(r, m_nan(), m_is_nan(x));
}
