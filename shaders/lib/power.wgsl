// Square and cube roots, the hypotenuse, and x^y. Twin of src/math/power.rs, where the theory stands.

// A candidate for a root, and what it leaves.
struct Root {
    s: u32,
    r: i32,
}

// A candidate s and its remainder r, moved one towards the floor of the root, where 0 <= r <= 2s.
fn m_root_step(c: Root) -> Root {
    let twice = bitcast<i32>(c.s + c.s);
    let above = c.r < 0;
    let below = c.r > twice;
    let r = select(select(c.r, c.r - twice - 1, below), c.r + twice - 1, above);
    let s = select(select(c.s, c.s + 1u, below), c.s - 1u, above);
    return Root(s, r);
}

// The square root, correctly rounded; NaN below zero, -0 at -0. The CPU uses its own, which is correctly rounded too.
fn m_sqrt(x: f32) -> f32 {
    let bits = bitcast<u32>(x);
    let subnormal = bits < 0x00800000u;
    let raised = ob(x * 16777216.0);
    let y = select(bits, bitcast<u32>(raised), subnormal);
    // y = m*4^k with 1 <= m < 4, and m = n*2^-23 with an integer n.
    let e = bitcast<i32>(y >> 23u) - 127;
    let k = e >> 1u;
    let odd = bitcast<u32>(e) & 1u;
    let n = ((y & 0x007fffffu) | 0x00800000u) << odd;
    let m = bitcast<f32>((y & 0x007fffffu) | ((127u + odd) << 23u));
    // A candidate for the floor of the root of n*2^23, from an estimate that may be off by up to three units. The remainder
    // is small, so 32 bits of it are all of it.
    let estimate = bitcast<u32>(sqrt(m));
    let low = select(estimate, 0x3f800000u, estimate < 0x3f800000u);
    let guess = select(low, 0x3fffffffu, low > 0x3fffffffu);
    let s = (guess & 0x007fffffu) | 0x00800000u;
    let first = Root(s, bitcast<i32>((n << 23u) - s * s));
    let root = m_root_step(m_root_step(m_root_step(first)));
    // The nearest: r is an integer, so the root is never half way.
    let nearest = root.s + select(0u, 1u, root.r > bitcast<i32>(root.s));
    let back = select(0, 12, subnormal);
    let v = bitcast<f32>(nearest + (bitcast<u32>(k - back + 126) << 23u));
    let special = ((bits & 0x7fffffffu) == 0u) | (bits == 0x7f800000u);
    let outside = (!special) & (bits > 0x7f800000u);
    return select(select(v, x, special), m_nan(), outside);
}

// The real cube root.
fn m_cbrt(x: f32) -> f32 {
    let bits = bitcast<u32>(x) & 0x7fffffffu;
    let subnormal = bits < 0x00800000u;
    let a = bitcast<f32>(bits);
    let raised = ob(a * 16777216.0);
    let y = select(a, raised, subnormal);
    // y = m·2^(3k + j) with ½ ≤ m < 1 and j in 0, 1, 2; 171 / 512 counts thirds of 0 … 255 well enough.
    let e = bitcast<u32>(y) >> 23u;
    let third = (e * 171u) >> 9u;
    let j = e - (third * 3u);
    let m = bitcast<f32>((bitcast<u32>(y) & 0x007fffffu) | 0x3f000000u);
    var p = 0.14670752;
    p = ob(ob(p * m) + -0.51739675);
    p = ob(ob(p * m) + 0.93198603);
    p = ob(ob(p * m) + 0.4387762);
    let one_or_two = select(1.587401, 1.259921, j == 1u);
    let factor = select(one_or_two, 1.0, j == 0u);
    let w = ob(m * m_power_of_two(bitcast<i32>(j)));
    // Eight bits, rounded: t² and t³ are exact.
    let t = bitcast<f32>((bitcast<u32>(ob(p * factor)) + 0x8000u) & 0xffff0000u);
    let r = ob(w / ob(t * t));
    let root = ob(t + ob(t * ob(ob(r - t) / ob(ob(t + t) + r))));
    let back = select(42, 50, subnormal);
    let s = ob(root * m_power_of_two(bitcast<i32>(third) - back));
    let special = (bits == 0u) | (bits >= 0x7f800000u);
    let v = select(s, a, special);
    return select(m_with_sign(v, x), m_nan(), m_is_nan(x));
}

