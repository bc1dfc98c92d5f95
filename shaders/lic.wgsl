// Smears noise along the directions of a field: one byte for each cell of a piece of a band.
// The twin of src/kernels/lic.rs, where the theory stands. All numbers are integers, so no driver can change a result.

struct Params {
    cells: u32,      // where the piece ends, in cells from the start of the band
    first_quad: u32, // where the piece begins, in groups of four cells
    width: u32,      // cells of a row
    stride: u32,     // words from one row to the next
    origin: u32,     // the word of the band's first cell
    reach: u32,      // half steps each way, even
    shift: u32,      // bits that a sum loses before it is stretched
    middle: i32,     // the byte of a sum of zero
    blank: u32,      // the byte of a masked cell
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> words: array<u32>;
@group(0) @binding(2) var<storage, read> tables: array<i32>; // the weight of each half step, then the stretch by their number
@group(0) @binding(3) var<storage, read_write> bytes: array<u32>;

const WORKGROUP: u32 = 64u;
const FRACTION: u32 = 12u; // bits of a position within its cell
const CENTRE: i32 = 2048;

// The direction and the noise of a word.
fn dx_of(word: u32) -> i32 {
    return bitcast<i32>(word << 20u) >> 20u;
}

fn dy_of(word: u32) -> i32 {
    return bitcast<i32>(word << 8u) >> 20u;
}

fn noise_of(word: u32) -> i32 {
    return bitcast<i32>(word) >> 24u;
}

// The word at a position relative to the corner of the cell at `start`.
fn word_at(start: u32, x: i32, y: i32) -> u32 {
    return words[start + bitcast<u32>(x >> FRACTION) + bitcast<u32>(y >> FRACTION) * params.stride];
}

// What has been summed up.
var<private> sum: i32;
var<private> count: u32;

// Follows the line through the centre of the cell at `start` one way.
fn follow(start: u32, first: u32, way: i32) {
    var x = CENTRE;
    var y = CENTRE;
    var word = first;
    var before_x = way * dx_of(word);
    var before_y = way * dy_of(word);
    for (var k = 1u; k < params.reach; k += 2u) {
        let dx = way * dx_of(word);
        let dy = way * dy_of(word);
        if (dx * before_x + dy * before_y <= 0) {
            return;
        }
        let half = word_at(start, x + dx, y + dy);
        sum += tables[k] * noise_of(half);
        count += 1u;
        before_x = way * dx_of(half);
        before_y = way * dy_of(half);
        if (dx * before_x + dy * before_y <= 0) {
            return;
        }
        x += 2 * before_x;
        y += 2 * before_y;
        word = word_at(start, x, y);
        sum += tables[k + 1u] * noise_of(word);
        count += 1u;
    }
}

// The byte of the cell at `start`.
fn byte_of(start: u32) -> u32 {
    let word = words[start];
    if (word == 0u) {
        return params.blank;
    }
    sum = tables[0] * noise_of(word);
    count = 0u;
    follow(start, word, 1);
    follow(start, word, -1);
    let stretched = ((sum >> params.shift) * tables[params.reach + 1u + count]) >> 12u;
    return u32(clamp(params.middle + stretched, 0, 255));
}

@compute @workgroup_size(64)
fn lic(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let quad = params.first_quad + (group.y * groups.x + group.x) * WORKGROUP + local;
    let cell = quad * 4u;
    if (cell >= params.cells) {
        return;
    }
    var packed = 0u;
    for (var lane = 0u; lane < 4u; lane++) {
        // The last group is computed whole: its lanes past the end repeat the last cell.
        let at = min(cell + lane, params.cells - 1u);
        let row = at / params.width;
        packed = packed | (byte_of(params.origin + row * params.stride + (at - row * params.width)) << (8u * lane));
    }
    bytes[quad] = packed;
}
