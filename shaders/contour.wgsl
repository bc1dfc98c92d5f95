// Appends the cells of a band whose corners differ in class to a list, in no order. The twin of src/kernels/contour.rs.

struct Params {
    nodes: u32,      // nodes of the band, whole rows
    width: u32,      // nodes of a row
    first_quad: u32, // where the piece begins, in words of four nodes
    end_quad: u32,   // where it ends
    room: u32,       // cells that the list has room for
    step: u32,       // one word of classes in so many is handed over
    phase: u32,      // the first of them
}

struct Found {
    count: atomic<u32>, // cells found, also those without room
    unused: u32,
    samples: array<u32, 512>, // words of classes
    cells: array<vec2<u32>>,  // the lower left node and the classes of the corners, counter-clockwise, a byte each
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> classes: array<u32>; // four nodes a word, the first in its lowest byte
@group(0) @binding(2) var<storage, read_write> found: Found;

const WORKGROUP: u32 = 64u;
const EVERY: u32 = 0x01010101u; // a byte times this is that byte four times

var<workgroup> group_count: atomic<u32>;
var<workgroup> group_first: u32;

fn class_at(node: u32) -> u32 {
    return (classes[node >> 2u] >> ((node & 3u) * 8u)) & 0xffu;
}

// The classes of four nodes from `node` on.
fn four(node: u32) -> u32 {
    let shift = (node & 3u) * 8u;
    let word = classes[node >> 2u] >> shift;
    if (shift == 0u) {
        return word;
    }
    return word | (classes[(node >> 2u) + 1u] << (32u - shift));
}

// The classes of the corners of the cell at a node if it is active, else 0. A cell with a corner above 0 is not 0.
fn active_at(node: u32) -> u32 {
    if (node + params.width + 1u >= params.nodes || (node + 1u) % params.width == 0u) {
        return 0u;
    }
    let lower = class_at(node) | (class_at(node + 1u) << 8u);
    let upper = (class_at(node + params.width + 1u) << 16u) | (class_at(node + params.width) << 24u);
    let corners = lower | upper;
    return select(corners, 0u, corners == (corners & 0xffu) * EVERY);
}

// Whether the four cells from a node on have corners of one class.
fn plain(node: u32) -> bool {
    if (node + params.width + 4u >= params.nodes) {
        return false;
    }
    let word = classes[node >> 2u];
    let first = word & 0xffu;
    let ends = (class_at(node + 4u) ^ first) | (class_at(node + params.width + 4u) ^ first);
    return ((word ^ (first * EVERY)) | (four(node + params.width) ^ word) | ends) == 0u;
}

@compute @workgroup_size(64)
fn contour(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    if (local == 0u) {
        atomicStore(&group_count, 0u);
        group_first = 0u;
    }
    workgroupBarrier();
    let quad = params.first_quad + (group.y * groups.x + group.x) * WORKGROUP + local;
    let node = quad * 4u;
    var cells = vec4<u32>();
    if (quad < params.end_quad && quad % params.step == params.phase) {
        found.samples[quad / params.step] = classes[quad];
    }
    if (quad < params.end_quad && !plain(node)) {
        cells = vec4<u32>(active_at(node), active_at(node + 1u), active_at(node + 2u), active_at(node + 3u));
    }
    let listed = select(vec4<u32>(), vec4<u32>(1u), cells != vec4<u32>());
    let count = listed.x + listed.y + listed.z + listed.w;
    var place = 0u;
    if (count > 0u) {
        place = atomicAdd(&group_count, count);
    }
    workgroupBarrier();
    if (local == 0u) {
        let all = atomicLoad(&group_count);
        if (all > 0u) {
            group_first = atomicAdd(&found.count, all);
        }
    }
    workgroupBarrier();
    place += group_first;
    for (var lane = 0u; lane < 4u; lane++) {
        if (cells[lane] != 0u) {
            if (place < params.room) {
                found.cells[place] = vec2<u32>(node + lane, cells[lane]);
            }
            place += 1u;
        }
    }
}
