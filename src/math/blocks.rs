//! sin, cos and tan over a block: the same bits as one by one, in a loop that vectorises while no argument is large.

use super::trig::{cos, cos_ordinary, is_ordinary, sin, sin_ordinary, tan, tan_ordinary};

/// Applies `fast` to the block if every argument allows it, else `general`.
#[inline(always)]
fn apply(x: &[f32], out: &mut [f32], fast: impl Fn(f32) -> f32, general: impl Fn(f32) -> f32) {
    let ordinary = x.iter().fold(true, |all, &v| all & is_ordinary(v));
    if ordinary {
        for (o, &v) in out.iter_mut().zip(x) {
            *o = fast(v);
        }
    } else {
        for (o, &v) in out.iter_mut().zip(x) {
            *o = general(v);
        }
    }
}

/// out = sin x, element by element, over the shorter of the two.
#[inline(always)]
pub fn sin_block(x: &[f32], out: &mut [f32]) {
    apply(x, out, sin_ordinary, sin);
}

/// out = cos x, element by element, over the shorter of the two.
#[inline(always)]
pub fn cos_block(x: &[f32], out: &mut [f32]) {
    apply(x, out, cos_ordinary, cos);
}

/// out = tan x, element by element, over the shorter of the two.
#[inline(always)]
pub fn tan_block(x: &[f32], out: &mut [f32]) {
    apply(x, out, tan_ordinary, tan);
}

#[cfg(test)]
mod tests {
    use super::super::check::Random;
    use super::*;

    /// Applies both forms to blocks with and without large angles and compares bits.
    fn assert_same_bits(name: &str, block: fn(&[f32], &mut [f32]), one: fn(f32) -> f32) {
        let mut random = Random(11);
        for large in [false, true] {
            let x: Vec<f32> = (0..1000).map(|_| random.nasty()).filter(|&v| large || is_ordinary(v)).collect();
            let mut out = vec![7.0; x.len()];
            block(&x, &mut out);
            for (&v, &o) in x.iter().zip(&out) {
                assert_eq!(o.to_bits(), one(v).to_bits(), "{name}({v:e}), block with large angles: {large}");
            }
        }
    }

    #[test]
    fn blocks_give_the_bits_of_the_single_functions() {
        assert_same_bits("sin", sin_block, sin);
        assert_same_bits("cos", cos_block, cos);
        assert_same_bits("tan", tan_block, tan);
    }
}
