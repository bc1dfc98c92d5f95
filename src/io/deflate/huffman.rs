//! Prefix codes for deflate: the lengths that suit the counts, and the codes that follow from the lengths.

/// The longest code that deflate has.
const LONGEST: usize = 15;

/// Code lengths of an optimal prefix code for these counts, none above `limit`; 0 for symbols that do not occur.
///
/// Huffman's algorithm on two queues over the sorted counts. Should a code grow too long, all counts are halved, the small ones by
/// less, and it is done again (as bzip2 does): a little worse than the best limited code, and rarely needed.
///
/// A single symbol gets length 1; no symbol at all leaves every length 0.
pub(super) fn lengths(counts: &[u32], limit: u8) -> Vec<u8> {
    let mut weights: Vec<(u64, usize)> = Vec::new();
    weights.extend(counts.iter().enumerate().filter(|(_, n)| **n > 0).map(|(symbol, &n)| (u64::from(n), symbol)));
    let mut all = vec![0; counts.len()];
    if let [(_, only)] = weights[..] {
        all[only] = 1;
        return all;
    }
    loop {
        weights.sort_unstable();
        let depths = depths(&weights);
        if depths.iter().all(|&depth| depth <= limit) {
            for (&(_, symbol), depth) in weights.iter().zip(depths) {
                all[symbol] = depth;
            }
            return all;
        }
        weights.iter_mut().for_each(|weight| weight.0 = weight.0 / 2 + 1);
    }
}

/// The depth of each leaf of Huffman's tree over weights in rising order.
fn depths(weights: &[(u64, usize)]) -> Vec<u8> {
    let leaves = weights.len();
    // Node numbers: the leaves, then the inner nodes in the order they are made, which is that of their weights.
    let mut parents = vec![0; (2 * leaves).saturating_sub(1)];
    let mut inner: Vec<u64> = Vec::with_capacity(leaves);
    let (mut leaf, mut node) = (0, 0);
    for made in 0..leaves.saturating_sub(1) {
        let mut weight = 0;
        for _ in 0..2 {
            let take_leaf = leaf < leaves && inner.get(node).is_none_or(|&sum| weights[leaf].0 <= sum);
            let (place, taken) = if take_leaf { (leaf, weights[leaf].0) } else { (leaves + node, inner[node]) };
            if take_leaf {
                leaf += 1
            } else {
                node += 1
            }
            weight += taken;
            parents[place] = leaves + made;
        }
        inner.push(weight);
    }
    let mut depths = vec![0_u8; parents.len()];
    for place in (0..parents.len().saturating_sub(1)).rev() {
        depths[place] = depths[parents[place]].saturating_add(1);
    }
    depths.truncate(leaves);
    depths
}

/// The codes that go with these lengths (RFC 1951, 3.2.2), with their bits turned around as deflate sends them.
pub(super) fn codes(lengths: &[u8]) -> Vec<u16> {
    let mut count = [0_u16; LONGEST + 1];
    lengths.iter().filter(|&&length| length > 0).for_each(|&length| count[usize::from(length)] += 1);
    let mut next = [0_u16; LONGEST + 1];
    for length in 1..=LONGEST {
        next[length] = (next[length - 1] + count[length - 1]) << 1;
    }
    let code = |&length: &u8| {
        let code = &mut next[usize::from(length)];
        *code += 1;
        if length == 0 { 0 } else { (*code - 1).reverse_bits() >> (16 - u32::from(length)) }
    };
    lengths.iter().map(code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How much of the space of codes these lengths use: 1 is all of it.
    fn kraft(lengths: &[u8]) -> f64 {
        lengths.iter().filter(|&&length| length > 0).map(|&length| 0.5_f64.powi(i32::from(length))).sum()
    }

    #[test]
    fn codes_are_complete_ordered_and_within_the_limit() {
        let fibonacci: Vec<u32> = (0..40)
            .scan((1, 1), |s, _| {
                *s = (s.1, s.0 + s.1);
                Some(s.0)
            })
            .collect();
        for (counts, limit) in [(vec![5, 0, 1, 1, 9], 15), (vec![1; 286], 15), (fibonacci, 15), ((1..20).collect(), 7)]
        {
            let lengths = lengths(&counts, limit);
            assert_eq!(kraft(&lengths), 1.0, "no code is wasted: {lengths:?}");
            assert!(lengths.iter().all(|&length| length <= limit), "{lengths:?}");
            for (a, b) in counts.iter().zip(&lengths).zip(counts.iter().zip(&lengths).skip(1)) {
                assert!(!(a.0 > b.0 && a.1 > b.1 && *b.1 > 0), "the more frequent is not longer: {a:?} {b:?}");
            }
        }
        assert_eq!(lengths(&[0, 7, 0], 15), [0, 1, 0], "one symbol");
        assert_eq!(lengths(&[0, 0], 15), [0, 0], "none");
        assert_eq!(lengths(&[1, 1, 2, 4], 15), [3, 3, 2, 1], "the textbook tree");
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 1951, 3.2.2: lengths 3, 3, 3, 3, 3, 2, 4, 4 give 010 011 100 101 110 00 1110 1111.
        let codes = codes(&[3, 3, 3, 3, 3, 2, 4, 4, 0]);
        assert_eq!(codes, [0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111, 0], "turned around");
    }
}
