//! Compiled pipelines, kept between runs in the user's cache folder where a driver gives them (Vulkan).
//!
//! One file per adapter: a line that says what it is, with the length and the checksum of what follows, and the driver's data. A
//! file that is damaged, cut off or too large counts as none, and data of another driver is left alone by wgpu. The file is written
//! after a compilation that has changed the data, beside and renamed.
//!
//! **Limits.** There is no way to make a cache smaller, so one that has outgrown [`LARGEST`] is not written, and the next run
//! begins anew when the file is gone. Of two processes that write at once the later wins.

use super::unchecked;
use crate::io::cache;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The most bytes of a file.
const LARGEST: usize = 16 << 20;

/// What the file begins with.
const MAGIC: &[u8; 24] = b"gradgrid pipelines 1    ";

/// An open cache, and what its file holds.
#[derive(Debug)]
pub(super) struct PipelineCache {
    pub(super) cache: wgpu::PipelineCache,
    path: Option<PathBuf>,
    kept: Mutex<(usize, u32)>,
}

impl PipelineCache {
    /// The cache of an adapter, with what the last run has left, if the device has caches.
    pub(super) fn open(device: &wgpu::Device, info: &wgpu::AdapterInfo) -> Option<Self> {
        if !device.features().contains(wgpu::Features::PIPELINE_CACHE) {
            return None;
        }
        let path = cache::folder().zip(wgpu::util::pipeline_cache_key(info)).map(|(folder, key)| folder.join(key));
        let data = path.as_deref().and_then(read);
        let kept = data.as_ref().map_or((0, 0), |data| (data.len(), crc32fast::hash(data)));
        let cache = unchecked::pipeline_cache(device, data.as_deref());
        Some(Self { cache, path, kept: Mutex::new(kept) })
    }

    /// Writes what the driver has now, if that is more or other than the file has.
    pub(super) fn keep(&self) {
        let (Some(path), Some(data)) = (&self.path, self.cache.get_data()) else { return };
        let now = (data.len(), crc32fast::hash(&data));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if *kept != now && data.len() <= LARGEST {
            cache::store(path, &packed(&data));
            *kept = now;
        }
    }
}

/// The bytes of the file.
fn packed(data: &[u8]) -> Vec<u8> {
    let sum = crc32fast::hash(data).to_le_bytes();
    [&MAGIC[..], &(data.len() as u64).to_le_bytes(), &sum, data].concat()
}

/// The data in a file, if it is whole.
fn read(path: &Path) -> Option<Vec<u8>> {
    let head = MAGIC.len() + 12;
    let size = usize::try_from(fs::metadata(path).ok()?.len()).ok()?;
    if size <= head || size > head + LARGEST {
        return None;
    }
    let bytes = fs::read(path).ok()?;
    let data = bytes.get(head..)?;
    (packed(data)[..head] == bytes[..head]).then(|| data.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_files_count_as_none() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("not there yet").join("file");
        assert_eq!(read(&path), None, "no file");
        let data: Vec<u8> = (0..=255).cycle().take(1000).collect();
        cache::store(&path, &packed(&data));
        assert_eq!(read(&path).as_deref(), Some(data.as_slice()), "as it was written");
        let whole = packed(&data);
        for place in [0, 24, 33, 36, 1035] {
            let mut bytes = whole.clone();
            bytes[place] ^= 1;
            fs::write(&path, bytes).expect("room");
            assert_eq!(read(&path), None, "byte {place} changed");
        }
        for length in [0, 20, 36, 1035] {
            fs::write(&path, &whole[..length]).expect("room");
            assert_eq!(read(&path), None, "cut to {length} bytes");
        }
        fs::write(&path, packed(&vec![0; LARGEST + 1])).expect("room");
        assert_eq!(read(&path), None, "too large");
    }
}
