//! Compiles kernels, records batches of dispatches and copies, and submits them with an optional kernel time.

use std::ops::Range;
use std::sync::mpsc;

use super::clock::Clock;
use super::{Gpu, GpuError, Staging, Storage, unchecked};
use crate::kernels::{Access, Kernel};

/// The stack of the thread that compiles: naga recurses over the text, and deep formulas overflow an ordinary one.
const COMPILE_STACK: usize = 64 << 20;

/// A kernel made ready to run.
#[derive(Debug)]
pub struct Pipeline {
    kernel: Kernel,
    pipeline: wgpu::ComputePipeline,
    layout: wgpu::BindGroupLayout,
    /// Where the parameters lie; without a buffer they are immediate data.
    params: Option<wgpu::Buffer>,
}

impl Gpu {
    /// Compiles a kernel, in a thread of its own with a large stack.
    ///
    /// # Errors
    /// When the text does not compile, or not within the deadline. A compilation that runs out of time goes on in
    /// its thread until it is done; nothing can stop it.
    pub fn compile(&self, kernel: &Kernel) -> Result<Pipeline, GpuError> {
        let name = kernel.name.to_owned();
        if kernel.workgroup > self.limits().workgroup {
            let message = format!(
                "{} invocations per workgroup, the device allows {}",
                kernel.workgroup,
                self.limits().workgroup
            );
            return Err(GpuError::Compile { kernel: name, message });
        }
        let (sender, receiver) = mpsc::sync_channel(1);
        let (gpu, kernel) = (self.clone(), kernel.clone());
        let thread = std::thread::Builder::new().name(format!("compile {name}")).stack_size(COMPILE_STACK);
        let spawned = thread.spawn(move || {
            // After the deadline nobody listens any more.
            let _ = sender.send(gpu.compile_here(kernel));
        });
        if let Err(error) = spawned {
            return Err(GpuError::Compile { kernel: name, message: format!("no thread to compile in: {error}") });
        }
        match receiver.recv_timeout(self.compile_deadline) {
            Ok(compiled) => compiled,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                Err(GpuError::CompileTimeout { kernel: name, seconds: self.compile_deadline.as_secs() })
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                Err(GpuError::Compile { kernel: name, message: "the compiler gave up".into() })
            }
        }
    }

    fn compile_here(&self, kernel: Kernel) -> Result<Pipeline, GpuError> {
        let label = Some(kernel.name);
        let immediate = kernel.wgsl_with_immediates().filter(|_| kernel.params_size <= self.immediates);
        let immediate_size =
            if immediate.is_some() { u32::try_from(kernel.params_size).unwrap_or(u32::MAX) } else { 0 };
        let by_buffer = immediate.is_none();
        let wgsl = immediate.unwrap_or_else(|| kernel.wgsl());
        let bound = (0..).zip(kernel.bindings).filter(|(_, b)| by_buffer || b.access != Access::Uniform);
        let entries: Vec<_> = bound.map(|(binding, b)| layout_entry(binding, b.access)).collect();
        let params_size = kernel.params_size as u64;
        let compiled = self.scoped(kernel.name, 0, || {
            let source = wgpu::ShaderSource::Wgsl(wgsl.into());
            let descriptor = wgpu::ShaderModuleDescriptor { label, source };
            let module = unchecked::module(&self.device, descriptor, kernel.ends);
            let layout =
                self.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label, entries: &entries });
            let pipeline_layout = self.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label,
                bind_group_layouts: &[Some(&layout)],
                immediate_size,
            });
            let pipeline = self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label,
                layout: Some(&pipeline_layout),
                module: &module,
                entry_point: label,
                compilation_options: wgpu::PipelineCompilationOptions {
                    zero_initialize_workgroup_memory: false,
                    ..Default::default()
                },
                cache: self.cache.as_ref().map(|cache| &cache.cache),
            });
            let params = by_buffer.then(|| {
                self.device.create_buffer(&wgpu::BufferDescriptor {
                    label,
                    size: params_size.next_multiple_of(16),
                    usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
                    mapped_at_creation: false,
                })
            });
            (pipeline, layout, params)
        });
        if let Some(cache) = &self.cache {
            cache.keep();
        }
        match compiled {
            Ok((pipeline, layout, params)) => Ok(Pipeline { kernel, pipeline, layout, params }),
            Err(GpuError::Refused { message, .. }) => Err(GpuError::Compile { kernel: kernel.name.into(), message }),
            Err(other) => Err(other),
        }
    }

    /// Submits a batch. Its results can be read after [`Gpu::wait`].
    ///
    /// # Errors
    /// When the device refuses the batch or is lost.
    pub fn submit(&self, batch: Batch<'_>) -> Result<Ticket, GpuError> {
        if let Some(problem) = batch.problem {
            return Err(problem);
        }
        self.scoped("a submission", 0, || {
            let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: None });
            for storage in &batch.clears {
                encoder.clear_buffer(&storage.buffer, 0, None);
            }
            for dispatch in &batch.dispatches {
                if let Some(params) = &dispatch.pipeline.params {
                    self.queue.write_buffer(params, 0, &dispatch.params);
                }
            }
            if !batch.dispatches.is_empty() {
                let timestamp_writes = batch.clock.as_deref().and_then(Clock::writes);
                let mut pass =
                    encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: None, timestamp_writes });
                for dispatch in &batch.dispatches {
                    let [x, y] = fold(dispatch.groups, self.limits().groups);
                    pass.set_pipeline(&dispatch.pipeline.pipeline);
                    pass.set_bind_group(0, &self.bind(dispatch), &[]);
                    if dispatch.pipeline.params.is_none() {
                        pass.set_immediates(0, &dispatch.params);
                    }
                    pass.dispatch_workgroups(x, y, 1);
                }
                drop(pass);
                if let Some(clock) = batch.clock {
                    clock.record(&mut encoder, batch.read_clock);
                }
            }
            for (from, bytes, to) in batch.copies {
                to.record(&mut encoder, from, bytes);
            }
            self.queue.submit([encoder.finish()])
        })
        .map(|submission| Ticket { submission })
    }

    fn bind(&self, dispatch: &Dispatch<'_>) -> wgpu::BindGroup {
        let entries: Vec<_> = dispatch
            .buffers
            .iter()
            .map(|&(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        let layout = &dispatch.pipeline.layout;
        self.device.create_bind_group(&wgpu::BindGroupDescriptor { label: None, layout, entries: &entries })
    }

    /// Waits until a submission is done.
    ///
    /// # Errors
    /// When the device does not finish in time or is lost.
    pub fn wait(&self, ticket: &Ticket) -> Result<(), GpuError> {
        self.poll(&ticket.submission)
    }
}

/// A submission to wait for.
#[derive(Debug, Clone)]
pub struct Ticket {
    submission: wgpu::SubmissionIndex,
}

/// One dispatch of a batch.
#[derive(Debug)]
struct Dispatch<'a> {
    pipeline: &'a Pipeline,
    params: Vec<u8>,
    buffers: Vec<(u32, &'a wgpu::Buffer)>,
    groups: u64,
}

/// Work that is submitted as one: first the clears, then the dispatches in order, then the copies.
#[derive(Debug, Default)]
pub struct Batch<'a> {
    clears: Vec<&'a Storage>,
    dispatches: Vec<Dispatch<'a>>,
    copies: Vec<(&'a Storage, Range<u64>, &'a mut Staging)>,
    clock: Option<&'a mut Clock>,
    read_clock: bool,
    problem: Option<GpuError>,
}

