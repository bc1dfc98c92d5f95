//! Lists the adapters of this machine, chooses one, and opens it with all the limits it offers.
//!
//! Primary interfaces (Vulkan, Metal, DX12) come first; OpenGL is asked only when they have nothing.
//! `GRADGRID_ADAPTER` (part of a name, case ignored) narrows the choice, `WGPU_BACKEND` the interfaces. The instance
//! lives as long as the process, because dropping it unloads drivers that may still run code at exit.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::cache::PipelineCache;
use super::{GpuError, presence};

/// The kinds of adapter, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdapterKind {
    /// A graphics card.
    Discrete,
    /// A GPU that shares the processor's memory.
    Integrated,
    /// A GPU lent to a virtual machine.
    Virtual,
    /// Not known.
    Other,
    /// The processor, acting as a GPU: for tests.
    Software,
}

impl fmt::Display for AdapterKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Discrete => "discrete GPU",
            Self::Integrated => "integrated GPU",
            Self::Virtual => "virtual GPU",
            Self::Other => "unknown device",
            Self::Software => "software",
        })
    }
}

/// The limits that matter to large grids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceLimits {
    /// Bytes of one storage binding.
    pub binding: u64,
    /// Bytes of one buffer.
    pub buffer: u64,
    /// Workgroups in one dimension of a dispatch.
    pub groups: u32,
    /// Invocations of one workgroup.
    pub workgroup: u32,
    /// Bytes that a uniform block may have.
    pub uniform: u64,
}

/// What is known about an adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdapterInfo {
    /// The name, as the driver gives it.
    pub name: String,
    /// PCI vendor number.
    pub vendor: u32,
    /// What it is.
    pub kind: AdapterKind,
    /// The interface: Vulkan, Metal, Dx12 or Gl.
    pub backend: String,
    /// The driver.
    pub driver: String,
    /// The driver's version.
    pub driver_info: String,
    /// Its limits.
    pub limits: DeviceLimits,
    /// Whether shaders may compute in 64-bit floats, and see their bits as 64-bit integers.
    pub f64: bool,
    /// Whether kernel times can be measured.
    pub timestamps: bool,
    /// Whether small parameters can travel without a buffer.
    pub immediates: bool,
}

impl AdapterInfo {
    /// Whether this is a software driver.
    #[must_use]
    pub fn is_software(&self) -> bool {
        self.kind == AdapterKind::Software
    }
}

/// Which adapter to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice<'a> {
    /// The best real GPU, never a software driver. Where no device file shows one (Linux), no driver is loaded to tell.
    #[default]
    Real,
    /// The best adapter, a software driver if there is nothing else.
    Any,
    /// The best whose name contains this, case ignored.
    Named(&'a str),
}

/// How long a compilation may take, unless [`Gpu::with_compile_deadline`] says otherwise.
const COMPILE_DEADLINE: Duration = Duration::from_secs(60);

/// The variable that narrows the choice to adapters with this in their name.
pub const ADAPTER_VARIABLE: &str = "GRADGRID_ADAPTER";

/// What double precision needs: the floats, and integers of their size to see their bits by.
const DOUBLE: wgpu::Features = wgpu::Features::SHADER_F64.union(wgpu::Features::SHADER_INT64);

/// An open device. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Gpu {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    info: Arc<AdapterInfo>,
    failure: Arc<Mutex<Option<GpuError>>>,
    pub(super) cache: Option<Arc<PipelineCache>>,
    /// Bytes of parameters that can travel without a buffer.
    pub(super) immediates: usize,
    pub(super) timeout: Duration,
    pub(super) compile_deadline: Duration,
}

/// The instance of the process.
fn instance() -> &'static wgpu::Instance {
    static INSTANCE: OnceLock<wgpu::Instance> = OnceLock::new();
    INSTANCE.get_or_init(|| wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle_from_env()))
}

