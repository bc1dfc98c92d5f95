// The library in terms of WGSL's own functions, without the barrier: for `--math fast`, which promises nothing.
// Each function here takes the place of the one of the same name in the other files. What an argument outside the domain gives does not
// matter, since such cells are masked by predicates; the real-number rules of powers are kept.

fn m_add(a: f32, b: f32) -> f32 {
    return a + b;
}

fn m_sub(a: f32, b: f32) -> f32 {
    return a - b;
}

fn m_mul(a: f32, b: f32) -> f32 {
    return a * b;
}

fn m_div(a: f32, b: f32) -> f32 {
    return a / b;
}

fn m_sqrt(x: f32) -> f32 {
    return sqrt(x);
}

fn m_cbrt(x: f32) -> f32 {
    return sign(x) * pow(abs(x), 0.33333334);
}

fn m_exp(x: f32) -> f32 {
    return exp(x);
}

fn m_exp2(x: f32) -> f32 {
    return exp2(x);
}

fn m_expm1(x: f32) -> f32 {
    return exp(x) - 1.0;
}

fn m_ln(x: f32) -> f32 {
    return log(x);
}

fn m_log2(x: f32) -> f32 {
    return log2(x);
}

fn m_log10(x: f32) -> f32 {
    return log(x) * 0.4342945;
}

fn m_log1p(x: f32) -> f32 {
    return log(1.0 + x);
}

fn m_hypot(x: f32, y: f32) -> f32 {
    return sqrt(x * x + y * y);
}

// x^y through |x|^y: 0^0 = 1, and a negative base gives the sign of its parity.
fn m_pow(x: f32, y: f32) -> f32 {
    let size = pow(abs(x), y);
    let odd = floor(y * 0.5) * 2.0 != y;
    let signed = select(size, -size, x < 0.0 && odd);
    return select(select(signed, 0.0, x == 0.0), 1.0, y == 0.0);
}

fn m_sin(x: f32) -> f32 {
    return sin(x);
}

fn m_cos(x: f32) -> f32 {
    return cos(x);
}

fn m_tan(x: f32) -> f32 {
    return tan(x);
}

fn m_asin(x: f32) -> f32 {
    return asin(x);
}

fn m_acos(x: f32) -> f32 {
    return acos(x);
}

fn m_atan(x: f32) -> f32 {
    return atan(x);
}

fn m_atan2(y: f32, x: f32) -> f32 {
    return atan2(y, x);
}

fn m_sinh(x: f32) -> f32 {
    return sinh(x);
}

fn m_cosh(x: f32) -> f32 {
    return cosh(x);
}

fn m_tanh(x: f32) -> f32 {
    return tanh(x);
}

fn m_asinh(x: f32) -> f32 {
    return asinh(x);
}

fn m_acosh(x: f32) -> f32 {
    return acosh(x);
}

fn m_atanh(x: f32) -> f32 {
    return atanh(x);
}

fn m_floor(x: f32) -> f32 {
    return floor(x);
}

fn m_ceil(x: f32) -> f32 {
    return ceil(x);
}

fn m_round(x: f32) -> f32 {
    return round(x);
}

fn m_trunc(x: f32) -> f32 {
    return trunc(x);
}

fn m_fract(x: f32) -> f32 {
    return x - floor(x);
}

fn m_modulo(a: f32, b: f32) -> f32 {
    return a - b * floor(a / b);
}

fn m_sigmoid(x: f32) -> f32 {
    return 1.0 / (1.0 + exp(-x));
}

fn m_softplus(x: f32) -> f32 {
    return max(x, 0.0) + log(1.0 + exp(-abs(x)));
}

// Abramowitz & Stegun 7.1.26: absolute error below 1.5e-7.
fn m_erf(x: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.3275911 * abs(x));
    let p = t * (0.2548296 + t * (-0.28449674 + t * (1.4214137 + t * (-1.4531521 + t * 1.0614054))));
    return sign(x) * (1.0 - p * exp(-x * x));
}

fn m_gauss(x: f32) -> f32 {
    return exp(-0.5 * x * x);
}
