// Numbers f32 values by u32 keys in their order; the twin of src/kernels/key.rs.
// NaN is found by its bits, never by x != x.

fn key_is_nan(bits: u32) -> bool {
    return (bits & 0x7fffffffu) > 0x7f800000u;
}

fn key_is_infinite(bits: u32) -> bool {
    return (bits & 0x7fffffffu) == 0x7f800000u;
}

// Both zeros get the key of +0.
fn key_of_bits(bits: u32) -> u32 {
    let plain = select(bits, 0u, bits == 0x80000000u);
    return plain ^ select(0x80000000u, 0xffffffffu, (plain >> 31u) != 0u);
}
