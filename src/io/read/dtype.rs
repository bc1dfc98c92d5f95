//! The types of stored numbers, and how their bytes become `f32` and `f64`.
//!
//! Integers of up to 53 bits are exact in `f64`, those of up to 24 bits in `f32`; wider ones are rounded once, to nearest, ties to
//! even. `f64` stays as it is on the `f64` path and is rounded once on the `f32` path, where values beyond its range become
//! infinite. Infinities stay. A NaN of any kind, and a number equal to the file's nodata value *in the stored type*, become
//! the quiet NaN `0x7fc00000`.

use half::f16;

/// A type of stored number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dtype {
    /// One byte; anything but zero is one.
    Bool,
    /// Signed, 8 bits.
    I8,
    /// Unsigned, 8 bits.
    U8,
    /// Signed, 16 bits.
    I16,
    /// Unsigned, 16 bits.
    U16,
    /// Signed, 32 bits.
    I32,
    /// Unsigned, 32 bits.
    U32,
    /// Signed, 64 bits.
    I64,
    /// Unsigned, 64 bits.
    U64,
    /// IEEE 754 half precision.
    F16,
    /// IEEE 754 single precision.
    F32,
    /// IEEE 754 double precision.
    F64,
}

impl Dtype {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Bool,
        Self::I8,
        Self::U8,
        Self::I16,
        Self::U16,
        Self::I32,
        Self::U32,
        Self::I64,
        Self::U64,
        Self::F16,
        Self::F32,
        Self::F64,
    ];

    /// Bytes of one number.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::Bool | Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 | Self::F16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    /// The name, as NumPy has it without the byte order.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "b1",
            Self::I8 => "i1",
            Self::U8 => "u1",
            Self::I16 => "i2",
            Self::U16 => "u2",
            Self::I32 => "i4",
            Self::U32 => "u4",
            Self::I64 => "i8",
            Self::U64 => "u8",
            Self::F16 => "f2",
            Self::F32 => "f4",
            Self::F64 => "f8",
        }
    }

    /// The type of that name: NumPy's (`f4`) or the long one (`float32`).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let short = match name {
            "bool" => "b1",
            "int8" => "i1",
            "uint8" => "u1",
            "int16" => "i2",
            "uint16" => "u2",
            "int32" => "i4",
            "uint32" => "u4",
            "int64" => "i8",
            "uint64" => "u8",
            "float16" => "f2",
            "float32" => "f4",
            "float64" => "f8",
            short => short,
        };
        Self::ALL.into_iter().find(|dtype| dtype.name() == short)
    }

    /// The number in its little-endian bytes, as many as [`size`](Self::size) says.
    #[must_use]
    pub fn number(self, bytes: &[u8]) -> f64 {
        fn of<S: Stored>(bytes: &[u8]) -> f64 {
            S::read(bytes, false).to_f64()
        }
        match self {
            Self::Bool => of::<bool>(bytes),
            Self::I8 => of::<i8>(bytes),
            Self::U8 => of::<u8>(bytes),
            Self::I16 => of::<i16>(bytes),
            Self::U16 => of::<u16>(bytes),
            Self::I32 => of::<i32>(bytes),
            Self::U32 => of::<u32>(bytes),
            Self::I64 => of::<i64>(bytes),
            Self::U64 => of::<u64>(bytes),
            Self::F16 => of::<f16>(bytes),
            Self::F32 => of::<f32>(bytes),
            Self::F64 => of::<f64>(bytes),
        }
    }

    /// Whether every value of the type is a value of `f32`.
    #[must_use]
    pub fn fits_f32(self) -> bool {
        matches!(self, Self::Bool | Self::I8 | Self::U8 | Self::I16 | Self::U16 | Self::F16 | Self::F32)
    }

    /// The largest value of an unsigned integer type, by which pictures are scaled to 0…1.
    #[must_use]
    pub fn white(self) -> Option<f64> {
        match self {
            Self::U8 => Some(f64::from(u8::MAX)),
            Self::U16 => Some(f64::from(u16::MAX)),
            Self::U32 => Some(f64::from(u32::MAX)),
            _ => None,
        }
    }
}

