//! The machine in words, for whoever reads the numbers later.

use crate::gpu::AdapterInfo;
use std::fs;

/// The adapter with its kind and driver.
#[must_use]
pub fn adapter(info: &AdapterInfo) -> String {
    let driver = format!("{} {}", info.driver, info.driver_info);
    format!("{}, {}, {}; driver {}", info.name, info.kind, info.backend, driver.trim())
}

/// The processor, where the system tells, and the platform.
#[must_use]
pub fn processor() -> String {
    let known = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| model(&text));
    let platform = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    known.map_or(platform.clone(), |model| format!("{model}, {platform}"))
}

fn model(cpuinfo: &str) -> Option<String> {
    let field = |name: &str| {
        let line = cpuinfo.lines().find(|line| line.split(':').next().is_some_and(|key| key.trim() == name))?;
        let value = line.split_once(':')?.1.split_whitespace().collect::<Vec<_>>().join(" ");
        (!value.is_empty()).then_some(value)
    };
    let name = field("model name")?;
    // Virtual machines may hide the name; family and model still tell.
    if name != "unknown" {
        return Some(name);
    }
    Some(format!("{} family {} model {}", field("vendor_id")?, field("cpu family")?, field("model")?))
}

/// Threads that the engines use.
#[must_use]
pub fn threads() -> usize {
    rayon::current_num_threads()
}

/// Processes that ran or waited over the last minute, where the system tells.
#[must_use]
pub fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_named() {
        let text = "vendor_id\t: AuthenticAMD\ncpu family\t: 26\nmodel\t\t: 2\nmodel name\t: AMD  EPYC 1\n";
        assert_eq!(model(text).as_deref(), Some("AMD EPYC 1"), "by name");
        let hidden = text.replace("AMD  EPYC 1", "unknown");
        assert_eq!(model(&hidden).as_deref(), Some("AuthenticAMD family 26 model 2"), "by family");
        assert_eq!(model(""), None, "not at all");
        assert!(!processor().is_empty() && threads() > 0, "this one");
    }
}
