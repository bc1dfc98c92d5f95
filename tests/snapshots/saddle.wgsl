// x² - y²
const OUTPUTS: u32 = 2u;
const AXES: u32 = 2u;
var<private> coord: array<f32, 2>;
var<private> result: array<u32, 2>;

fn part_0() {
    result[1] = select(0x7fc00000u, bitcast<u32>(m_constant(0x00000000u)), m_is_finite(m_constant(0x00000000u)));
    result[0] = select(0x7fc00000u, bitcast<u32>(m_constant(0xc0800000u)), m_is_finite(m_constant(0xc0800000u)));
}

fn program() {
    part_0();
}