// √(x² + y²) without overflow or underflow on the way.
fn m_hypot(x: f32, y: f32) -> f32 {
    let ax = bitcast<u32>(x) & 0x7fffffffu;
    let ay = bitcast<u32>(y) & 0x7fffffffu;
    let most = select(ay, ax, ax > ay);
    let huge = most > 0x5e000000u;
    let small = most < 0x26800000u;
    let up = select(0, 100, small);
    let by = select(up, -70, huge);
    let a = ob(bitcast<f32>(ax) * m_power_of_two(by));
    let b = ob(bitcast<f32>(ay) * m_power_of_two(by));
    let r = ob(m_sqrt(ob(ob(a * a) + ob(b * b))) * m_power_of_two(0 - by));
    let v = select(r, bitcast<f32>(most), most == 0x7f800000u);
    return select(v, m_nan(), most > 0x7f800000u);
}

// log2 of a positive finite number, given as bits, as an unevaluated sum; unspecified for 0 and infinity.
fn m_log2_pair(bits: u32) -> Pair {
    let a = bitcast<f32>(bits);
    let subnormal = bits < 0x00800000u;
    let raised = ob(a * 8388608.0);
    let y = select(a, raised, subnormal);
    let shift = select(0, 23, subnormal);
    let above = bitcast<i32>(bitcast<u32>(y) - 0x3f3504f3u) >> 23;
    let m = bitcast<f32>(bitcast<u32>(y) - (bitcast<u32>(above) << 23u));
    let e = f32(above - shift);
    // s = f/d in two parts.
    let f = ob(m - 1.0);
    let d = m_two_sum(m, 1.0);
    let s = ob(f / d.hi);
    let back = m_two_product(s, d.hi);
    let s_low = ob(ob(ob(ob(f - back.hi) - back.lo) - ob(s * d.lo)) / d.hi);
    // 2/ln 2·s, in two parts.
    let lead = m_two_product(s, 2.88539);
    let lead_low = ob(lead.lo + ob(ob(s * 3.851926e-8) + ob(s_low * 2.88539)));
    // s³·(0.96 + z·P(z)) for the rest of the series, in two parts.
    let z = m_two_product(s, s);
    let z_low = ob(z.lo + ob(ob(s + s) * s_low));
    var p = 0.3379599;
    p = ob(ob(p * z.hi) + 0.41184402);
    p = ob(ob(p * z.hi) + 0.57708025);
    let c = m_fast_two_sum(0.9617967, ob(z.hi * p));
    let c_low = ob(c.lo - 7.028462e-9);
    let w = m_two_product(z.hi, c.hi);
    let w_low = ob(w.lo + ob(ob(z_low * c.hi) + ob(z.hi * c_low)));
    let t = m_two_product(s, w.hi);
    let t_low = ob(t.lo + ob(ob(s * w_low) + ob(s_low * w.hi)));
    let first = m_fast_two_sum(lead.hi, t.hi);
    let low = ob(lead_low + t_low);
    let sum = m_two_sum(e, first.hi);
    return m_fast_two_sum(sum.hi, ob(sum.lo + ob(first.lo + low)));
}

// x^y by the rules of real numbers.
fn m_pow(x: f32, y: f32) -> f32 {
    let ax = bitcast<u32>(x) & 0x7fffffffu;
    let ay = bitcast<u32>(y) & 0x7fffffffu;
    let l = m_log2_pair(ax);
    let c = m_clamp(y, -1.0995116e12, 1.0995116e12);
    let product = m_two_product(c, l.hi);
    let z = m_clamp(product.hi, -250.0, 250.0);
    let low = ob(product.lo + ob(c * l.lo));
    let rest = select(0.0, low, product.hi == z);
    let e = m_exp2_parts(z, rest);
    let finite = m_scale(e.p, e.n);
    let exponent_negative = (bitcast<u32>(y) >> 31u) != 0u;
    let zero_base = ax == 0u;
    let end = select(m_infinity(), 0.0, zero_base != exponent_negative);
    let magnitude = select(finite, end, zero_base | (ax == 0x7f800000u));
    let a = bitcast<f32>(ay);
    let whole = (m_round(a) == a) & (ay < 0x7f800000u);
    let parity = select(bitcast<u32>(y), bitcast<u32>(ob(a + 8388608.0)), ay < 0x4b000000u);
    let odd = (whole & ((parity & 1u) != 0u)) & (ay < 0x4b800000u);
    let base_negative = (bitcast<u32>(x) >> 31u) != 0u;
    let signed = select(magnitude, bitcast<f32>(bitcast<u32>(magnitude) ^ 0x80000000u), base_negative & odd);
    let outside = (zero_base & exponent_negative) | ((base_negative & (!zero_base)) & (!whole));
    let one = (ay == 0u) | (bitcast<u32>(x) == 0x3f800000u);
    let r = select(signed, 1.0, one);
    let bad = select(outside, false, ay == 0u);
    return select(r, m_nan(), (bad | m_is_nan(x)) | m_is_nan(y));
}
