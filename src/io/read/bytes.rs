//! Bytes that a reader takes from any place: a file, memory, or a stream that only goes forward.
//!
//! Every format comes down to a [`Source`] and the layout of numbers in it, so that the code that knows a format never
//! copies pixels. A stream, such as a deflated archive member, keeps what was read since the last
//! [`keep_from`](Source::keep_from): going back over the rows of a halo costs nothing, going back further starts it anew.

use crate::io::read::error::{ReadError, damaged};
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes with random access.
pub(crate) trait Source: Send {
    /// How many there are; for a stream, what its container claims.
    fn len(&self) -> u64;

    /// Fills `out` with the bytes from `offset` on; fewer are an error.
    fn read_at(&mut self, offset: u64, out: &mut [u8]) -> Result<(), ReadError>;

    /// Says that bytes before `offset` are not needed soon.
    fn keep_from(&mut self, _offset: u64) {}
}

impl Source for Box<dyn Source> {
    fn len(&self) -> u64 {
        self.as_ref().len()
    }

    fn read_at(&mut self, offset: u64, out: &mut [u8]) -> Result<(), ReadError> {
        self.as_mut().read_at(offset, out)
    }

    fn keep_from(&mut self, offset: u64) {
        self.as_mut().keep_from(offset);
    }
}

/// Opens the same bytes once more, for decoders that start over.
pub(crate) type Again = Box<dyn Fn() -> Result<Box<dyn Source>, ReadError> + Send>;

/// A file, read through its own position.
#[derive(Debug)]
pub(crate) struct FileBytes {
    file: File,
    len: u64,
    place: u64,
}

impl FileBytes {
    pub(crate) fn new(file: File) -> io::Result<Self> {
        let len = file.metadata()?.len();
        Ok(Self { file, len, place: u64::MAX })
    }
}

impl Source for FileBytes {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&mut self, offset: u64, out: &mut [u8]) -> Result<(), ReadError> {
        if self.place != offset {
            self.place = u64::MAX;
            self.file.seek(SeekFrom::Start(offset))?;
        }
        self.place = u64::MAX;
        self.file.read_exact(out)?;
        self.place = offset + out.len() as u64;
        Ok(())
    }
}

/// A whole file in memory. Copies share the bytes.
#[derive(Debug, Clone)]
pub(crate) struct Memory(Arc<Vec<u8>>);

impl From<Vec<u8>> for Memory {
    fn from(bytes: Vec<u8>) -> Self {
        // Moved, not copied: the file may be as large as the limit.
        Self(Arc::new(bytes))
    }
}

impl Source for Memory {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&mut self, offset: u64, out: &mut [u8]) -> Result<(), ReadError> {
        let part = usize::try_from(offset).ok().and_then(|from| self.0.get(from..from.checked_add(out.len())?));
        out.copy_from_slice(part.ok_or_else(|| io::Error::from(ErrorKind::UnexpectedEof))?);
        Ok(())
    }
}

/// A part of another source, as `Read` and `Seek` for decoders that want those.
pub(crate) struct Part {
    source: Box<dyn Source>,
    start: u64,
    len: u64,
    place: u64,
}

impl Part {
    pub(crate) fn new(source: Box<dyn Source>, start: u64, len: u64) -> Self {
        Self { source, start, len, place: 0 }
    }

    pub(crate) fn whole(source: Box<dyn Source>) -> Self {
        let len = source.len();
        Self::new(source, 0, len)
    }
}

impl Read for Part {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = self.len.saturating_sub(self.place);
        let count = usize::try_from(left).unwrap_or(usize::MAX).min(out.len());
        self.source.read_at(self.start + self.place, &mut out[..count]).map_err(io::Error::other)?;
        self.place += count as u64;
        Ok(count)
    }
}

impl Seek for Part {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.len.checked_add_signed(by),
            SeekFrom::Current(by) => self.place.checked_add_signed(by),
        };
        self.place = place.ok_or_else(|| io::Error::from(ErrorKind::InvalidInput))?;
        Ok(self.place)
    }
}

/// What can be read from its start, again and again.
pub(crate) trait Restart: Send {
    /// A new pass over the bytes.
    fn start(&mut self) -> Result<Box<dyn Read + Send>, ReadError>;
}

/// A stream as a source: it goes forward, and keeps what may be asked for again.
pub(crate) struct Forward<S> {
    format: &'static str,
    stream: S,
    pass: Option<Box<dyn Read + Send>>,
    len: u64,
    limit: u64,
    /// Where `kept` begins in the stream; the pass stands at its end.
    start: u64,
    kept: Vec<u8>,
    keep_from: u64,
}

