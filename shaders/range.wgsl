// Counts masked and infinite cells of a plane, finds the smallest and largest finite value, and fills a histogram.
// The twin of src/kernels/range.rs; shaders/lib/key.wgsl stands in front.

struct Params {
    cells: u32,        // where the piece ends, in cells from the start of the plane
    plane_offset: u32, // vec4s in front of the plane
    first_quad: u32,   // where the piece begins, in vec4s from the start of the plane
    key_low: u32,      // key at which the first bin begins
    key_shift: u32,    // keys per bin, as a power of two
}

struct Stats {
    masked: atomic<u32>,
    infinite: atomic<u32>,
    key_min_inverted: atomic<u32>, // ~key, so that a buffer of zeros is the empty state
    key_max: atomic<u32>,
    histogram: array<atomic<u32>, 65536>,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> planes: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> stats: Stats;

const WORKGROUP: u32 = 64u;
const QUADS: u32 = 8u; // vec4s per invocation
const LAST_BIN: u32 = 65535u;

var<workgroup> group_masked: atomic<u32>;
var<workgroup> group_infinite: atomic<u32>;
var<workgroup> group_min_inverted: atomic<u32>;
var<workgroup> group_max: atomic<u32>;

@compute @workgroup_size(64)
fn range(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    if (local == 0u) {
        atomicStore(&group_masked, 0u);
        atomicStore(&group_infinite, 0u);
        atomicStore(&group_min_inverted, 0u);
        atomicStore(&group_max, 0u);
    }
    workgroupBarrier();
    let first_quad = params.first_quad + (group.y * groups.x + group.x) * WORKGROUP * QUADS + local;
    var masked = 0u;
    var infinite = 0u;
    var key_min_inverted = 0u;
    var key_max = 0u;
    // Neighbouring values mostly share a bin: a run of them costs one atomic addition.
    var run_bin = 0u;
    var run = 0u;
    for (var i = 0u; i < QUADS; i++) {
        let quad = first_quad + i * WORKGROUP;
        if (quad * 4u >= params.cells) {
            break;
        }
        let values = planes[params.plane_offset + quad];
        for (var lane = 0u; lane < 4u; lane++) {
            if (quad * 4u + lane >= params.cells) {
                break;
            }
            let bits = values[lane];
            if (key_is_nan(bits)) {
                masked += 1u;
            } else if (key_is_infinite(bits)) {
                infinite += 1u;
            } else {
                let key = key_of_bits(bits);
                key_min_inverted = max(key_min_inverted, ~key);
                key_max = max(key_max, key);
                let bin = min((max(key, params.key_low) - params.key_low) >> params.key_shift, LAST_BIN);
                if (bin != run_bin) {
                    if (run > 0u) {
                        atomicAdd(&stats.histogram[run_bin], run);
                    }
                    run_bin = bin;
                    run = 0u;
                }
                run += 1u;
            }
        }
    }
    if (run > 0u) {
        atomicAdd(&stats.histogram[run_bin], run);
    }
    atomicAdd(&group_masked, masked);
    atomicAdd(&group_infinite, infinite);
    atomicMax(&group_min_inverted, key_min_inverted);
    atomicMax(&group_max, key_max);
    workgroupBarrier();
    if (local == 0u) {
        atomicAdd(&stats.masked, atomicLoad(&group_masked));
        atomicAdd(&stats.infinite, atomicLoad(&group_infinite));
        atomicMax(&stats.key_min_inverted, atomicLoad(&group_min_inverted));
        atomicMax(&stats.key_max, atomicLoad(&group_max));
    }
}
