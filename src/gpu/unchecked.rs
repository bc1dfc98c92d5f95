//! The two calls of wgpu that are safe only by what we know of our own shaders and files; all else in this crate is safe code.

#![expect(unsafe_code, reason = "two calls whose conditions are kept by construction, as said at each")]

/// A shader module, without the counters by which wgpu bounds loops if it is known that they `end`; memory accesses are checked always.
pub(super) fn module(
    device: &wgpu::Device,
    descriptor: wgpu::ShaderModuleDescriptor<'_>,
    ends: bool,
) -> wgpu::ShaderModule {
    if !ends {
        return device.create_shader_module(descriptor);
    }
    let checks = wgpu::ShaderRuntimeChecks { force_loop_bounding: false, ..wgpu::ShaderRuntimeChecks::checked() };
    // SAFETY: the one check that is left out asks that no loop runs forever. Only this crate can say `ends`, and does so of two
    // kinds of text: shaders/*.wgsl, and what program/emit.rs writes, which has no loops. The loops of shaders count lanes or vec4s
    // from 0 to a constant, take at least 1 off a number of steps, which nothing else changes, until it is 0 (m_remainder_bits), or
    // count an exponent down to 1 (m_remainder_bits in f64). `every_loop_is_known` in tests/it/shaders.rs holds the texts to this list.
    unsafe { device.create_shader_module_trusted(descriptor, checks) }
}

/// A cache of compiled pipelines that begins with what another one gave, or empty.
pub(super) fn pipeline_cache(device: &wgpu::Device, data: Option<&[u8]>) -> wgpu::PipelineCache {
    let descriptor = wgpu::PipelineCacheDescriptor { label: Some("gradgrid"), data, fallback: true };
    // SAFETY: the data must come from `PipelineCache::get_data`. It is read from a file of the user's own that gpu/cache.rs wrote with
    // it, under a name that has the key of the adapter, and whose length and checksum are right; wgpu itself compares adapter and
    // driver, and takes nothing of another. Who can forge that file can replace the program as well.
    unsafe { device.create_pipeline_cache(&descriptor) }
}