/// Bytes read at a time while skipping.
const BLOCK: usize = 64 * 1024;

impl<S: Restart> Forward<S> {
    /// A source of `len` bytes that keeps no more than `limit` of them.
    pub(crate) fn new(format: &'static str, stream: S, len: u64, limit: u64) -> Self {
        Self { format, stream, pass: None, len, limit, start: 0, kept: Vec::new(), keep_from: 0 }
    }

    /// The same, which keeps nothing: for one who reads all of it once.
    pub(crate) fn keeping_nothing(mut self) -> Self {
        (self.limit, self.kept) = (0, Vec::new());
        (self.pass, self.start) = (None, 0);
        self
    }

    fn forget_before(&mut self, offset: u64) {
        let drop = offset.saturating_sub(self.start).min(self.kept.len() as u64);
        self.kept.drain(..usize::try_from(drop).unwrap_or(usize::MAX).min(self.kept.len()));
        self.start += drop;
    }

    fn end(&self) -> u64 {
        self.start + self.kept.len() as u64
    }

    fn pull(&mut self, out: &mut [u8]) -> Result<(), ReadError> {
        let pass = match &mut self.pass {
            Some(pass) => pass,
            none => none.insert(self.stream.start()?),
        };
        let read = pass.read_exact(out);
        if let Err(error) = read {
            self.pass = None;
            (self.start, self.keep_from) = (0, 0);
            self.kept.clear();
            return Err(match error.kind() {
                ErrorKind::UnexpectedEof => damaged(self.format, "the data ends early"),
                _ => damaged(self.format, error.to_string()),
            });
        }
        Ok(())
    }
}

impl<S: Restart> Source for Forward<S> {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&mut self, offset: u64, out: &mut [u8]) -> Result<(), ReadError> {
        if offset < self.start {
            self.pass = None;
            self.kept.clear();
            self.start = 0;
        }
        // Skip what nobody wants.
        while self.end() < offset {
            let end = self.end();
            self.forget_before(end);
            let mut block = [0; BLOCK];
            let count = usize::try_from(offset - self.end()).unwrap_or(BLOCK).min(BLOCK);
            self.pull(&mut block[..count])?;
            self.start += count as u64;
        }
        let known = usize::try_from(self.end() - offset).unwrap_or(usize::MAX).min(out.len());
        let from = usize::try_from(offset - self.start).unwrap_or(usize::MAX);
        if known > 0 {
            out[..known].copy_from_slice(&self.kept[from..from + known]);
        }
        if known < out.len() {
            let fresh = &mut out[known..];
            self.pull(fresh)?;
            self.forget_before(self.keep_from);
            if self.kept.len() as u64 + fresh.len() as u64 > self.limit {
                let end = self.end();
                self.forget_before(end);
            }
            if fresh.len() as u64 <= self.limit {
                let wanted = self.kept.len() + fresh.len();
                if wanted > self.kept.capacity() {
                    // As vectors grow, but not beyond the limit.
                    let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
                    let room = wanted.max(2 * self.kept.capacity()).min(limit);
                    self.kept.reserve_exact(room - self.kept.len());
                }
                self.kept.extend_from_slice(fresh);
            } else {
                self.start += fresh.len() as u64;
            }
        }
        Ok(())
    }

    fn keep_from(&mut self, offset: u64) {
        self.keep_from = offset;
    }
}

/// A source for several readers, which take turns: what one of them still wants to be kept is kept, so that a stream is decoded
/// once for all while they read the same rows.
#[derive(Debug)]
pub(crate) struct Shared<S> {
    common: Arc<Mutex<Common<S>>>,
    number: usize,
}

#[derive(Debug)]
struct Common<S> {
    source: S,
    /// Of each reader, the place before which it needs nothing.
    keep_from: Vec<u64>,
}

impl<S> Shared<S> {
    pub(crate) fn new(source: S) -> Self {
        Self { common: Arc::new(Mutex::new(Common { source, keep_from: vec![0] })), number: 0 }
    }

    fn common(&self) -> MutexGuard<'_, Common<S>> {
        self.common.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> Clone for Shared<S> {
    /// For one reader more, which begins at the start.
    fn clone(&self) -> Self {
        let mut common = self.common();
        common.keep_from.push(0);
        Self { common: Arc::clone(&self.common), number: common.keep_from.len() - 1 }
    }
}

impl<S> Drop for Shared<S> {
    fn drop(&mut self) {
        self.common().keep_from[self.number] = u64::MAX;
    }
}

impl<S: Source> Source for Shared<S> {
    fn len(&self) -> u64 {
        self.common().source.len()
    }

