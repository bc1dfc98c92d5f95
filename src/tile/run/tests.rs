//! The ring with an engine of numbers: order, ends of every kind, and flat memory.

use super::*;
use crate::tile::plan::Linear;
use crate::tile::watch::Silent;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Writes the numbers of the cells; fails or panics at one of them.
#[derive(Debug, Default)]
struct Numbers {
    depth: usize,
    fails_at: Option<usize>,
    panics_at: Option<usize>,
    begun: usize,
    ended: usize,
}

#[derive(Debug, PartialEq, Eq)]
enum Trouble {
    Engine,
    Disk,
    Stopped,
}

impl From<Interrupted> for Trouble {
    fn from(_: Interrupted) -> Self {
        Self::Stopped
    }
}

impl Work for Numbers {
    type Begun = Range<usize>;
    type Output = Vec<usize>;
    type Error = Trouble;
    fn depth(&self) -> usize {
        self.depth
    }
    fn begin(&mut self, cells: &Range<usize>) -> Result<Range<usize>, Trouble> {
        self.begun += 1;
        assert!(self.begun - self.ended <= self.depth, "no more than the ring holds");
        Ok(cells.clone())
    }
    fn finish(&mut self, begun: Range<usize>, output: &mut Vec<usize>) -> Result<(), Trouble> {
        self.ended += 1;
        assert!(!self.panics_at.is_some_and(|cell| begun.contains(&cell)), "a panic on purpose");
        if self.fails_at.is_some_and(|cell| begun.contains(&cell)) {
            return Err(Trouble::Engine);
        }
        output.clear();
        output.extend(begun);
        Ok(())
    }
    fn cancel(&mut self, _: Range<usize>) {
        self.ended += 1;
    }
}

const CELLS: usize = 100_000;

/// Runs with three buffers, on a thread of its own and, where `turns`, in turns on a thread of rayon's.
fn all(
    work: &mut Numbers,
    turns: bool,
    watch: &mut (dyn Watch + Send),
    sink: impl FnMut(Range<usize>, &mut Vec<usize>) -> Result<(), Trouble> + Send,
) -> Result<Spent, Trouble> {
    let mut pieces = Linear::new(CELLS, 512);
    let buffers = vec![Vec::new(); 3];
    if turns {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        pool.install(|| run(work, &mut pieces, buffers, watch, sink))
    } else {
        run(work, &mut pieces, buffers, watch, sink)
    }
}

#[test]
fn every_piece_comes_once_and_in_order() {
    for depth in [1, 3] {
        for turns in [false, true] {
            let (mut next, mut buffers) = (0, std::collections::BTreeSet::new());
            let mut work = Numbers { depth, ..Numbers::default() };
            let done = all(&mut work, turns, &mut Silent, |cells, got| {
                assert_eq!(cells.start, next, "in order");
                assert_eq!(*got, cells.clone().collect::<Vec<_>>(), "its numbers");
                buffers.insert(got.as_ptr().addr());
                next = cells.end;
                Ok(())
            });
            assert!(done.is_ok() && next == CELLS, "all of them");
            assert!(work.begun > 100 && work.begun == work.ended, "begun and ended: {work:?}");
            // A vector moves when it grows, at most a few times.
            assert!(buffers.len() <= 9, "the same buffers again and again: {}", buffers.len());
        }
    }
}

#[test]
fn an_error_of_either_side_ends_the_other() {
    for depth in [1, 3] {
        for turns in [false, true] {
            let mut work = Numbers { depth, fails_at: Some(50_000), ..Numbers::default() };
            let ended = all(&mut work, turns, &mut Silent, |_, _| Ok(()));
            assert_eq!(ended.err(), Some(Trouble::Engine), "the engine");
            assert_eq!(work.begun, work.ended, "nothing stays begun");
            let mut work = Numbers { depth, ..Numbers::default() };
            let full =
                |cells: Range<usize>, _: &mut Vec<usize>| if cells.end > 50_000 { Err(Trouble::Disk) } else { Ok(()) };
            assert_eq!(all(&mut work, turns, &mut Silent, full).err(), Some(Trouble::Disk), "the sink");
            assert_eq!(work.begun, work.ended, "nothing stays begun");
        }
    }
}

#[test]
fn a_panic_of_either_side_is_a_panic_and_no_deadlock() {
    for turns in [false, true] {
        let mut work = Numbers { depth: 3, panics_at: Some(7_000), ..Numbers::default() };
        let ended = catch_unwind(AssertUnwindSafe(|| all(&mut work, turns, &mut Silent, |_, _| Ok(()))));
        assert!(ended.is_err(), "the engine");
        let mut work = Numbers { depth: 3, ..Numbers::default() };
        let ended = catch_unwind(AssertUnwindSafe(|| {
            all(&mut work, turns, &mut Silent, |cells, _| {
                assert!(cells.start < 7_000, "a panic on purpose");
                Ok(())
            })
        }));
        assert!(ended.is_err(), "the sink");
    }
}

/// Stops after so many cells.
#[derive(Debug)]
struct Until(usize);

impl Watch for Until {
    fn begin(&mut self, _: &str, _: usize) {}
    fn advance(&mut self, cells: usize) -> Result<(), Interrupted> {
        self.0 = self.0.saturating_sub(cells);
        if self.0 == 0 { Err(Interrupted) } else { Ok(()) }
    }
}

#[test]
fn a_stop_is_heard() {
    for turns in [false, true] {
        let mut work = Numbers { depth: 3, ..Numbers::default() };
        let ended = all(&mut work, turns, &mut Until(20_000), |_, _| Ok(()));
        assert_eq!(ended.err(), Some(Trouble::Stopped), "after a part");
        assert!(work.begun == work.ended && work.begun < CELLS / 512, "nothing stays begun: {work:?}");
    }
}
