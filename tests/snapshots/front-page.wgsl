// x^2*y + sin(y)
alias Real = f32;
alias Bits = u32;
const MASKED: Bits = 0x7fc00000u;
const OUTPUTS: u32 = 1u;
const AXES: u32 = 2u;
var<private> coord: array<Real, 2>;
var<private> result: array<Bits, 1>;

fn part_0() {
    let t0 = coord[0];
    let t2 = coord[1];
    let t4 = m_cos(t2);
    let t5 = m_mul(m_constant(0x40000000u), t0);
    let t6 = m_mul(t2, t5);
    let t7 = m_mul(t0, t0);
    let t8 = m_add(t4, t7);
    let t9 = m_hypot(t6, t8);
    result[0] = select(MASKED, bitcast<Bits>(t9), m_is_finite(t9));
}

fn program() {
    part_0();
}
