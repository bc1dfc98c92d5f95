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
    let t4 = m_mul(t1, t3);
    let t5 = m_mul(t0, t3);
    let t7 = m_hypot(t4, t5);
    let t8 = m_hypot(t7, t2);
    let t9 = m_div(t4, t8);
    let t10 = m_div(t5, t8);
    let t11 = m_div(t2, t8);
    let t12 = m_ne(m_constant(0x00000000u), t8);
    result[0] = select(MASKED, bitcast<Bits>(t9), m_is_finite(t9) && t12 != 0.0);
    result[1] = select(MASKED, bitcast<Bits>(t10), m_is_finite(t10) && t12 != 0.0);
    result[2] = select(MASKED, bitcast<Bits>(t11), m_is_finite(t11) && t12 != 0.0);
}

fn program() {
    part_0();
}
