// Turns a plane into 8-bit indices: 0 for a masked cell, else 1 + the number of thresholds at or below the value.
// The twin of src/kernels/palette.rs; shaders/lib/key.wgsl stands in front.

struct Params {
    cells: u32,        // where the piece ends, in cells from the start of the plane
    plane_offset: u32, // vec4s in front of the plane
    first_quad: u32,   // where the piece begins, in vec4s from the start of the plane
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> planes: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> thresholds: array<u32, 256>; // sorted keys, the rest 0xffffffff
@group(0) @binding(3) var<storage, read_write> indices: array<u32>;

const WORKGROUP: u32 = 64u;

fn index_of(bits: u32) -> u32 {
    let key = key_of_bits(bits);
    var below = 0u;
    below += select(0u, 128u, thresholds[below + 127u] <= key);
    below += select(0u, 64u, thresholds[below + 63u] <= key);
    below += select(0u, 32u, thresholds[below + 31u] <= key);
    below += select(0u, 16u, thresholds[below + 15u] <= key);
    below += select(0u, 8u, thresholds[below + 7u] <= key);
    below += select(0u, 4u, thresholds[below + 3u] <= key);
    below += select(0u, 2u, thresholds[below + 1u] <= key);
    below += select(0u, 1u, thresholds[below] <= key);
    return select(below + 1u, 0u, key_is_nan(bits));
}

@compute @workgroup_size(64)
fn palette(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let quad = params.first_quad + (group.y * groups.x + group.x) * WORKGROUP + local;
    if (quad * 4u >= params.cells) {
        return;
    }
    let values = planes[params.plane_offset + quad];
    let low = index_of(values.x) | (index_of(values.y) << 8u);
    let high = index_of(values.z) | (index_of(values.w) << 8u);
    indices[quad] = low | (high << 16u);
}
