//! Where a result goes: a file that appears whole or not at all, or the standard output.
//!
//! A file is written under another name in the same folder and renamed on [`Output::commit`]; dropped before that, it
//! leaves nothing behind. So whoever looks at the final name sees the old file or the new one, never a part, whatever
//! ends the program. An existing file is refused unless overwriting was asked for, both at the start, before any work,
//! and again at the rename.
//!
//! Edge cases: `-` is the standard output, `./-` a file of that name; a link is followed, so that the file it points to
//! is replaced; what is neither file nor folder (`/dev/null`, a pipe) is written directly; a replaced file keeps its
//! permissions.
//!
//! Limits: data is handed to the operating system, not forced to the disk, so a power cut just after the rename can
//! still lose it.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Stdout, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tempfile::NamedTempFile;

/// Bytes gathered before the system is asked to write: PNG chunks and rows come in many sizes.
const BUFFER: usize = 256 * 1024;

/// Files under their temporary names, for whoever must leave at once.
static PARTS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Removes every file that has no final name yet: the last deed before a process ends without unwinding.
pub fn abandon() {
    let parts = std::mem::take(&mut *PARTS.lock().unwrap_or_else(PoisonError::into_inner));
    // Nothing can be done about one that cannot be removed.
    parts.iter().for_each(|part| drop(fs::remove_file(part)));
}

/// A place in the list of temporary names.
#[derive(Debug)]
struct Part(PathBuf);

impl Part {
    fn new(path: &Path) -> Self {
        PARTS.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        Self(path.to_owned())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        PARTS.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// A writer that knows how long the system took to take its bytes.
#[derive(Debug)]
struct Timed<W> {
    writer: W,
    spent: Duration,
}

impl<W: Write> Timed<W> {
    fn buffered(writer: W) -> BufWriter<Self> {
        BufWriter::with_capacity(BUFFER, Self { writer, spent: Duration::ZERO })
    }

    fn timed<T>(&mut self, act: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        let start = Instant::now();
        let result = act(&mut self.writer);
        self.spent += start.elapsed();
        result
    }
}

impl<W: Write> Write for Timed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.timed(|writer| writer.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.timed(W::flush)
    }
}

impl<W: Seek> Seek for Timed<W> {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        self.writer.seek(place)
    }
}

/// An open destination. Write to it, then [`commit`](Self::commit).
#[derive(Debug)]
pub struct Output {
    name: String,
    sink: Sink,
}

#[derive(Debug)]
enum Sink {
    Stdout(BufWriter<Timed<Stdout>>),
    /// Pipes and devices.
    Direct(BufWriter<Timed<File>>),
    /// A file under its temporary name, and its final name.
    Beside {
        file: BufWriter<Timed<NamedTempFile>>,
        part: Part,
        path: PathBuf,
        overwrite: bool,
    },
}

