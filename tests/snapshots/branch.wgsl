// if(x > 0, √x, y)
alias Real = f32;
alias Bits = u32;
const MASKED: Bits = 0x7fc00000u;
const OUTPUTS: u32 = 1u;
const AXES: u32 = 2u;
var<private> coord: array<Real, 2>;
var<private> result: array<Bits, 1>;

fn part_0() {
    let t0 = coord[0];
    let t2 = m_gt(t0, m_constant(0x00000000u));
    let t3 = m_sqrt(t0);
    let t6 = m_mul(m_constant(0x40000000u), t3);
    let t7 = m_div(m_constant(0x3f800000u), t6);
    let t8 = m_select(t2, t7, m_constant(0x00000000u));
    let t9 = m_ge(t0, m_constant(0x00000000u));
    let t10 = m_select(t2, t9, m_constant(0x3f800000u));
    let t11 = m_ne(m_constant(0x00000000u), t6);
    let t12 = m_and(t9, t11);
    let t13 = m_select(t2, t12, m_constant(0x3f800000u));
    let t14 = m_and(t10, t13);
    result[0] = select(MASKED, bitcast<Bits>(t8), m_is_finite(t8) && t14 != 0.0);
}

fn program() {
    part_0();
}