/// What numbers are turned into: `f32` or `f64`.
pub(crate) trait Number: Copy + Send + Sync + Default + 'static {
    /// The quiet NaN of a masked cell.
    const MASKED: Self;
    fn from_f64(value: f64) -> Self;
    fn is_nan(self) -> bool;
    fn from_stored<S: Stored>(value: S) -> Self;
    /// The stored bytes themselves, where the file holds this very type in this machine's byte order.
    fn bytes_of(values: &mut [Self], dtype: Dtype, big_endian: bool) -> Option<&mut [u8]>;
}

impl Number for f32 {
    const MASKED: Self = Self::from_bits(0x7fc0_0000);

    #[expect(clippy::cast_possible_truncation, reason = "the one rounding to single precision")]
    fn from_f64(value: f64) -> Self {
        value as Self
    }

    fn is_nan(self) -> bool {
        self.is_nan()
    }

    fn from_stored<S: Stored>(value: S) -> Self {
        value.to_f32()
    }

    fn bytes_of(values: &mut [Self], dtype: Dtype, big_endian: bool) -> Option<&mut [u8]> {
        (dtype == Dtype::F32 && big_endian == cfg!(target_endian = "big")).then(|| bytemuck::cast_slice_mut(values))
    }
}

impl Number for f64 {
    const MASKED: Self = Self::from_bits(0x7ff8_0000_0000_0000);

    fn from_f64(value: f64) -> Self {
        value
    }

    fn is_nan(self) -> bool {
        self.is_nan()
    }

    fn from_stored<S: Stored>(value: S) -> Self {
        value.to_f64()
    }

    fn bytes_of(values: &mut [Self], dtype: Dtype, big_endian: bool) -> Option<&mut [u8]> {
        (dtype == Dtype::F64 && big_endian == cfg!(target_endian = "big")).then(|| bytemuck::cast_slice_mut(values))
    }
}

/// A stored number of some type.
pub(crate) trait Stored: Copy + PartialEq {
    fn read(bytes: &[u8], big_endian: bool) -> Self;
    fn to_f32(self) -> f32;
    fn to_f64(self) -> f64;
    /// The stored number that stands for this value, if there is one.
    fn from_f64(value: f64) -> Option<Self>;
}

macro_rules! stored_integer {
    ($($name:ident)*) => {$(
        impl Stored for $name {
            fn read(bytes: &[u8], big_endian: bool) -> Self {
                let mut array = [0; size_of::<Self>()];
                array.copy_from_slice(bytes);
                if big_endian { Self::from_be_bytes(array) } else { Self::from_le_bytes(array) }
            }

            #[expect(clippy::allow_attributes, reason = "the lints differ by type")]
            #[allow(clippy::cast_lossless, reason = "one rule for all integers, exact or rounded once")]
            fn to_f32(self) -> f32 {
                self as f32
            }

            #[expect(clippy::allow_attributes, reason = "the lints differ by type")]
            #[allow(clippy::cast_lossless, reason = "one rule for all integers, exact or rounded once")]
            fn to_f64(self) -> f64 {
                self as f64
            }

            #[expect(clippy::allow_attributes, reason = "the lints differ by type")]
            #[allow(clippy::cast_lossless, clippy::cast_possible_truncation, clippy::cast_sign_loss,
                reason = "the cast saturates, and the way back tells")]
            fn from_f64(value: f64) -> Option<Self> {
                let stored = value as Self;
                (stored as f64 == value).then_some(stored)
            }
        }
    )*};
}

stored_integer!(i8 u8 i16 u16 i32 u32 i64 u64);

impl Stored for bool {
    fn read(bytes: &[u8], _big_endian: bool) -> Self {
        bytes[0] != 0
    }

    fn to_f32(self) -> f32 {
        f32::from(u8::from(self))
    }

    fn to_f64(self) -> f64 {
        f64::from(u8::from(self))
    }

    fn from_f64(value: f64) -> Option<Self> {
        [false, true].into_iter().find(|stored| stored.to_f64() == value)
    }
}