impl<'a> Batch<'a> {
    /// Nothing to do yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn refuse(&mut self, what: &str, message: String) {
        self.problem.get_or_insert(GpuError::Refused { what: what.into(), message });
    }

    /// Fills a buffer with zeros before everything else.
    pub fn clear(&mut self, storage: &'a Storage) {
        self.clears.push(storage);
    }

    /// Runs a kernel with its uniform block and its buffers by name, in at least so many invocations. A pipeline
    /// runs once in a batch, because it has one uniform block. A mistake shows when the batch is submitted.
    pub fn dispatch(
        &mut self,
        pipeline: &'a Pipeline,
        params: &[u8],
        buffers: &[(&str, &'a Storage)],
        invocations: u64,
    ) {
        let kernel = &pipeline.kernel;
        if params.len() != kernel.params_size {
            return self.refuse(kernel.name, format!("{} bytes of params, not {}", params.len(), kernel.params_size));
        }
        if self.dispatches.iter().any(|d| std::ptr::eq(d.pipeline, pipeline)) {
            return self.refuse(kernel.name, "twice in a batch".into());
        }
        let mut bound = Vec::with_capacity(kernel.bindings.len());
        for (number, binding) in (0..).zip(kernel.bindings) {
            if binding.access == Access::Uniform && pipeline.params.is_none() {
                continue;
            }
            let named = || buffers.iter().find(|(name, _)| *name == binding.name).map(|(_, storage)| &storage.buffer);
            let buffer = if binding.access == Access::Uniform { pipeline.params.as_ref() } else { named() };
            let Some(buffer) = buffer else {
                return self.refuse(kernel.name, format!("nothing is bound to {}", binding.name));
            };
            bound.push((number, buffer));
        }
        let groups = invocations.div_ceil(u64::from(kernel.workgroup));
        if groups > 0 {
            self.dispatches.push(Dispatch { pipeline, params: params.to_vec(), buffers: bound, groups });
        }
    }

    /// Copies bytes of a buffer (offset and length multiples of four) to staging memory after everything else.
    pub fn read(&mut self, from: &'a Storage, bytes: Range<u64>, to: &'a mut Staging) {
        let len = bytes.end.saturating_sub(bytes.start);
        if len == 0 || !len.is_multiple_of(4) || bytes.end > from.size() || len > to.size() {
            return self.refuse("a copy", format!("{bytes:?} of {} bytes into {}", from.size(), to.size()));
        }
        if !to.is_free() {
            return self.refuse("a copy", "its staging memory has not been read yet".into());
        }
        self.copies.push((from, bytes, to));
    }

    /// Measures the time of the dispatches, if the device can. With `read`, all times since the last reading are there after
    /// the wait.
    pub fn time(&mut self, clock: &'a mut Clock, read: bool) {
        (self.clock, self.read_clock) = (Some(clock), read);
    }
}

fn layout_entry(binding: u32, access: Access) -> wgpu::BindGroupLayoutEntry {
    let ty = match access {
        Access::Uniform => wgpu::BufferBindingType::Uniform,
        Access::Read => wgpu::BufferBindingType::Storage { read_only: true },
        Access::ReadWrite => wgpu::BufferBindingType::Storage { read_only: false },
    };
    let ty = wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None };
    wgpu::BindGroupLayoutEntry { binding, visibility: wgpu::ShaderStages::COMPUTE, ty, count: None }
}

