//! Numbers `f32` values by `u32` keys in their own order, so that integers can sort, bound and count them.
//!
//! Read as a signed-magnitude integer, the bit pattern of an IEEE number rises with its value; flipping all bits of a
//! negative number and the sign bit of the others makes it an unsigned integer in the same order (the classic
//! radix-sort key). Integer comparison, unlike a float one in WGSL, is the same on every driver: subnormals are not
//! flushed, and no fast-math rule applies.
//!
//! Edges: both zeros have the key of +0; −∞ and +∞ have the keys next to the largest finite numbers; a NaN has a key
//! outside of them, and callers ask [`is_nan`] first. The twin is `shaders/lib/key.wgsl`.

/// The WGSL twin.
pub const WGSL: &str = include_str!("../../shaders/lib/key.wgsl");

/// Whether a bit pattern is a NaN, which in this program means a masked cell.
#[inline]
#[must_use]
pub const fn is_nan(bits: u32) -> bool {
    (bits & 0x7fff_ffff) > 0x7f80_0000
}

/// Whether a bit pattern is one of the infinities.
#[inline]
#[must_use]
pub const fn is_infinite(bits: u32) -> bool {
    (bits & 0x7fff_ffff) == 0x7f80_0000
}

/// The key of a bit pattern.
#[inline]
#[must_use]
pub const fn of_bits(bits: u32) -> u32 {
    let plain = if bits == 0x8000_0000 { 0 } else { bits };
    plain ^ if plain >> 31 != 0 { 0xffff_ffff } else { 0x8000_0000 }
}

/// The bit pattern of a key: undoes [`of_bits`], but for −0.
#[inline]
#[must_use]
pub const fn to_bits(key: u32) -> u32 {
    if key >> 31 != 0 { key ^ 0x8000_0000 } else { !key }
}

/// The key of a value.
#[inline]
#[must_use]
pub const fn of_f32(value: f32) -> u32 {
    of_bits(value.to_bits())
}

/// The value of a key.
#[inline]
#[must_use]
pub const fn to_f32(key: u32) -> f32 {
    f32::from_bits(to_bits(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_the_order() {
        let values = [
            f32::NEG_INFINITY,
            f32::MIN,
            -1.5,
            -1.0,
            -f32::MIN_POSITIVE,
            -1e-45,
            0.0,
            1e-45,
            f32::MIN_POSITIVE,
            1.0,
            1.5,
            f32::MAX,
            f32::INFINITY,
        ];
        for pair in values.windows(2) {
            assert!(of_f32(pair[0]) < of_f32(pair[1]), "{} before {}", pair[0], pair[1]);
        }
        for value in values {
            assert_eq!(to_f32(of_f32(value)).to_bits(), value.to_bits(), "{value} comes back");
        }
        assert_eq!(of_f32(-0.0), of_f32(0.0), "the zeros are one value");
    }

    #[test]
    fn nan_and_infinity_are_told_by_their_bits() {
        for bits in [0x7fc0_0000, 0xffc0_0000, 0x7f80_0001, 0xffff_ffff] {
            assert!(is_nan(bits) && !is_infinite(bits), "{bits:#x} is a NaN");
        }
        for bits in [0x7f80_0000, 0xff80_0000] {
            assert!(is_infinite(bits) && !is_nan(bits), "{bits:#x} is an infinity");
        }
        assert!(!is_nan(f32::MAX.to_bits()) && !is_infinite(f32::MIN.to_bits()), "finite");
    }
}