macro_rules! stored_float {
    ($name:ty, $to_f32:expr, $to_f64:expr, $from_f64:expr) => {
        impl Stored for $name {
            fn read(bytes: &[u8], big_endian: bool) -> Self {
                let mut array = [0; size_of::<Self>()];
                array.copy_from_slice(bytes);
                if big_endian { Self::from_be_bytes(array) } else { Self::from_le_bytes(array) }
            }

            fn to_f32(self) -> f32 {
                // Any NaN is the masked cell's.
                if self.is_nan() { <f32 as Number>::MASKED } else { $to_f32(self) }
            }

            fn to_f64(self) -> f64 {
                if self.is_nan() { <f64 as Number>::MASKED } else { $to_f64(self) }
            }

            fn from_f64(value: f64) -> Option<Self> {
                // Nodata is written as a decimal of the stored type, or of a wider one.
                let stored: Self = $from_f64(value);
                (stored.is_finite() == value.is_finite()).then_some(stored)
            }
        }
    };
}

stored_float!(f16, Self::to_f32, Self::to_f64, Self::from_f64);
stored_float!(f32, |v| v, f64::from, <f32 as Number>::from_f64);
stored_float!(f64, <f32 as Number>::from_f64, |v| v, |v| v);

/// Decodes numbers that lie `stride` bytes apart, the first at the start of `bytes`.
pub(crate) fn decode<T: Number>(
    bytes: &[u8],
    dtype: Dtype,
    big_endian: bool,
    stride: usize,
    nodata: Option<f64>,
    out: &mut [T],
) {
    let run = Run { bytes, big_endian, stride, nodata };
    match dtype {
        Dtype::Bool => run.decode::<bool, T, 1>(out),
        Dtype::I8 => run.decode::<i8, T, 1>(out),
        Dtype::U8 => run.decode::<u8, T, 1>(out),
        Dtype::I16 => run.decode::<i16, T, 2>(out),
        Dtype::U16 => run.decode::<u16, T, 2>(out),
        Dtype::I32 => run.decode::<i32, T, 4>(out),
        Dtype::U32 => run.decode::<u32, T, 4>(out),
        Dtype::I64 => run.decode::<i64, T, 8>(out),
        Dtype::U64 => run.decode::<u64, T, 8>(out),
        Dtype::F16 => run.decode::<f16, T, 2>(out),
        Dtype::F32 => run.decode::<f32, T, 4>(out),
        Dtype::F64 => run.decode::<f64, T, 8>(out),
    }
}

/// Masks what equals the nodata value, and makes every NaN the same, among numbers that are already of the stored type.
pub(crate) fn mask_in_place<T: Number + Stored>(values: &mut [T], nodata: Option<f64>) {
    let nodata = nodata.and_then(<T as Stored>::from_f64);
    for value in values {
        if value.is_nan() || Some(*value) == nodata {
            *value = T::MASKED;
        }
    }
}

struct Run<'a> {
    bytes: &'a [u8],
    big_endian: bool,
    stride: usize,
    nodata: Option<f64>,
}

