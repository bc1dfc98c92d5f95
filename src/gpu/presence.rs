//! Whether this machine can have a GPU at all, told from its device files without loading a driver.
//!
//! Listing adapters loads every Vulkan driver that is installed, the software ones and their compiler too: some 40 ms, which a short
//! run on a machine without a GPU spends for nothing. On Linux every GPU driver talks to its kernel part through a file in `/dev`:
//!
//! | file | who |
//! |---|---|
//! | `dri/*` | the kernel's own graphics drivers: AMD, Intel, nouveau, Apple, Arm, virtual machines |
//! | `nvidia*`, `nvhost*`, `nvgpu*` | NVIDIA's own driver, the latter two on Tegra |
//! | `dxg` | Windows' GPU inside WSL |
//! | `kgsl*`, `mali*`, `pvr*`, `galcore` | vendors' drivers of Adreno, Mali, `PowerVR` and Vivante |
//!
//! Where there is none of them, no adapter can be a real GPU. A file without a GPU behind it (a display without acceleration) costs
//! those 40 ms and nothing more. Other systems are always asked.
//!
//! **Limits.** A GPU that a driver reaches over the network or a socket has no file here; `--engine gpu` asks the drivers in any case.

use std::fs;
use std::path::Path;

/// Beginnings of the names of device files that only GPUs have.
const NAMES: [&str; 8] = ["nvidia", "nvhost", "nvgpu", "dxg", "kgsl", "mali", "pvr", "galcore"];

/// Whether there may be a GPU: false only where there certainly is none.
pub(super) fn possible() -> bool {
    !cfg!(target_os = "linux") || shown_in(Path::new("/dev"))
}

/// Whether a folder of device files shows a GPU; one that cannot be read may.
fn shown_in(folder: &Path) -> bool {
    let Ok(files) = fs::read_dir(folder) else { return true };
    files.flatten().any(|file| {
        let name = file.file_name();
        let name = name.to_string_lossy();
        let known = NAMES.iter().any(|start| name.starts_with(start));
        known || (name == "dri" && fs::read_dir(file.path()).map_or(true, |mut cards| cards.next().is_some()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gpu_shows_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        for name in ["null", "sda", "video0", "kvm", "dm-0"] {
            fs::write(folder.join(name), "").expect("a file");
        }
        assert!(!shown_in(folder), "no GPU among these");
        fs::create_dir(folder.join("dri")).expect("a folder");
        assert!(!shown_in(folder), "nothing in dri");
        fs::write(folder.join("dri/renderD128"), "").expect("a file");
        assert!(shown_in(folder), "a card of the kernel's drivers");
        for name in ["nvidia0", "nvidiactl", "nvhost-gpu", "dxg", "kgsl-3d0", "mali0", "pvr_sync"] {
            let folder = tempfile::tempdir().expect("a folder");
            fs::write(folder.path().join(name), "").expect("a file");
            assert!(shown_in(folder.path()), "{name}");
        }
        assert!(shown_in(&folder.join("nowhere")), "who knows");
    }
}
