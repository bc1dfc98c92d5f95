// x² - y²
alias Real = f32;
alias Bits = u32;
const MASKED: Bits = 0x7fc00000u;
const OUTPUTS: u32 = 2u;
const AXES: u32 = 2u;
var<private> coord: array<Real, 2>;
var<private> result: array<Bits, 2>;

fn part_0() {
    result[1] = select(MASKED, bitcast<Bits>(m_constant(0x00000000u)), m_is_finite(m_constant(0x00000000u)));
    result[0] = select(MASKED, bitcast<Bits>(m_constant(0xc0800000u)), m_is_finite(m_constant(0xc0800000u)));
}

fn program() {
    part_0();
}
