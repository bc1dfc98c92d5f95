// Runs the emitted program at every cell of a band and stores its outputs as planes of bit patterns.
// The twin of src/kernels/evaluate.rs. In front of this text stand the library functions and the program, which
// declare Real and Bits (f32 and u32, or f64 and u64), MASKED, OUTPUTS, AXES, coord, result, barrier_zero and program().

struct Params {
    cells: u32,                  // cells in the band
    plane_stride: u32,           // vec4s from one plane to the next
    barrier_zero: u32,           // always 0; only the host knows
    windowed: u32,               // bit a: the table of axis a holds the band's steps only, not the whole axis
    lens: array<vec4<u32>, 2>,   // nodes of each axis, x first
    first: array<vec4<u32>, 2>,  // axis indices of the band's first cell
    offsets: array<vec4<u32>, 2>, // where the table of each axis begins in coordinates
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> parameters: array<Real>;
@group(0) @binding(2) var<storage, read> coordinates: array<Real>;
@group(0) @binding(3) var<storage, read_write> planes: array<vec4<Bits>>;

const WORKGROUP: u32 = 64u;

// Where the invocation stands: on axis a at node[a], whose coordinate is coordinates[place[a]].
var<private> node: array<u32, AXES>;
var<private> place: array<u32, AXES>;

fn len_of(a: u32) -> u32 {
    return params.lens[a >> 2u][a & 3u];
}

fn offset_of(a: u32) -> u32 {
    return params.offsets[a >> 2u][a & 3u];
}

fn is_windowed(a: u32) -> bool {
    return ((params.windowed >> a) & 1u) != 0u;
}

// One axis of locate: takes how often it has moved on since the band's first cell, returns that of the next axis.
fn locate_axis(a: u32, steps: u32) -> u32 {
    let position = params.first[a >> 2u][a & 3u] + steps;
    let turns = position / len_of(a);
    node[a] = position - turns * len_of(a);
    place[a] = offset_of(a) + select(node[a], steps, is_windowed(a));
    coord[a] = coordinates[place[a]];
    return turns;
}

// One axis of advance: takes whether it moves on (1 or 0), returns that of the next axis.
fn advance_axis(a: u32, steps: u32) -> u32 {
    node[a] += steps;
    place[a] += steps;
    let turns = node[a] == len_of(a);
    node[a] = select(node[a], 0u, turns);
    place[a] = select(place[a], offset_of(a), turns && !is_windowed(a));
    coord[a] = coordinates[place[a]];
    return select(0u, 1u, turns);
}

// Goes to a cell counted from the start of the band. Written out: the counter by which a loop is bounded keeps drivers
// from unrolling it over the axes, which cost a third of the speed.
fn locate(cell: u32) {
    var steps = locate_axis(0u, cell);
    if (AXES > 1u) { steps = locate_axis(1u, steps); }
    if (AXES > 2u) { steps = locate_axis(2u, steps); }
    if (AXES > 3u) { steps = locate_axis(3u, steps); }
    if (AXES > 4u) { steps = locate_axis(4u, steps); }
    if (AXES > 5u) { steps = locate_axis(5u, steps); }
    if (AXES > 6u) { steps = locate_axis(6u, steps); }
    if (AXES > 7u) { steps = locate_axis(7u, steps); }
}

// Goes to the next cell: a division per four cells instead of one per cell.
fn advance() {
    var steps = advance_axis(0u, 1u);
    if (AXES > 1u) { steps = advance_axis(1u, steps); }
    if (AXES > 2u) { steps = advance_axis(2u, steps); }
    if (AXES > 3u) { steps = advance_axis(3u, steps); }
    if (AXES > 4u) { steps = advance_axis(4u, steps); }
    if (AXES > 5u) { steps = advance_axis(5u, steps); }
    if (AXES > 6u) { steps = advance_axis(6u, steps); }
    if (AXES > 7u) { steps = advance_axis(7u, steps); }
}

@compute @workgroup_size(64)
fn evaluate(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let quad = (group.y * groups.x + group.x) * WORKGROUP + local;
    let cell = quad * 4u;
    if (cell >= params.cells) {
        return;
    }
    barrier_zero = Bits(params.barrier_zero);
    var quads: array<vec4<Bits>, OUTPUTS>;
    locate(cell);
    for (var lane = 0u; lane < 4u; lane++) {
        program();
        advance();
        for (var k = 0u; k < OUTPUTS; k++) {
            quads[k][lane] = select(MASKED, result[k], cell + lane < params.cells);
        }
    }
    for (var k = 0u; k < OUTPUTS; k++) {
        planes[k * params.plane_stride + quad] = quads[k];
    }
}