/// Why a destination cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// There is a file of that name.
    #[error("'{path}' exists already: choose another name, or pass --overwrite to replace it")]
    Exists {
        /// The destination.
        path: String,
    },
    /// The destination is a folder.
    #[error("'{path}' is a folder: name a file in it")]
    IsFolder {
        /// The destination.
        path: String,
    },
    /// The folder of the destination does not exist.
    #[error("cannot write '{path}': there is no folder '{folder}'; create it first")]
    NoFolder {
        /// The destination.
        path: String,
        /// The folder that is missing.
        folder: String,
    },
    /// The folder does not let us write.
    #[error("cannot write '{path}': no permission to write in '{folder}'; choose a folder of yours")]
    NoPermission {
        /// The destination.
        path: String,
        /// Its folder.
        folder: String,
    },
    /// No name was given.
    #[error("the name of the output is empty: give a file name, or - for the standard output")]
    NoName,
    /// Anything else that the system says.
    #[error("cannot write '{path}': {source}")]
    System {
        /// The destination.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Output {
    /// Opens a destination. Nothing appears under its name before [`commit`](Self::commit).
    pub fn create(path: impl AsRef<Path>, overwrite: bool) -> Result<Self, OutputError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        if path.as_os_str().is_empty() {
            return Err(OutputError::NoName);
        }
        if path.as_os_str() == "-" {
            return Ok(Self { name: "standard output".to_owned(), sink: Sink::Stdout(Timed::buffered(io::stdout())) });
        }
        let trouble = |source: io::Error| error_for(path, source);
        // Where a link leads; a name that does not exist yet stays as it is.
        let target = match fs::canonicalize(path) {
            Ok(target) => target,
            Err(e) if e.kind() == io::ErrorKind::NotFound => path.to_owned(),
            Err(e) => return Err(trouble(e)),
        };
        let existing = match fs::metadata(&target) {
            Ok(found) => Some(found),
            Err(e) if e.kind() == io::ErrorKind::NotFound => None,
            Err(e) => return Err(trouble(e)),
        };
        match &existing {
            Some(found) if found.is_dir() => return Err(OutputError::IsFolder { path: name }),
            Some(found) if !found.is_file() => {
                let file = File::options().write(true).open(&target).map_err(trouble)?;
                return Ok(Self { name, sink: Sink::Direct(Timed::buffered(file)) });
            }
            Some(_) if !overwrite => return Err(OutputError::Exists { path: name }),
            _ => {}
        }
        if target.file_name().is_none() || name.ends_with(std::path::is_separator) {
            return Err(OutputError::IsFolder { path: name });
        }
        let file = beside(&target, existing.as_ref()).map_err(trouble)?;
        let part = Part::new(file.path());
        Ok(Self { name, sink: Sink::Beside { file: Timed::buffered(file), part, path: target, overwrite } })
    }

    /// What messages call the destination: its path, or “standard output”.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether [`Seek`] works: in files, not in streams and devices.
    pub fn is_seekable(&self) -> bool {
        matches!(self.sink, Sink::Beside { .. })
    }

    /// Makes files without a name in the folder of the destination, which are gone when they are closed, however that comes about.
    pub fn scratch(&self) -> impl FnMut() -> io::Result<File> + use<> {
        let folder = match &self.sink {
            Sink::Beside { path, .. } => folder_of(path).to_owned(),
            Sink::Stdout(_) | Sink::Direct(_) => std::env::temp_dir(),
        };
        move || tempfile::tempfile_in(&folder)
    }

    /// Whether the result goes to the standard output.
    pub fn is_stdout(&self) -> bool {
        matches!(self.sink, Sink::Stdout(_))
    }

    /// How long the system has taken to take the bytes so far.
    pub fn spent(&self) -> Duration {
        match &self.sink {
            Sink::Stdout(sink) => sink.get_ref().spent,
            Sink::Direct(sink) => sink.get_ref().spent,
            Sink::Beside { file, .. } => file.get_ref().spent,
        }
    }

    /// Writes out what is left and gives the file its final name.
    pub fn commit(self) -> Result<(), OutputError> {
        let system = |source: io::Error| OutputError::System { path: self.name.clone(), source };
        match self.sink {
            Sink::Stdout(mut sink) => sink.flush().map_err(system),
            Sink::Direct(mut sink) => sink.flush().map_err(system),
            Sink::Beside { file, part, path, overwrite } => {
                let file = file.into_inner().map_err(|e| system(e.into_error()))?.writer;
                let named = if overwrite { file.persist(&path) } else { file.persist_noclobber(&path) };
                drop(part);
                named.map(drop).map_err(|failed| match failed.error.kind() {
                    io::ErrorKind::AlreadyExists => OutputError::Exists { path: self.name.clone() },
                    _ => system(failed.error),
                })
            }
        }
    }
}

impl Seek for Output {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        match &mut self.sink {
            Sink::Beside { file, .. } => file.seek(place),
            Sink::Stdout(_) | Sink::Direct(_) => Err(io::Error::from(io::ErrorKind::NotSeekable)),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Sink::Stdout(sink) => sink.write(bytes),
            Sink::Direct(sink) => sink.write(bytes),
            Sink::Beside { file, .. } => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Stdout(sink) => sink.flush(),
            Sink::Direct(sink) => sink.flush(),
            Sink::Beside { file, .. } => file.flush(),
        }
    }
}

/// The folder that holds a path, written so that it can be opened.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A new file in the folder of `target`, hidden, with the permissions that the target has or a new file gets.
fn beside(target: &Path, existing: Option<&fs::Metadata>) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".gradgrid-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are private by habit; this one will be an ordinary file, under the user's mask.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder_of(target)).map_err(bare)?;
    if let Some(existing) = existing {
        file.as_file().set_permissions(existing.permissions())?;
    }
    Ok(file)
}

/// What the system said, without the name of the temporary file, which nobody asked for.
fn bare(error: io::Error) -> io::Error {
    let words = error.to_string();
    match words.split_once(" at path ") {
        Some((said, _)) => io::Error::new(error.kind(), said),
        None => error,
    }
}