    fn read_at(&mut self, offset: u64, out: &mut [u8]) -> Result<(), ReadError> {
        self.common().source.read_at(offset, out)
    }

    fn keep_from(&mut self, offset: u64) {
        let mut common = self.common();
        common.keep_from[self.number] = offset;
        let first = common.keep_from.iter().copied().min().unwrap_or(offset);
        common.source.keep_from(first);
    }
}

/// The bytes of a stream that is known to be short, within a limit.
pub(crate) fn all(source: &mut dyn Source, format: &'static str, limit: u64) -> Result<Vec<u8>, ReadError> {
    let len = source.len();
    let fits = usize::try_from(len).ok().filter(|_| len <= limit);
    let mut bytes = vec![0; fits.ok_or(ReadError::TooBig { format, needs: len, limit })?];
    source.read_at(0, &mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Counts its passes.
    struct Counted(Arc<[u8]>, Arc<AtomicUsize>);

    impl Restart for Counted {
        fn start(&mut self) -> Result<Box<dyn Read + Send>, ReadError> {
            self.1.fetch_add(1, Ordering::Relaxed);
            Ok(Box::new(io::Cursor::new(Arc::clone(&self.0))))
        }
    }

    #[test]
    fn a_stream_goes_back_over_what_it_keeps_and_restarts_for_more() {
        let bytes: Arc<[u8]> = (0..200_000_u32).map(|k| (k.wrapping_mul(k) >> 3).to_le_bytes()[0]).collect();
        let passes = Arc::new(AtomicUsize::new(0));
        let mut source = Forward::new("test", Counted(Arc::clone(&bytes), Arc::clone(&passes)), 200_000, 1 << 20);
        let mut check = |offset: usize, len: usize, keep: usize| {
            let mut out = vec![0xAA; len];
            source.keep_from(keep as u64);
            source.read_at(offset as u64, &mut out).expect("there");
            assert_eq!(out, bytes[offset..offset + len], "{len} bytes from {offset}");
        };
        check(0, 1000, 0);
        check(900, 1000, 900);
        check(900, 1100, 900);
        check(150_000, 10, 150_000);
        check(150_005, 40_000, 150_005);
        check(150_005, 49_995, 150_005);
        assert_eq!(passes.load(Ordering::Relaxed), 1, "one pass so far");
        check(10, 10, 10);
        assert_eq!(passes.load(Ordering::Relaxed), 2, "back to the start");
    }

    #[test]
    fn readers_of_one_stream_share_a_pass() {
        let bytes: Arc<[u8]> = (0..=255_u8).cycle().take(90_000).collect();
        let passes = Arc::new(AtomicUsize::new(0));
        let stream = Forward::new("test", Counted(Arc::clone(&bytes), Arc::clone(&passes)), 90_000, 1 << 20);
        let first = Shared::new(stream);
        let mut readers = vec![first.clone(), first.clone(), first.clone()];
        // One that is gone wants nothing.
        drop(first);
        for band in (0..90_000).step_by(30_000) {
            for reader in &mut readers {
                for part in (band..band + 30_000).step_by(10_000) {
                    let mut out = vec![0xAA; 10_000];
                    reader.keep_from(part as u64);
                    reader.read_at(part as u64, &mut out).expect("there");
                    assert!(out == bytes[part..part + 10_000], "the bytes from {part} on");
                }
            }
        }
        assert_eq!(passes.load(Ordering::Relaxed), 1, "one pass for three");
        let kept = readers[0].common().source.kept.len();
        assert!(kept <= 40_000, "and no more than a band is kept: {kept}");
    }

    #[test]
    fn a_stream_keeps_no_more_than_its_limit_and_says_where_it_ends() {
        let bytes: Arc<[u8]> = vec![7; 1000].into();
        let mut source = Forward::new("test", Counted(bytes, Arc::default()), 2000, 100);
        let mut out = [0; 300];
        source.read_at(0, &mut out).expect("there");
        assert!(source.kept.capacity() <= 100, "nothing is kept that does not fit");
        source.read_at(290, &mut out).expect("read again");
        let error = source.read_at(900, &mut out).expect_err("the stream is short");
        assert!(matches!(error, ReadError::Damaged { .. }), "{error}");
    }
}
