// x² + y²
alias Real = f32;
alias Bits = u32;
const MASKED: Bits = 0x7fc00000u;
const OUTPUTS: u32 = 2u;
const AXES: u32 = 2u;
var<private> coord: array<Real, 2>;
var<private> result: array<Bits, 2>;

fn part_0() {
    let t0 = coord[0];
    let t2 = coord[1];
    let t4 = m_mul(m_constant(0x40000000u), t2);
    result[1] = select(MASKED, bitcast<Bits>(t4), m_is_finite(t4));
    let t5 = m_mul(m_constant(0x40000000u), t0);
    result[0] = select(MASKED, bitcast<Bits>(t5), m_is_finite(t5));
}

fn program() {
    part_0();
}
