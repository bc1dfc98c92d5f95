//! Runs kernels on a graphics device: the only files that speak wgpu.
//!
//! A kernel is data ([`crate::kernels::Kernel`]); nothing here knows one by name. The parts:
//! - `device`: which adapters there are, which one to take, opening it with all the limits it offers;
//! - `buffer`: storage that grows and is kept, and staging memory to read back through;
//! - `dispatch`: compiling a kernel, and recording a [`Batch`] of clears, dispatches and copies that is submitted as
//!   one;
//! - `clock`: the time of the kernels alone; `pace`: how much work a dispatch may hold, learnt from those times;
//! - `presence`: whether there can be a GPU at all.
//!
//! ```text
//! let pipeline = gpu.compile(&kernel)?;
//! let mut batch = Batch::new();
//! batch.dispatch(&pipeline, bytes_of(&params), &[("planes", &planes)], invocations);
//! batch.read(&planes, 0..bytes, &mut staging);
//! let ticket = gpu.submit(batch)?;
//! gpu.wait(&ticket)?;
//! staging.read(|bytes| …)?;
//! ```
//!
//! **Errors.** Every creation and every submission runs inside error scopes, every wait has a deadline, a lost device
//! is noticed by its callback, and what escapes all of that is recorded by a handler instead of ending the process.
//! So a failing device yields a [`GpuError`], never a panic.
//!
//! **Limits.** A shader that never ends cannot be stopped: the wait times out, and because dropping the device would
//! block for ever, its handle is leaked; the program should then end with `process::exit`.

mod buffer;
mod cache;
mod clock;
mod device;
mod dispatch;
mod pace;
mod presence;
mod unchecked;

pub use buffer::{Staging, Storage};
pub use clock::Clock;
pub use device::{ADAPTER_VARIABLE, AdapterInfo, AdapterKind, Choice, DeviceLimits, Gpu};
pub use dispatch::{Batch, Pipeline, Ticket};
pub use pace::{LONGEST, Pace};

/// What can go wrong on a device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GpuError {
    /// No adapter fits.
    #[error("no {wanted} was found{}", listed(.found))]
    NoAdapter {
        /// What was looked for.
        wanted: String,
        /// The names of the adapters that are there.
        found: Vec<String>,
    },
    /// The adapter refuses to open.
    #[error("the adapter {adapter} cannot be opened: {message}")]
    Open {
        /// Its name.
        adapter: String,
        /// What the driver says.
        message: String,
    },
    /// A shader does not compile.
    #[error("the kernel {kernel} does not compile: {message}")]
    Compile {
        /// The name of the kernel.
        kernel: String,
        /// What the compiler says.
        message: String,
    },
    /// A shader takes too long to compile.
    #[error("compiling the kernel {kernel} took more than {seconds} s; a smaller formula or another engine will do")]
    CompileTimeout {
        /// The name of the kernel.
        kernel: String,
        /// The deadline.
        seconds: u64,
    },
    /// A buffer would be larger than the device allows.
    #[error("{what} needs {bytes} bytes, the device allows {limit}; use smaller bands")]
    TooLarge {
        /// What the buffer is for.
        what: String,
        /// How much was asked for.
        bytes: u64,
        /// How much is allowed.
        limit: u64,
    },
    /// The device's memory is used up.
    #[error("out of memory on the device: {what} ({bytes} bytes)")]
    OutOfMemory {
        /// What the memory was for.
        what: String,
        /// How much was asked for; 0 when that is not known.
        bytes: u64,
    },
    /// The device does not answer.
    #[error("the device did not finish within {seconds} s")]
    Timeout {
        /// The deadline.
        seconds: u64,
    },
    /// The device is gone (reset, unplugged, driver crash).
    #[error("the device was lost: {reason}")]
    Lost {
        /// What the driver says.
        reason: String,
    },
    /// The device refuses a command: an error in this program.
    #[error("the device refuses {what}: {message}")]
    Refused {
        /// The command.
        what: String,
        /// What the validation says.
        message: String,
    },
}

/// The end of a sentence that lists adapters.
fn listed(names: &[String]) -> String {
    if names.is_empty() { "; there is no adapter at all".into() } else { format!("; there is {}", names.join(", ")) }
}
