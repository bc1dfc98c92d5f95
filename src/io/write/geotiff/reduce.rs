//! Rows of cells made half as wide and half as high, as they come, for the overviews of a raster.
//!
//! A raster of n cells along an axis becomes one of m = ⌈n/2⌉ that covers the same ground, so a cell of it covers n/m cells, which
//! is 2, or a little less where n is odd. An average weighs every cell by the part of it that is covered and leaves
//! out masked ones; where all are masked there is no average. Angles and codes have no average: of them the cell at the start
//! of the covered ones is taken (GDAL's rule for `NEAREST`). Averages are taken in double precision and rounded once.
//!
//! Edge cases: an axis of one cell stays; infinities of both signs have no average.

/// How the cells of an overview come from those it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overviews {
    /// Their average, weighed by area, without masked ones.
    #[default]
    Average,
    /// One of them.
    Nearest,
}

/// Cells of an axis of `n` after halving.
pub(super) fn half(n: usize) -> usize {
    n.div_ceil(2)
}

/// The first cell of `n` that touches cell `k` of `half(n)`, and with how much each from there on does, in parts of a cell.
fn covered(k: usize, n: usize) -> (usize, impl Iterator<Item = f64>) {
    // In units of 1/m of a cell, cell i lies from i·m on and the cell of the overview from k·n on: whole numbers.
    let (m, start, end) = (half(n), k * n, (k + 1) * n);
    let first = start / m;
    let part = move |i: usize| (((i + 1) * m).min(end) - (i * m).max(start)) as f64 / m as f64;
    (first, (first..end.div_ceil(m)).map(part))
}

/// Halves the rows of one band.
#[derive(Debug)]
pub(super) struct Halver {
    how: Overviews,
    width: usize,
    rows: usize,
    /// Rows that have come, and that were handed on.
    come: usize,
    made: usize,
    /// The weighted sums of the row in work and of the next, and the weights.
    sums: [Vec<(f64, f64)>; 2],
}

impl Halver {
    pub(super) fn new(width: usize, rows: usize, how: Overviews) -> Self {
        let sums = [(); 2].map(|()| vec![(0.0, 0.0); half(width)]);
        Self { how, width, rows, come: 0, made: 0, sums }
    }

    /// Takes the next row, and gives the row of the overview that it completes, if it does.
    pub(super) fn take(&mut self, row: &[f64]) -> Option<Vec<f64>> {
        let y = self.come;
        self.come += 1;
        let m = half(self.rows);
        let nearest = |k: usize, n: usize| ((2 * k * n + half(n)) / (2 * half(n))).min(n - 1);
        match self.how {
            Overviews::Nearest => {
                let wanted = self.made < m && nearest(self.made, self.rows) == y;
                self.made += usize::from(wanted);
                wanted.then(|| (0..half(self.width)).map(|k| row[nearest(k, self.width)]).collect())
            }
            Overviews::Average => {
                for (target, sums) in self.sums.iter_mut().enumerate().filter(|(target, _)| self.made + target < m) {
                    let (first, mut parts) = covered(self.made + target, self.rows);
                    if let Some(part) = y.checked_sub(first).and_then(|skip| parts.nth(skip)) {
                        add(sums, row, part);
                    }
                }
                let (first, parts) = covered(self.made, self.rows);
                if y + 1 < first + parts.count() {
                    return None;
                }
                self.made += 1;
                self.sums.swap(0, 1);
                let mean = |(sum, weight): &mut (f64, f64)| {
                    let (sum, weight) = (std::mem::take(sum), std::mem::take(weight));
                    if weight > 0.0 { sum / weight } else { f64::NAN }
                };
                Some(self.sums[1].iter_mut().map(mean).collect())
            }
        }
    }
}

/// Adds a row with this weight to weighted sums.
fn add(sums: &mut [(f64, f64)], row: &[f64], part: f64) {
    let gather = |(sum, weight): &mut (f64, f64), value: f64, part: f64| {
        if !value.is_nan() {
            *sum += part * value;
            *weight += part;
        }
    };
    if row.len().is_multiple_of(2) {
        // Two whole cells, without the divisions.
        sums.iter_mut().zip(row.chunks_exact(2)).for_each(|(sum, pair)| {
            gather(sum, pair[0], part);
            gather(sum, pair[1], part);
        });
        return;
    }
    for (k, sum) in sums.iter_mut().enumerate() {
        let (first, parts) = covered(k, row.len());
        row[first..].iter().zip(parts).for_each(|(value, along)| gather(sum, *value, part * along));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn halved(rows: &[&[f64]], how: Overviews) -> Vec<Vec<f64>> {
        let mut halver = Halver::new(rows[0].len(), rows.len(), how);
        rows.iter().filter_map(|row| halver.take(row)).collect()
    }

    #[test]
    fn averages_are_of_what_is_there() {
        const NAN: f64 = f64::NAN;
        let even = halved(&[&[1.0, 3.0, NAN, 7.0], &[5.0, 7.0, NAN, NAN]], Overviews::Average);
        assert_eq!(even, [[4.0, 7.0]], "four cells, and one of four");
        let none = halved(&[&[NAN, NAN], &[NAN, NAN]], Overviews::Average);
        assert!(none.len() == 1 && none[0][0].is_nan(), "no cell at all");
    }

    #[test]
    fn odd_sizes_keep_their_ground() {
        // Three cells become two of one and a half: (1 + ½·4)/1.5 and (½·4 + 10)/1.5.
        let odd = halved(&[&[1.0, 4.0, 10.0]], Overviews::Average);
        assert_eq!(odd, [[2.0, 8.0]], "weighed by area");
        assert_eq!(halved(&[&[1.0], &[4.0], &[10.0]], Overviews::Average), [[2.0], [8.0]], "the same in rows");
        // A plane stays one: the centre of cell k is at (k + ½)·n/m.
        for n in [2, 5, 7, 8, 37] {
            let row: Vec<f64> = (0..n).map(|i| i as f64 + 0.5).collect();
            let rows = vec![row.as_slice(); n];
            let made = halved(&rows, Overviews::Average);
            assert_eq!((made.len(), made[0].len()), (half(n), half(n)), "{n} cells");
            for (k, value) in made[half(n) - 1].iter().enumerate() {
                // The average of cells' centres is off the middle of the cut cells by less than a quarter cell.
                let centre = (k as f64 + 0.5) * n as f64 / half(n) as f64;
                assert!((value - centre).abs() < 0.25, "{n} cells: {value} at {centre}");
            }
        }
    }

    #[test]
    fn nearest_takes_values_that_are_there() {
        let rows: [&[f64]; 3] = [&[1.0, 2.0, 3.0, 4.0], &[5.0, 6.0, 7.0, 8.0], &[9.0, 10.0, 11.0, 12.0]];
        assert_eq!(halved(&rows, Overviews::Nearest), [[1.0, 3.0], [9.0, 11.0]], "every second, from the first on");
        assert_eq!(halved(&[&[359.0]], Overviews::Nearest), [[359.0]], "one cell stays");
    }
}
