//! The ring: while one piece is computed, the one before is copied, and the one before that is encoded and written.
//!
//! The engine works on a thread of its own and keeps as many pieces begun as it can; finished ones go to the caller's sink, in
//! order, and their buffers come back. There are few buffers and nobody makes new ones, so memory stays flat: whoever is faster
//! waits for the other.
//!
//! **How it ends.** An error of the engine or of the sink, a panic of either, or the watch asking to stop: the other side sees its
//! channel closed, gives up what it has begun, and the first error is returned (a panic goes on). A stop is seen within
//! a tenth of a second and ends after the piece in work, which takes about [`TARGET`](super::plan::TARGET).
//!
//! **On a thread of rayon's** (a caller's own pool) engine and sink take turns on that thread: a worker that waited for another
//! thread, which in turn waits for workers, might wait forever.

use crate::tile::plan::Pieces;
use crate::tile::watch::{Interrupted, Watch};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

/// How often the watch is asked while nothing comes.
const LOOK: Duration = Duration::from_millis(100);

/// What computes pieces: begins them ahead, and finishes them in the order they were begun.
pub trait Work {
    /// A piece that was begun.
    type Begun;
    /// A buffer for the result of a piece.
    type Output;
    /// What can go wrong.
    type Error;
    /// Pieces that may be begun before the first is finished; at least 1.
    fn depth(&self) -> usize;
    /// Begins a piece.
    ///
    /// # Errors
    /// What the engine reports.
    fn begin(&mut self, cells: &Range<usize>) -> Result<Self::Begun, Self::Error>;
    /// Waits for a piece and puts it into `output`.
    ///
    /// # Errors
    /// What the engine reports.
    fn finish(&mut self, begun: Self::Begun, output: &mut Self::Output) -> Result<(), Self::Error>;
    /// Gives up a piece.
    fn cancel(&mut self, begun: Self::Begun);
}

/// Where the time of a run went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// From the beginning to the end.
    pub total: Duration,
    /// The engine, from asking to having.
    pub engine: Duration,
    /// The sink: encoding and writing.
    pub sink: Duration,
}

/// Runs `work` over `pieces`, in these buffers, and hands every result to `sink`.
///
/// # Errors
/// The first of what the engine, the sink and the watch report.
pub fn run<W, P, E>(
    work: &mut W,
    pieces: &mut P,
    buffers: Vec<W::Output>,
    watch: &mut dyn Watch,
    mut sink: impl FnMut(Range<usize>, &mut W::Output) -> Result<(), E>,
) -> Result<Spent, E>
where
    W: Work + Send,
    W::Output: Send,
    W::Error: Send + From<Interrupted>,
    P: Pieces + Send,
    E: From<W::Error>,
{
    let start = Instant::now();
    let stop = |stop| E::from(W::Error::from(stop));
    let mut spent = Spent::default();
    let mut timed = |cells, output: &mut W::Output| {
        let start = Instant::now();
        let result = sink(cells, output);
        spent.sink += start.elapsed();
        result
    };
    if rayon::current_thread_index().is_some() {
        let mut direct = Direct { free: buffers, ended: None, watch, sink: &mut timed, stop };
        let produced = produce(work, pieces, &mut direct);
        let ended = direct.ended;
        spent.engine = produced?;
        ended.map_or(Ok(()), Err)?;
    } else {
        spent.engine = thread::scope(|scope| {
            let (full, results) = mpsc::sync_channel(buffers.len());
            let (back, free) = mpsc::channel();
            // Nobody can have gone yet.
            buffers.into_iter().for_each(|buffer| drop(back.send(buffer)));
            let engine = scope.spawn(move || produce(work, pieces, &mut Handed { free, full }));
            let consumed = consume(&results, &back, watch, &mut timed, stop);
            // Closes the channels, at which the engine ends.
            drop((results, back));
            match (engine.join(), consumed) {
                (Err(panic), _) => std::panic::resume_unwind(panic),
                (_, Err(error)) => Err(error),
                (Ok(produced), Ok(())) => Ok(produced?),
            }
        })?;
    }
    spent.total = start.elapsed();
    Ok(spent)
}

