// x^5 + y^-2 + x^0.5 + x^y
alias Real = f32;
alias Bits = u32;
const MASKED: Bits = 0x7fc00000u;
const OUTPUTS: u32 = 1u;
const AXES: u32 = 2u;
var<private> coord: array<Real, 2>;
var<private> result: array<Bits, 1>;

fn part_0() {
    let t0 = coord[0];
    let t1 = coord[1];
    let t2 = m_sqrt(t0);
    let t3 = m_pow(t0, t1);
    let t5 = m_ne(m_constant(0x00000000u), t1);
    let t6 = m_ge(t0, m_constant(0x00000000u));
    let t7 = m_and(t5, t6);
    let t8 = m_floor(t1);
    let t9 = m_eq(t1, t8);
    let t10 = m_ge(t1, m_constant(0x00000000u));
    let t11 = m_gt(t0, m_constant(0x00000000u));
    let t12 = m_eq(m_constant(0x00000000u), t0);
    let t13 = m_lt(t0, m_constant(0x00000000u));
    let t14 = m_and(t10, t12);
    let t15 = m_and(t9, t13);
    let t16 = m_or(t14, t15);
    let t17 = m_or(t11, t16);
    let t18 = m_and(t7, t17);
    let t20 = m_mul(t0, t0);
    let t21 = m_mul(t20, t20);
    let t22 = m_mul(t0, t21);
    let t23 = m_mul(t1, t1);
    let t24 = m_div(m_constant(0x3f800000u), t23);
    let t25 = m_add(t22, t24);
    let t26 = m_add(t2, t25);
    let t27 = m_add(t3, t26);
    result[0] = select(MASKED, bitcast<Bits>(t27), m_is_finite(t27) && t18 != 0.0);
}

fn program() {
    part_0();
}
