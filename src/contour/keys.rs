//! Numbers of edges: of those between neighbouring nodes, and of the diagonals that cut off a masked corner.
//!
//! An edge is numbered by the lower left node of its box and by its kind, so numbers rise row by row.

/// Along a row of nodes.
pub(super) const ALONG: u64 = 0;
/// To the next row.
pub(super) const UP: u64 = 1;
/// The diagonal of a cell from its lower left corner.
pub(super) const RISING: u64 = 2;
/// The other diagonal.
pub(super) const FALLING: u64 = 3;

/// The key of an edge of some kind in the box with this lower left node.
pub(super) fn key(node: usize, kind: u64) -> u64 {
    4 * node as u64 + kind
}

fn node_of(key: u64) -> usize {
    usize::try_from(key / 4).unwrap_or(usize::MAX)
}

/// The row of nodes that an edge along a row lies on; none for other edges.
pub(super) fn row_of(key: u64, width: usize) -> Option<usize> {
    (key % 4 == ALONG).then(|| node_of(key) / width)
}

/// The nodes at both ends.
pub(super) fn ends(key: u64, width: usize) -> [usize; 2] {
    let node = node_of(key);
    match key % 4 {
        ALONG => [node, node + 1],
        UP => [node, node + width],
        RISING => [node, node + width + 1],
        _ => [node + 1, node + width],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_its_edge() {
        // Node 7 is the third of the second row of five.
        let edges = [ALONG, UP, RISING, FALLING].map(|kind| key(7, kind));
        assert_eq!(edges.map(|key| ends(key, 5)), [[7, 8], [7, 12], [7, 13], [8, 12]], "both ends");
        assert_eq!(edges.map(|key| row_of(key, 5)), [Some(1), None, None, None], "only one lies on a row");
        assert!(edges.is_sorted() && edges[3] < key(8, ALONG), "rising");
    }
}