/// The usable adapters, best first.
fn adapters() -> Vec<(wgpu::Adapter, AdapterInfo)> {
    let found = |backends| pollster::block_on(instance().enumerate_adapters(backends));
    let mut adapters = found(wgpu::Backends::PRIMARY);
    if adapters.is_empty() {
        adapters = found(wgpu::Backends::SECONDARY);
    }
    let mut usable: Vec<_> = adapters.into_iter().map(|a| (describe(&a), a)).map(|(info, a)| (a, info)).collect();
    usable.retain(|(adapter, info)| {
        let compute = wgpu::DownlevelFlags::COMPUTE_SHADERS;
        adapter.get_downlevel_capabilities().flags.contains(compute) && info.limits.workgroup >= 64
    });
    // A stable sort keeps the driver's order among equals.
    usable.sort_by_key(|(_, info)| info.kind);
    usable
}

/// What an adapter says about itself.
fn describe(adapter: &wgpu::Adapter) -> AdapterInfo {
    let info = adapter.get_info();
    let limits = adapter.limits();
    let features = adapter.features();
    let kind = match info.device_type {
        wgpu::DeviceType::DiscreteGpu => AdapterKind::Discrete,
        wgpu::DeviceType::IntegratedGpu => AdapterKind::Integrated,
        wgpu::DeviceType::VirtualGpu => AdapterKind::Virtual,
        wgpu::DeviceType::Cpu => AdapterKind::Software,
        wgpu::DeviceType::Other => AdapterKind::Other,
    };
    AdapterInfo {
        name: info.name,
        vendor: info.vendor,
        kind,
        backend: format!("{:?}", info.backend),
        driver: info.driver,
        driver_info: info.driver_info,
        limits: DeviceLimits {
            binding: limits.max_storage_buffer_binding_size,
            buffer: limits.max_buffer_size,
            groups: limits.max_compute_workgroups_per_dimension,
            workgroup: limits.max_compute_invocations_per_workgroup.min(limits.max_compute_workgroup_size_x),
            uniform: limits.max_uniform_buffer_binding_size,
        },
        f64: features.contains(DOUBLE),
        timestamps: features.contains(wgpu::Features::TIMESTAMP_QUERY),
        immediates: features.contains(wgpu::Features::IMMEDIATES),
    }
}

/// Whether an adapter is the one that is wanted; `filter` is part of a name.
fn fits(info: &AdapterInfo, choice: Choice<'_>, filter: Option<&str>) -> bool {
    let named = |part: &str| info.name.to_lowercase().contains(&part.to_lowercase());
    match choice {
        Choice::Real => !info.is_software() && filter.is_none_or(named),
        Choice::Any => filter.is_none_or(named),
        Choice::Named(part) => named(part),
    }
}

impl Gpu {
    /// The usable adapters of this machine, best first.
    #[must_use]
    pub fn adapters() -> Vec<AdapterInfo> {
        adapters().into_iter().map(|(_, info)| info).collect()
    }

    /// Opens the best adapter that fits; `GRADGRID_ADAPTER` narrows the choice unless a name is given.
    ///
    /// # Errors
    /// When no adapter fits, or the one that does refuses to open.
    pub fn open(choice: Choice<'_>) -> Result<Self, GpuError> {
        let filter = std::env::var(ADAPTER_VARIABLE).ok().filter(|part| !part.is_empty());
        // A machine without a GPU is spared the drivers: only a real one is asked for here.
        let mut all = if choice == Choice::Real && !presence::possible() { Vec::new() } else { adapters() };
        let Some(place) = all.iter().position(|(_, info)| fits(info, choice, filter.as_deref())) else {
            let wanted = match (choice, filter) {
                (Choice::Named(part), _) => format!("adapter with \"{part}\" in its name"),
                (Choice::Real, None) => "GPU".into(),
                (Choice::Real, Some(part)) => format!("GPU with \"{part}\" in its name ({ADAPTER_VARIABLE})"),
                (Choice::Any, None) => "adapter".into(),
                (Choice::Any, Some(part)) => format!("adapter with \"{part}\" in its name ({ADAPTER_VARIABLE})"),
            };
            let found = all.into_iter().map(|(_, info)| format!("{} ({})", info.name, info.kind)).collect();
            return Err(GpuError::NoAdapter { wanted, found });
        };
        let (adapter, info) = all.swap_remove(place);
        Self::with(&adapter, info)
    }

