//! The kernel on a device against its twin, over words without any sense.

use super::*;
use crate::gpu::Choice;
use crate::kernels::lic::tests::{Area, filter};

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn the_kernel_gives_the_bits_of_its_twin_however_it_is_cut() {
    let gpu = Gpu::open(Choice::Any).expect("an adapter");
    for (shape, length, seed) in [((130, 70), 6, 1), ((64, 9), 40, 2), ((1, 33), 3, 3), ((33, 1), 3, 4), ((1, 1), 5, 5)]
    {
        let filter = filter(length, 1.5);
        let area = Area::hostile(shape, length, seed);
        let want = area.bytes(&filter);
        let mut device = Device::new(&gpu, &filter).expect("compiles");
        for pace in [Pace::fixed(u32::MAX), Pace::fixed(3), Pace::default()] {
            device.pace = pace;
            let mut bytes = vec![0xaa; want.len()];
            let right = device.run(&area.words, area.params(&filter), &filter, &mut bytes);
            assert_eq!(right, Ok(true), "{shape:?}: the canaries live");
            assert_eq!(bytes, want, "{shape:?}, {length} cells each way");
        }
    }
    assert_eq!(gpu.health(), Ok(()), "no error escaped");
}

#[test]
fn a_wrong_byte_among_the_canaries_is_seen() {
    let (filter, area) = (filter(4, 1.0), Area::hostile((20, 9), 4, 7));
    let (params, mut bytes) = (area.params(&filter), area.bytes(&filter));
    assert!(agrees(&area.words, &params, &filter, &bytes), "the right ones");
    bytes[4 * 20 + 11] ^= 1;
    assert!(!agrees(&area.words, &params, &filter, &bytes), "a bit of one");
}