/// The sink's side.
fn consume<B, E>(
    results: &Receiver<(Range<usize>, B)>,
    back: &Sender<B>,
    watch: &mut dyn Watch,
    sink: &mut impl FnMut(Range<usize>, &mut B) -> Result<(), E>,
    stop: impl Fn(Interrupted) -> E,
) -> Result<(), E> {
    loop {
        match results.recv_timeout(LOOK) {
            Ok((cells, mut buffer)) => {
                let count = cells.len();
                sink(cells, &mut buffer)?;
                watch.advance(count).map_err(&stop)?;
                // An engine that is done needs no buffers.
                drop(back.send(buffer));
            }
            Err(RecvTimeoutError::Timeout) => watch.advance(0).map_err(&stop)?,
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}

/// Where the engine's results go and its buffers come from; `None` and `false` mean that it is to end.
trait Outlet<B> {
    fn buffer(&mut self) -> Option<B>;
    fn deliver(&mut self, cells: Range<usize>, buffer: B) -> bool;
}

/// To and from another thread.
struct Handed<B> {
    free: Receiver<B>,
    full: SyncSender<(Range<usize>, B)>,
}

impl<B> Outlet<B> for Handed<B> {
    fn buffer(&mut self) -> Option<B> {
        self.free.recv().ok()
    }
    fn deliver(&mut self, cells: Range<usize>, buffer: B) -> bool {
        self.full.send((cells, buffer)).is_ok()
    }
}

/// Straight into the sink.
struct Direct<'a, B, E, S, F> {
    free: Vec<B>,
    ended: Option<E>,
    watch: &'a mut dyn Watch,
    sink: &'a mut S,
    stop: F,
}

impl<B, E, S, F> Outlet<B> for Direct<'_, B, E, S, F>
where
    S: FnMut(Range<usize>, &mut B) -> Result<(), E>,
    F: Fn(Interrupted) -> E,
{
    fn buffer(&mut self) -> Option<B> {
        self.free.pop()
    }
    fn deliver(&mut self, cells: Range<usize>, mut buffer: B) -> bool {
        let count = cells.len();
        let taken = (self.sink)(cells, &mut buffer).and_then(|()| self.watch.advance(count).map_err(&self.stop));
        self.free.push(buffer);
        self.ended = taken.err();
        self.ended.is_none()
    }
}

/// The engine's side; gives the time it took.
fn produce<W: Work>(
    work: &mut W,
    pieces: &mut impl Pieces,
    outlet: &mut impl Outlet<W::Output>,
) -> Result<Duration, W::Error> {
    let mut ring = VecDeque::new();
    let result = advance(work, pieces, outlet, &mut ring);
    ring.into_iter().for_each(|(begun, _, _)| work.cancel(begun));
    result
}

/// Pieces that are begun, with their cells and when it was.
type Ring<B> = VecDeque<(B, Range<usize>, Instant)>;

fn advance<W: Work>(
    work: &mut W,
    pieces: &mut impl Pieces,
    outlet: &mut impl Outlet<W::Output>,
    ring: &mut Ring<W::Begun>,
) -> Result<Duration, W::Error> {
    let (mut busy, mut free_since) = (Duration::ZERO, Instant::now());
    loop {
        while ring.len() < work.depth().max(1) {
            let Some(cells) = pieces.next() else { break };
            ring.push_back((work.begin(&cells)?, cells, Instant::now()));
        }
        if ring.is_empty() {
            return Ok(busy);
        }
        let Some(mut buffer) = outlet.buffer() else { return Ok(busy) };
        let Some((begun, cells, at)) = ring.pop_front() else { return Ok(busy) };
        // An engine that works ahead has this piece in work since it was begun, or since the one before was finished;
        // one that does not, since now.
        let since = if work.depth() > 1 { at.max(free_since) } else { Instant::now() };
        work.finish(begun, &mut buffer)?;
        free_since = Instant::now();
        let took = free_since - since;
        busy += took;
        pieces.note(cells.len(), took);
        if !outlet.deliver(cells, buffer) {
            return Ok(busy);
        }
    }
}

#[cfg(test)]
mod tests;
