//! The user's cache folder: things that cost time to find out again, and nothing else when they are lost.
//!
//! The folder is `gradgrid` in `$XDG_CACHE_HOME`, else in `%LOCALAPPDATA%` on Windows, `~/Library/Caches` on macOS, `~/.cache`
//! elsewhere. Files in it are written beside and renamed, so that nobody reads a half; of two processes that write at once the
//! later wins.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The folder, which need not exist yet.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || variable("HOME");
    // A relative path in the variable is invalid, as the specification of base directories has it.
    let base = variable("XDG_CACHE_HOME").filter(|path| path.is_absolute()).or_else(|| {
        if cfg!(windows) {
            variable("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            home().map(|home| home.join("Library/Caches"))
        } else {
            home().map(|home| home.join(".cache"))
        }
    });
    base.map(|base| base.join("gradgrid"))
}

/// Writes a file and the folders above it. What cannot be written costs the next run some time, and is no error.
pub fn store(path: &Path, bytes: &[u8]) {
    let write = || -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.persist(path)?;
        Ok(())
    };
    let _ = write();
}
