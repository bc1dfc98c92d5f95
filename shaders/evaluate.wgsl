// Runs the emitted program at every cell of a piece of a band and stores its outputs as planes of bit patterns.
// The twin of src/kernels/evaluate.rs. In front of this text stand the library functions and the program, which
// declare Real and Bits (f32 and u32, or f64 and u64), MASKED, coord, result, barrier_zero and program(); and the
// text that Shape::text writes for the grid: GRID_AXES, SHORT_ROWS, SAMPLED, SLAB_AXIS, this_row, next_row, quads, read_row, set_coord,
// keep and store; for a program with taps also samples, at binding 4, and tap_0, tap_1, …

struct Params {
    cells: u32,                  // where the piece ends, in cells from the start of the band
    plane_stride: u32,           // vec4s from one plane to the next
    first_quad: u32,             // where the piece begins, in vec4s from the start of the band
    barrier_zero: u32,           // always 0; only the host knows
    windowed: u32,               // bit a: the columns of axis a hold the band's steps only, not the whole axis
    window: u32,                 // entries from one column of a windowed axis to the next
    slabs: u32,                  // slabs that every plane of samples has, without those around them
    slab: u32,                   // of these, the number of the one in which the band begins
    lens: array<vec4<u32>, 2>,   // nodes of each axis, x first
    first: array<vec4<u32>, 2>,  // axis indices of the band's first cell
    offsets: array<vec4<u32>, 2>, // where the columns of each axis begin in coordinates
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> parameters: array<Real>;
@group(0) @binding(2) var<storage, read> coordinates: array<Real>;
@group(0) @binding(3) var<storage, read_write> planes: array<vec4<Bits>>;

const WORKGROUP: u32 = 64u;

// Where the invocation stands: on x at node_x; the entry of the first column of axis a is coordinates[place[a]].
var<private> node_x: u32;
var<private> place: array<u32, GRID_AXES>;
// The node on each axis, on the last one counted from the first slab of the samples; for taps.
var<private> stand: array<u32, GRID_AXES>;

fn len_of(a: u32) -> u32 {
    return params.lens[a >> 2u][a & 3u];
}

fn offset_of(a: u32) -> u32 {
    return params.offsets[a >> 2u][a & 3u];
}

fn is_windowed(a: u32) -> bool {
    return ((params.windowed >> a) & 1u) != 0u;
}

// From one column of an axis to the next.
fn span_of(a: u32) -> u32 {
    return select(len_of(a), params.window, is_windowed(a));
}

// One axis of locate: takes how often it has moved on since the band's first cell, returns that of the next axis.
fn locate_axis(a: u32, steps: u32) -> u32 {
    let position = params.first[a >> 2u][a & 3u] + steps;
    let turns = position / len_of(a);
    let node = position - turns * len_of(a);
    if (a == 0u) { node_x = node; }
    if (SAMPLED) { stand[a] = select(node, params.slab + steps, a == SLAB_AXIS); }
    place[a] = offset_of(a) + select(node, steps, is_windowed(a));
    return turns;
}

// Goes to a row counted from that of the band's first cell. Written out: the counter by which a loop is bounded keeps
// drivers from unrolling it over the axes, which cost a third of the speed.
fn locate_row(row: u32) {
    var steps = row;
    if (GRID_AXES > 1u) { steps = locate_axis(1u, steps); }
    if (GRID_AXES > 2u) { steps = locate_axis(2u, steps); }
    if (GRID_AXES > 3u) { steps = locate_axis(3u, steps); }
    if (GRID_AXES > 4u) { steps = locate_axis(4u, steps); }
    if (GRID_AXES > 5u) { steps = locate_axis(5u, steps); }
    if (GRID_AXES > 6u) { steps = locate_axis(6u, steps); }
    if (GRID_AXES > 7u) { steps = locate_axis(7u, steps); }
}

@compute @workgroup_size(64)
fn evaluate(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let quad = params.first_quad + (group.y * groups.x + group.x) * WORKGROUP + local;
    let cell = quad * 4u;
    if (cell >= params.cells) {
        return;
    }
    barrier_zero = Bits(params.barrier_zero);
    let row = locate_axis(0u, cell);
    let entry = place[0];
    let node = node_x;
    // Lanes from here on stand in the next row; there is at most one turn where a row has four cells or more.
    let left = len_of(0u) - node_x;
    let back = select(len_of(0u), 0u, is_windowed(0u));
    if (!SHORT_ROWS) {
        locate_row(row);
        read_row();
        locate_row(row + 1u);
        read_row();
    }
    for (var lane = 0u; lane < 4u; lane++) {
        var turned = lane >= left;
        var at = entry + lane - select(0u, back, turned);
        var x = node + lane - select(0u, len_of(0u), turned);
        if (SHORT_ROWS) {
            locate_row(locate_axis(0u, cell + lane));
            read_row();
            turned = true;
            at = place[0];
            x = node_x;
        }
        set_coord(at, x, turned);
        program();
        keep(cell + lane < params.cells);
    }
    store(quad);
}
