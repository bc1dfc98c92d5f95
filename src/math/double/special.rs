//! The logistic sigmoid, softplus, and the error function, in f64.
//!
//! erf below 0.9 is a series in x²; above it 1 − e^(−x²)·w(x) with an exact square and w(x) = e^(x²)·erfc x as a polynomial in
//! t = (x − 2.5)/(x + 2.5), on which it is gentle (Shepherd and Laframboise, Math. Comp. 36 (1981)). Both polynomials by Chebyshev interpolation
//! in extended precision. erf x is 1 to the last bit from 6 on.

use super::bits::{
    NAN, Pair, add_pairs, clamp, divide_pairs, is_nan, magnitude, scale, two_product, two_sum, with_sign,
};
use super::exp::{exp_parts, exp_value, significant};
use super::log::log1p_pair;

/// e^−|x| in two parts.
#[inline(always)]
fn decay(x: f64) -> Pair {
    let e = exp_parts(0.0 - clamp(f64::from_bits(magnitude(x)), 0.0, 760.0), 0.0);
    let s = significant(e);
    Pair { hi: scale(s.hi, e.n), lo: scale(s.lo, e.n) }
}

/// 1/(1 + e^−x).
#[inline(always)]
pub fn sigmoid(x: f64) -> f64 {
    let e = decay(x);
    let top = Pair { hi: if x < 0.0 { e.hi } else { 1.0 }, lo: if x < 0.0 { e.lo } else { 0.0 } };
    let r = divide_pairs(top, add_pairs(Pair { hi: 1.0, lo: 0.0 }, e)).hi;
    // The remainder of a subnormal quotient would be lost: there the divisor is 1.
    let v = if x < -40.0 { e.hi } else { r };
    if is_nan(x) { NAN } else { v }
}

/// ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|).
#[inline(always)]
pub fn softplus(x: f64) -> f64 {
    let e = decay(x);
    let l = log1p_pair(e);
    let s = two_sum(x, l.hi);
    // Below 2^−54, ln(1 + e) rounds to e.
    let low = if e.hi < 5.551115123125783e-17 { e.hi } else { l.hi };
    let high = if x > 40.0 { x } else { s.hi + (s.lo + l.lo) };
    let r = if x > 0.0 { high } else { low };
    if is_nan(x) { NAN } else { r }
}

/// The error function, 2/√π·∫₀ˣ e^(−t²) dt.
#[inline(always)]
pub fn erf(x: f64) -> f64 {
    let a = f64::from_bits(magnitude(x));
    let z = a * a;
    let mut p = -4.615430012478823e-12;
    p = p * z + 8.926309955525143e-11;
    p = p * z - 1.2218978572195145e-9;
    p = p * z + 1.480035272793641e-8;
    p = p * z - 1.636539279151997e-7;
    p = p * z + 1.6462093337944522e-6;
    p = p * z - 0.000014925649667562343;
    p = p * z + 0.00012055332965949679;
    p = p * z - 0.0008548327023204087;
    p = p * z + 0.005223977625439695;
    p = p * z - 0.0268661706451311;
    p = p * z + 0.11283791670955125;
    p = p * z - 0.37612638903183754;
    p = p * z + 0.1283791670955126;
    let near = a * p + a;
    let b = clamp(a, 0.0, 6.0);
    let t = (b - 2.5) / (b + 2.5);
    let mut q = -3.1178372318113595e-8;
    q = q * t - 5.7706884281381954e-8;
    q = q * t + 8.600021689575776e-8;
    q = q * t + 3.890333929598566e-7;
    q = q * t + 7.540036135283034e-8;
    q = q * t - 1.8165419011123523e-6;
    q = q * t - 2.2983316050012666e-6;
    q = q * t + 7.5551391570515525e-6;
    q = q * t + 0.00001861456108205603;
    q = q * t - 0.000034182498100609945;
    q = q * t - 0.0001288771840418894;
    q = q * t + 0.0002283803945300457;
    q = q * t + 0.0008759154508834989;
    q = q * t - 0.0026423659648254472;
    q = q * t - 0.003993701165880106;
    q = q * t + 0.03992253907559371;
    q = q * t - 0.12503305237882903;
    q = q * t + 0.2517131932174492;
    q = q * t - 0.37173673394897333;
    q = q * t + 0.2108063640611436;
    let square = two_product(b, b);
    let e = exp_value(exp_parts(0.0 - square.hi, 0.0 - square.lo));
    let far = 1.0 - e * q;
    let r = if a < 0.9 { near } else { far };
    if is_nan(x) { NAN } else { with_sign(r, x) }
}