impl Run<'_> {
    fn decode<S: Stored, T: Number, const SIZE: usize>(&self, out: &mut [T]) {
        // Constant arguments here make four plain loops of one.
        match (self.big_endian, self.stride == SIZE) {
            (false, true) => self.decode_as::<S, T, SIZE>(false, SIZE, out),
            (true, true) => self.decode_as::<S, T, SIZE>(true, SIZE, out),
            (false, false) => self.decode_as::<S, T, SIZE>(false, self.stride, out),
            (true, false) => self.decode_as::<S, T, SIZE>(true, self.stride, out),
        }
    }

    #[inline(always)]
    fn decode_as<S: Stored, T: Number, const SIZE: usize>(&self, big_endian: bool, stride: usize, out: &mut [T]) {
        let stored = self.bytes.chunks(stride).map(|chunk| S::read(&chunk[..SIZE], big_endian));
        match self.nodata.and_then(S::from_f64) {
            None => out.iter_mut().zip(stored).for_each(|(slot, value)| *slot = T::from_stored(value)),
            Some(nodata) => out
                .iter_mut()
                .zip(stored)
                .for_each(|(slot, value)| *slot = if value == nodata { T::MASKED } else { T::from_stored(value) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(bytes: &[u8], dtype: Dtype, big: bool, nodata: Option<f64>) -> (f32, f64) {
        let (mut single, mut double) = ([0.0_f32], [0.0_f64]);
        decode(bytes, dtype, big, dtype.size(), nodata, &mut single);
        decode(bytes, dtype, big, dtype.size(), nodata, &mut double);
        (single[0], double[0])
    }

    #[test]
    fn every_type_in_both_byte_orders() {
        macro_rules! check {
            ($($type:ty, $dtype:expr, $value:expr, $f32:expr, $f64:expr;)*) => {$(
                let value: $type = $value;
                assert_eq!(both(&value.to_le_bytes(), $dtype, false, None), ($f32, $f64), "{:?}, little", $dtype);
                assert_eq!(both(&value.to_be_bytes(), $dtype, true, None), ($f32, $f64), "{:?}, big", $dtype);
            )*};
        }
        check! {
            u8, Dtype::Bool, 7, 1.0, 1.0;
            i8, Dtype::I8, -128, -128.0, -128.0;
            u8, Dtype::U8, 200, 200.0, 200.0;
            i16, Dtype::I16, -30_000, -30_000.0, -30_000.0;
            u16, Dtype::U16, 65_535, 65_535.0, 65_535.0;
            i32, Dtype::I32, -16_777_217, -16_777_216.0, -16_777_217.0;
            u32, Dtype::U32, 4_294_967_295, 2_f32.powi(32), 4_294_967_295.0;
            i64, Dtype::I64, (1 << 53) + 1, 2_f32.powi(53), 2_f64.powi(53);
            u64, Dtype::U64, u64::MAX, 2_f32.powi(64), 2_f64.powi(64);
            f32, Dtype::F32, f32::NEG_INFINITY, f32::NEG_INFINITY, f64::NEG_INFINITY;
            f64, Dtype::F64, 1e300, f32::INFINITY, 1e300;
            f64, Dtype::F64, 0.1, 0.1, 0.1;
        }
        let half = f16::from_f32(-0.125);
        assert_eq!(both(&half.to_be_bytes(), Dtype::F16, true, None), (-0.125, -0.125), "half precision");
    }

    #[test]
    fn nodata_is_compared_in_the_stored_type() {
        let lowest = -3.402_823_466_385_288_6e38;
        assert!(both(&f32::MIN.to_le_bytes(), Dtype::F32, false, Some(lowest)).1.is_nan(), "a decimal of f32");
        assert!(both(&0.1_f32.to_le_bytes(), Dtype::F32, false, Some(0.1)).0.is_nan(), "0.1 of either type");
        assert_eq!(both(&[255], Dtype::U8, false, Some(-1.0)), (255.0, 255.0), "no u8 is -1");
        assert_eq!(both(&[0], Dtype::U8, false, Some(0.4)), (0.0, 0.0), "no u8 is 0.4");
        assert!(both(&(-9999_i16).to_le_bytes(), Dtype::I16, false, Some(-9999.0)).0.is_nan(), "-9999");
        assert_eq!(both(&f32::INFINITY.to_le_bytes(), Dtype::F32, false, Some(1e300)).0, f32::INFINITY, "not infinity");
        let odd = f32::from_bits(0xffc0_1234).to_le_bytes();
        assert_eq!(both(&odd, Dtype::F32, false, None).0.to_bits(), 0x7fc0_0000, "one NaN for all");
        assert_eq!(both(&odd, Dtype::F32, false, Some(f64::NAN)).0.to_bits(), 0x7fc0_0000, "nodata is NaN");
        let mut values = [1.0, f32::from_bits(0xffc0_1234), 3.0];
        mask_in_place(&mut values, Some(3.0));
        assert_eq!(values.map(f32::to_bits), [1.0_f32.to_bits(), 0x7fc0_0000, 0x7fc0_0000], "in place");
    }

    #[test]
    fn names_lead_back_to_their_types() {
        for dtype in Dtype::ALL {
            assert_eq!(Dtype::from_name(dtype.name()), Some(dtype), "{dtype:?}");
        }
        assert_eq!(Dtype::from_name("float32"), Some(Dtype::F32), "the long name");
        assert_eq!(Dtype::from_name("c8"), None, "complex");
    }
}
