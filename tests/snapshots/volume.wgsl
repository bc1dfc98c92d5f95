// xyz
alias Real = f32;
alias Bits = u32;
const MASKED: Bits = 0x7fc00000u;
const OUTPUTS: u32 = 3u;
const AXES: u32 = 3u;
var<private> coord: array<Real, 3>;
var<private> result: array<Bits, 3>;

fn part_0() {
    let t0 = coord[0];
    let t1 = coord[1];
    let t2 = m_mul(t0, t1);
    let t3 = coord[2];
    let t5 = m_mul(t1, t3);
    let t6 = m_mul(t0, t3);
    let t8 = m_hypot(t5, t6);
    let t9 = m_hypot(t8, t2);
    let t11 = m_lt(t9, m_constant(0x7f800000u));
    let t12 = m_div(t5, t9);
    let t13 = m_select(t11, t12, t9);
    let t14 = m_div(t6, t9);
    let t15 = m_select(t11, t14, t9);
    let t16 = m_div(t2, t9);
    let t17 = m_select(t11, t16, t9);
    let t18 = m_eq(t9, t9);
    let t19 = m_ne(m_constant(0x00000000u), t9);
    let t20 = m_select(t11, t19, m_constant(0x3f800000u));
    let t21 = m_and(t18, t20);
    result[0] = select(MASKED, bitcast<Bits>(t13), m_is_finite(t13) && t21 != 0.0);
    result[1] = select(MASKED, bitcast<Bits>(t15), m_is_finite(t15) && t21 != 0.0);
    result[2] = select(MASKED, bitcast<Bits>(t17), m_is_finite(t17) && t21 != 0.0);
}

fn program() {
    part_0();
}