    fn with(adapter: &wgpu::Adapter, info: AdapterInfo) -> Result<Self, GpuError> {
        use wgpu::Features;
        let mut wanted = Features::TIMESTAMP_QUERY | Features::IMMEDIATES | Features::PIPELINE_CACHE;
        wanted.set(DOUBLE, info.f64);
        let request = adapter.request_device(&wgpu::DeviceDescriptor {
            label: Some("gradgrid"),
            required_features: adapter.features() & wanted,
            required_limits: adapter.limits(),
            ..Default::default()
        });
        let (device, queue) = pollster::block_on(request)
            .map_err(|e| GpuError::Open { adapter: info.name.clone(), message: e.to_string() })?;
        let failure = Arc::new(Mutex::new(None));
        let record = |failure: &Arc<Mutex<Option<GpuError>>>, error| {
            failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        };
        let uncaptured = Arc::clone(&failure);
        device.on_uncaptured_error(Arc::new(move |error| record(&uncaptured, classify(error, "a command", 0))));
        let lost = Arc::clone(&failure);
        device.set_device_lost_callback(move |reason, message| {
            // Dropping the device on purpose is no loss.
            if reason != wgpu::DeviceLostReason::Destroyed {
                record(&lost, GpuError::Lost { reason: message });
            }
        });
        // A software driver compiles at the first dispatch and computes slowly; neither is a hang.
        let timeout = Duration::from_secs(if info.is_software() { 300 } else { 30 });
        let cache = PipelineCache::open(&device, &adapter.get_info()).map(Arc::new);
        let bytes = usize::try_from(device.limits().max_immediate_size).unwrap_or(0);
        let immediates = if device.features().contains(Features::IMMEDIATES) { bytes } else { 0 };
        let (info, compile_deadline) = (Arc::new(info), COMPILE_DEADLINE);
        Ok(Self { device, queue, info, failure, cache, immediates, timeout, compile_deadline })
    }

    /// The adapter behind this device.
    #[must_use]
    pub fn info(&self) -> &AdapterInfo {
        &self.info
    }

    /// The limits of this device.
    #[must_use]
    pub fn limits(&self) -> DeviceLimits {
        self.info.limits
    }

    /// The same device, which gives a compilation up after so long.
    #[must_use]
    pub fn with_compile_deadline(&self, deadline: Duration) -> Self {
        Self { compile_deadline: deadline, ..self.clone() }
    }

    /// The same device, which takes the parameters of kernels by buffers only.
    #[must_use]
    pub fn without_immediates(&self) -> Self {
        Self { immediates: 0, ..self.clone() }
    }

    /// How long a submission may take before the device counts as hung.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    /// The first failure that was noticed outside of any call: a lost device, or an error no scope caught.
    ///
    /// # Errors
    /// That failure.
    pub fn health(&self) -> Result<(), GpuError> {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.clone().map_or(Ok(()), Err)
    }

    /// Runs device commands inside error scopes. `what` and `bytes` are for the message.
    pub(super) fn scoped<T>(&self, what: &str, bytes: u64, run: impl FnOnce() -> T) -> Result<T, GpuError> {
        use wgpu::ErrorFilter::{Internal, OutOfMemory, Validation};
        let scopes = [Validation, Internal, OutOfMemory].map(|filter| self.device.push_error_scope(filter));
        let done = run();
        // The innermost scope is popped first.
        let mut errors = scopes.into_iter().rev().map(|scope| pollster::block_on(scope.pop())).collect::<Vec<_>>();
        match errors.iter_mut().find_map(Option::take) {
            Some(error) => Err(classify(error, what, bytes)),
            None => self.health().map(|()| done),
        }
    }

