// xy/(x²+y²)
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
    let t2 = m_mul(t0, t1);
    let t4 = m_mul(t0, t0);
    let t5 = m_mul(t1, t1);
    let t6 = m_add(t4, t5);
    let t7 = m_div(t2, t6);
    let t8 = m_ne(m_constant(0x00000000u), t6);
    result[0] = select(MASKED, bitcast<Bits>(t7), m_is_finite(t7) && t8 != 0.0);
}

fn program() {
    part_0();
}
