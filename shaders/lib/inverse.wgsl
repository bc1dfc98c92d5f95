// asin, acos, atan, atan2. Twin of src/math/inverse.rs, where the theory stands.

const M_PI: f32 = 3.1415927;
// π − PI.
const M_PI_LOW: f32 = -8.742278e-8;

// asin(t) − t for 0 ≤ t ≤ ½, z = t²; weighted error 4.9e-9.
fn m_asin_tail(t: f32, z: f32) -> f32 {
    var p = 0.042233035;
    p = ob(ob(p * z) + 0.02414279);
    p = ob(ob(p * z) + 0.04547726);
    p = ob(ob(p * z) + 0.074952476);
    p = ob(ob(p * z) + 0.16666754);
    return ob(ob(t * z) * p);
}

// The arc sine, −π/2 … π/2; NaN outside [−1, 1].
fn m_asin(x: f32) -> f32 {
    let a = bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu);
    let inside = a <= 1.0;
    let outer = a > 0.5;
    let folded = ob(0.5 * ob(1.0 - a));
    let z = select(ob(a * a), folded, outer);
    let t = select(a, m_sqrt(folded), outer);
    let s = m_asin_tail(t, z);
    let r = select(ob(t + s), ob(M_HALF_PI - ob(ob(2.0 * t) + ob(ob(2.0 * s) - M_HALF_PI_LOW))), outer);
    let nan = m_is_nan(x);
    return select(m_nan(), m_with_sign(r, x), inside & (!nan));
}

// The arc cosine, 0 … π; NaN outside [−1, 1].
fn m_acos(x: f32) -> f32 {
    let a = bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu);
    let inside = a <= 1.0;
    let outer = a > 0.5;
    let negative = x < 0.0;
    let folded = ob(0.5 * ob(1.0 - a));
    let z = select(ob(a * a), folded, outer);
    let t = select(a, m_sqrt(folded), outer);
    let s = m_asin_tail(t, z);
    let twice = ob(2.0 * ob(t + s));
    let ends = select(twice, ob(M_PI - ob(twice - M_PI_LOW)), negative);
    let signed_t = select(t, bitcast<f32>(bitcast<u32>(t) ^ 0x80000000u), negative);
    let signed_s = select(s, bitcast<f32>(bitcast<u32>(s) ^ 0x80000000u), negative);
    let middle = ob(M_HALF_PI - ob(signed_t + ob(signed_s - M_HALF_PI_LOW)));
    let r = select(middle, ends, outer);
    let nan = m_is_nan(x);
    return select(m_nan(), r, inside & (!nan));
}

// atan(t) for 0 ≤ t ≤ 1; weighted error 2.7e-9, two coefficients moved by an ulp or three so that atan 1 is π/4 rounded.
fn m_atan_unit(t: f32) -> f32 {
    let z = ob(t * t);
    var p = -0.0017889632;
    p = ob(ob(p * z) + 0.010892811);
    p = ob(ob(p * z) + -0.031135246);
    p = ob(ob(p * z) + 0.057912596);
    p = ob(ob(p * z) + -0.08400679);
    p = ob(ob(p * z) + 0.10951187);
    p = ob(ob(p * z) + -0.14264038);
    p = ob(ob(p * z) + 0.1999853);
    p = ob(ob(p * z) + -0.33333302);
    return ob(t + ob(ob(t * z) * p));
}

// The arc tangent, −π/2 … π/2.
fn m_atan(x: f32) -> f32 {
    let a = bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu);
    let steep = a > 1.0;
    let inverse = ob(1.0 / a);
    let s = m_atan_unit(select(a, inverse, steep));
    let complement = ob(M_HALF_PI - ob(s - M_HALF_PI_LOW));
    let r = select(s, complement, steep);
    return select(m_with_sign(r, x), m_nan(), m_is_nan(x));
}

// The direction of the point (x, y), −π … π; NaN at the origin.
fn m_atan2(y: f32, x: f32) -> f32 {
    let ax = bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu);
    let ay = bitcast<f32>(bitcast<u32>(y) & 0x7fffffffu);
    let steep = ay > ax;
    let larger = select(ax, ay, steep);
    let smaller = select(ay, ax, steep);
    let quotient = ob(smaller / larger);
    let diagonal = bitcast<u32>(smaller) == 0x7f800000u;
    let s = m_atan_unit(select(quotient, 1.0, diagonal));
    let left = (bitcast<u32>(x) >> 31u) != 0u;
    let turned = select(s, bitcast<f32>(bitcast<u32>(s) ^ 0x80000000u), left);
    let upright = ob(M_HALF_PI - ob(turned - M_HALF_PI_LOW));
    let behind = ob(M_PI - ob(s - M_PI_LOW));
    let flat = select(s, behind, left);
    let r = select(flat, upright, steep);
    let origin = bitcast<u32>(larger) == 0u;
    return select(m_with_sign(r, y), m_nan(), (m_is_nan(x) | m_is_nan(y)) | origin);
}