    /// Waits for a submission. A device that does not answer is leaked: dropping it would block.
    pub(super) fn poll(&self, submission: &wgpu::SubmissionIndex) -> Result<(), GpuError> {
        let submission_index = Some(submission.clone());
        let wait = wgpu::PollType::Wait { submission_index, timeout: Some(self.timeout) };
        match self.device.poll(wait) {
            Ok(_) => self.health(),
            Err(wgpu::PollError::Timeout) => {
                self.health()?;
                std::mem::forget(self.clone());
                Err(GpuError::Timeout { seconds: self.timeout.as_secs() })
            }
            Err(other) => Err(GpuError::Refused { what: "a wait".into(), message: other.to_string() }),
        }
    }
}

/// Gives an error of wgpu its place among ours.
fn classify(error: wgpu::Error, what: &str, bytes: u64) -> GpuError {
    match error {
        wgpu::Error::OutOfMemory { .. } => GpuError::OutOfMemory { what: what.into(), bytes },
        wgpu::Error::Validation { description, .. } | wgpu::Error::Internal { description, .. } => {
            GpuError::Refused { what: what.into(), message: description }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(name: &str, kind: AdapterKind) -> AdapterInfo {
        AdapterInfo {
            name: name.into(),
            vendor: 0,
            kind,
            backend: "Vulkan".into(),
            driver: String::new(),
            driver_info: String::new(),
            limits: DeviceLimits { binding: 0, buffer: 0, groups: 0, workgroup: 0, uniform: 0 },
            f64: false,
            timestamps: false,
            immediates: false,
        }
    }

    #[test]
    fn a_software_driver_is_taken_only_when_asked_for() {
        let software = info("llvmpipe (LLVM 19)", AdapterKind::Software);
        let card = info("Radeon RX", AdapterKind::Discrete);
        assert!(!fits(&software, Choice::Real, None), "never unasked");
        assert!(!fits(&software, Choice::Real, Some("llvm")), "nor by narrowing the choice of real ones");
        assert!(fits(&software, Choice::Any, None), "any means any");
        assert!(fits(&software, Choice::Named("LLVMpipe"), Some("radeon")), "a name wins over the variable");
        assert!(fits(&card, Choice::Real, Some("radeon")), "case is ignored");
        assert!(!fits(&card, Choice::Any, Some("llvm")), "the variable narrows");
        assert!(AdapterKind::Discrete < AdapterKind::Software, "a real GPU comes first");
    }

    #[test]
    #[ignore = "needs a GPU adapter; tests/run runs it"]
    fn an_adapter_opens_and_refusals_are_errors() {
        let gpu = Gpu::open(Choice::Any).expect("an adapter");
        assert!(gpu.limits().binding >= 1 << 27, "a storage binding of 128 MiB is the least: {:?}", gpu.info());
        let refused = gpu.scoped("a buffer without a use", 4, || {
            let usage = wgpu::BufferUsages::empty();
            gpu.device.create_buffer(&wgpu::BufferDescriptor { label: None, size: 4, usage, mapped_at_creation: false })
        });
        assert!(matches!(refused, Err(GpuError::Refused { .. })), "{refused:?}");
        assert_eq!(gpu.health(), Ok(()), "a scoped error does no harm");
        gpu.device.destroy();
        let missing = Gpu::open(Choice::Named("no such adapter"));
        let message = missing.map(|_| ()).expect_err("there is no such adapter").to_string();
        assert!(message.contains("no such adapter") && message.contains(&gpu.info().name), "{message}");
    }

    #[test]
    #[ignore = "needs a GPU adapter; tests/run runs it"]
    fn an_uncaught_error_is_recorded() {
        let gpu = Gpu::open(Choice::Any).expect("an adapter");
        let usage = wgpu::BufferUsages::empty();
        let _ = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: 4,
            usage,
            mapped_at_creation: false,
        });
        assert!(matches!(gpu.health(), Err(GpuError::Refused { .. })), "{:?}", gpu.health());
    }
}