/// The error that says what to do about `source`.
fn error_for(path: &Path, source: io::Error) -> OutputError {
    let name = path.display().to_string();
    let folder = folder_of(path);
    match source.kind() {
        io::ErrorKind::NotFound if !folder.is_dir() => {
            OutputError::NoFolder { path: name, folder: folder.display().to_string() }
        }
        io::ErrorKind::NotADirectory => OutputError::NoFolder { path: name, folder: folder.display().to_string() },
        io::ErrorKind::PermissionDenied => {
            OutputError::NoPermission { path: name, folder: folder.display().to_string() }
        }
        _ => OutputError::System { path: name, source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut all: Vec<String> = fs::read_dir(folder)
            .expect("the folder is there")
            .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        all.sort();
        all
    }

    #[test]
    fn a_file_appears_whole_and_only_on_commit() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("a.bin");
        let mut output = Output::create(&path, false).expect("a new file");
        output.write_all(&[7; 1_000_000]).expect("room");
        assert!(!path.exists(), "nothing under the final name yet");
        output.commit().expect("the rename");
        assert_eq!(fs::read(&path).expect("the file").len(), 1_000_000, "all of it");
        assert_eq!(names(folder.path()), ["a.bin"], "and nothing else");
    }

    #[test]
    fn dropped_without_commit_nothing_is_left_and_the_old_file_stays() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("a.bin");
        fs::write(&path, "old").expect("room");
        let mut output = Output::create(&path, true).expect("overwriting was asked for");
        output.write_all(&[1; 600_000]).expect("room");
        drop(output);
        assert_eq!(fs::read_to_string(&path).expect("the file"), "old", "untouched");
        assert_eq!(names(folder.path()), ["a.bin"], "no rubbish");
    }

    #[test]
    fn existing_files_are_refused_unless_overwriting() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("a.bin");
        fs::write(&path, "old").expect("room");
        let message = Output::create(&path, false).expect_err("it exists").to_string();
        assert!(message.contains("--overwrite") && message.contains("a.bin"), "{message}");
        let mut output = Output::create(&path, true).expect("overwriting was asked for");
        output.write_all(b"new").expect("room");
        output.commit().expect("the rename");
        assert_eq!(fs::read_to_string(&path).expect("the file"), "new", "replaced");
    }

    #[test]
    fn the_list_of_parts_holds_open_files_only() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let listed = || {
            let parts = PARTS.lock().unwrap_or_else(PoisonError::into_inner);
            // Other tests have their own folders.
            parts.iter().filter(|part| part.starts_with(folder.path())).count()
        };
        let one = Output::create(folder.path().join("a"), false).expect("a new file");
        let two = Output::create(folder.path().join("b"), false).expect("a new file");
        assert_eq!(listed(), 2, "both");
        one.commit().expect("the rename");
        assert_eq!(listed(), 1, "one has its name");
        drop(two);
        assert_eq!(listed(), 0, "one is gone");
    }

    #[test]
    fn a_file_that_appears_meanwhile_is_not_lost() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("a.bin");
        let output = Output::create(&path, false).expect("a new file");
        fs::write(&path, "someone else's").expect("room");
        assert!(matches!(output.commit(), Err(OutputError::Exists { .. })), "refused at the rename");
        assert_eq!(fs::read_to_string(&path).expect("the file"), "someone else's", "untouched");
        assert_eq!(names(folder.path()), ["a.bin"], "no rubbish");
    }

    #[test]
    fn errors_say_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let file = folder.path().join("file");
        fs::write(&file, "x").expect("room");
        let fails = |path: &Path| Output::create(path, true).expect_err("not a place for a file");
        assert!(matches!(fails(folder.path()), OutputError::IsFolder { .. }), "a folder");
        assert!(matches!(fails(&folder.path().join("none/a.png")), OutputError::NoFolder { .. }), "no such folder");
        assert!(matches!(fails(&file.join("a.png")), OutputError::NoFolder { .. }), "a file is no folder");
        assert!(matches!(fails(Path::new("")), OutputError::NoName), "no name");
        assert!(matches!(fails(&folder.path().join("a/")), OutputError::IsFolder { .. }), "the name of a folder");
        let message = fails(&folder.path().join("none/a.png")).to_string();
        assert!(message.contains("none") && message.contains("create it"), "{message}");
    }

    #[test]
    fn names_without_a_folder_are_in_the_current_one() {
        assert_eq!(folder_of(Path::new("a.png")), Path::new("."), "plain name");
        assert_eq!(folder_of(Path::new("b/a.png")), Path::new("b"), "with folder");
        assert!(Output::create("-", false).expect("standard output").is_stdout(), "a dash");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_devices_written_and_permissions_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().expect("a folder for the test");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").expect("room");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("our file");
        symlink(&file, &link).expect("a link");
        let mut output = Output::create(&link, true).expect("overwriting was asked for");
        output.write_all(b"new").expect("room");
        output.commit().expect("the rename");
        assert!(fs::symlink_metadata(&link).expect("the link").file_type().is_symlink(), "still a link");
        assert_eq!(fs::read_to_string(&file).expect("the file"), "new", "its target is new");
        assert_eq!(fs::metadata(&file).expect("the file").permissions().mode() & 0o777, 0o640, "permissions kept");
        let mut null = Output::create("/dev/null", false).expect("a device is no file to protect");
        null.write_all(b"gone").expect("it takes everything");
        null.commit().expect("nothing to rename");
    }
}