/// Folds a one-dimensional dispatch into x and y, with the least waste: at most `y − 1` groups too many.
fn fold(groups: u64, limit: u32) -> [u32; 2] {
    let y = groups.div_ceil(u64::from(limit.max(1))).max(1);
    let narrow = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    [narrow(groups.div_ceil(y)), narrow(y)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::Choice;
    use crate::kernels::Binding;
    use std::time::Duration;

    #[test]
    fn folding_covers_every_group_and_little_more() {
        for groups in [0, 1, 2, 65_535, 65_536, 65_537, 131_071, 4_294_836_225] {
            let [x, y] = fold(groups, 65_535);
            let covered = u64::from(x) * u64::from(y);
            assert!(x <= 65_535 && y <= 65_535, "{groups}: {x} x {y}");
            assert!(covered >= groups && covered - groups < u64::from(y), "{groups}: {x} x {y}");
        }
    }

    fn kernel(body: &str) -> Kernel {
        let text = format!(
            "struct Params {{ cells: u32 }}\n@group(0) @binding(0) var<uniform> params: Params;\n\
             @group(0) @binding(1) var<storage, read_write> data: array<u32>;\n\
             @compute @workgroup_size(64) fn test(@builtin(workgroup_id) group: vec3<u32>, \
             @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {{ \
             let i = (group.y * groups.x + group.x) * 64u + local; if (i < params.cells) {{ {body} }} }}"
        );
        let bindings = const { &[Binding::uniform("params"), Binding::read_write("data")] };
        Kernel::new("test", vec![text.into()], bindings, 64, 4)
    }

    #[test]
    #[ignore = "needs a GPU adapter; tests/run runs it"]
    fn a_folded_dispatch_reaches_every_element_once() {
        let gpu = Gpu::open(Choice::Any).expect("an adapter");
        let pipeline = gpu.compile(&kernel("data[i] += i ^ 0x5bd1e995u;")).expect("compiles");
        // More than 65 535 groups of 64, and not a multiple of anything.
        let cells = 65_535_u32 * 64 + 1;
        let bytes = u64::from(cells) * 4;
        let data = Storage::new(&gpu, "data", bytes).expect("16 MiB");
        let mut staging = Staging::new(&gpu, "data", bytes).expect("16 MiB");
        let mut clock = Clock::new(&gpu).expect("a clock");
        let mut batch = Batch::new();
        batch.clear(&data);
        batch.dispatch(&pipeline, &cells.to_ne_bytes(), &[("data", &data)], u64::from(cells));
        batch.read(&data, 0..bytes, &mut staging);
        batch.time(&mut clock, true);
        let ticket = gpu.submit(batch).expect("submitted");
        gpu.wait(&ticket).expect("done");
        let wrong = staging.read(|bytes| {
            let words = bytes.chunks_exact(4).map(bytemuck::pod_read_unaligned::<u32>);
            (0..).zip(words).position(|(i, word): (u32, u32)| word != i ^ 0x5bd1_e995)
        });
        assert_eq!(wrong, Ok(None), "the first wrong element");
        assert_eq!(
            clock.elapsed().map(|times| times.len()),
            gpu.info().timestamps.then_some(1),
            "a time where the device has a clock"
        );
    }

    #[test]
    #[ignore = "needs a GPU adapter; tests/run runs it"]
    fn mistakes_are_errors() {
        let gpu = Gpu::open(Choice::Any).expect("an adapter");
        let error = gpu.compile(&kernel("data[i] = 1.5;")).map(|_| ()).expect_err("a float into a u32");
        assert!(matches!(&error, GpuError::Compile { message, .. } if message.contains("test")), "{error}");
        let mut wide = kernel("data[i] = 1u;");
        wide.workgroup = 1 << 20;
        assert!(matches!(gpu.compile(&wide), Err(GpuError::Compile { .. })), "too large a workgroup");
        let pipeline = gpu.compile(&kernel("data[i] = 1u;")).expect("compiles");
        let data = Storage::new(&gpu, "data", 4).expect("small");
        let mut batch = Batch::new();
        batch.dispatch(&pipeline, &[0; 4], &[("other", &data)], 1);
        assert!(gpu.submit(batch).is_err_and(|e| e.to_string().contains("nothing is bound to data")), "a name");
        let mut batch = Batch::new();
        batch.dispatch(&pipeline, &[0; 8], &[("data", &data)], 1);
        assert!(gpu.submit(batch).is_err_and(|e| e.to_string().contains("8 bytes")), "the size of params");
        let mut batch = Batch::new();
        batch.dispatch(&pipeline, &[0; 4], &[("data", &data)], 1);
        batch.dispatch(&pipeline, &[0; 4], &[("data", &data)], 1);
        assert!(gpu.submit(batch).is_err_and(|e| e.to_string().contains("twice")), "the same pipeline again");
        assert_eq!(gpu.health(), Ok(()), "no error escaped");
    }

    #[test]
    #[ignore = "needs a GPU adapter; tests/run runs it"]
    fn a_slow_dispatch_times_out_and_can_be_awaited() {
        let mut gpu = Gpu::open(Choice::Any).expect("an adapter");
        let slow = "var x = i; for (var n = 0u; n < 5000u; n++) { x = x * 1664525u + (x >> 7u); } data[i] = x;";
        let pipeline = gpu.compile(&kernel(slow)).expect("compiles");
        let cells = 1_u32 << 20;
        let data = Storage::new(&gpu, "data", u64::from(cells) * 4).expect("4 MiB");
        let mut batch = Batch::new();
        batch.dispatch(&pipeline, &cells.to_ne_bytes(), &[("data", &data)], u64::from(cells));
        gpu.set_timeout(Duration::from_micros(1));
        let ticket = gpu.submit(batch).expect("submitted");
        let timeout = gpu.wait(&ticket);
        assert!(matches!(timeout, Err(GpuError::Timeout { .. })), "{timeout:?}");
        gpu.set_timeout(Duration::from_secs(120));
        assert_eq!(gpu.wait(&ticket), Ok(()), "it was slow, not hung");
    }

    #[test]
    #[ignore = "needs a GPU adapter; tests/run runs it"]
    fn a_deep_shader_needs_the_large_stack() {
        let gpu = Gpu::open(Choice::Any).expect("an adapter");
        let sum = vec!["data[i]"; 10_000].join(" + ");
        let compiled = gpu.compile(&kernel(&format!("data[i] = {sum};")));
        assert!(compiled.is_ok(), "{compiled:?}");
    }
}
