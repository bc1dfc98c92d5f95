//! Where the time of a session on a device goes, summed over its bands.

use std::time::Duration;

/// The account of a session. Bands are in flight while others are waited for, so the parts may overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timing {
    /// Bands that were finished.
    pub bands: usize,
    /// Dispatches that they were cut into; each runs one or two kernels.
    pub dispatches: usize,
    /// How long the kernels ran by the clock of the device, copies not included; `None` where it has no clock.
    pub kernels: Option<Duration>,
    /// The processor: computing windows of long axes and handing them over.
    pub upload: Duration,
    /// The processor: recording dispatches and submitting them.
    pub submit: Duration,
    /// The processor: waiting for the device, its copies included.
    pub wait: Duration,
    /// The processor: taking results out of the memory that the device wrote.
    pub readback: Duration,
}

impl Timing {
    /// An account of a device with a clock or without.
    pub(super) fn new(clock: bool) -> Self {
        Self { kernels: clock.then_some(Duration::ZERO), ..Self::default() }
    }

    /// Adds kernels that ran so long.
    pub(super) fn add_kernels(&mut self, elapsed: Duration) {
        self.kernels = self.kernels.map(|sum| sum + elapsed);
    }
}
