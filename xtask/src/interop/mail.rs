//! The awkward mail: everything in it has broken some program once.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::root;

const SUBJECT: &str = "来自posthaste，这是一封测试邮件 – Grüße №7";
const ATTACHMENT: &str = "季度 报告 (最终 版).bin";
const HTML: &str = "<p>Grüße, 你好</p><img src=\"cid:logo@posthaste.test\">\n";

/// The smallest PNG: one pixel.
const IMAGE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";

/// The files it is made of.
pub(super) struct Mail {
    folder: tempfile::TempDir,
}

impl Mail {
    pub(super) fn write() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let long = "0123456789 "
            .repeat(137)
            .trim_end()
            .chars()
            .take(1500)
            .collect::<String>();
        let text = format!(
            ".a line that begins with a dot\n..and one with two\n.\n{long}\n你好，世界\nFrom here on\n\n."
        );
        // Every octet value, in an order that repeats late.
        let octets: Vec<u8> = (0..300 * 1024_u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 11) as u8)
            .collect();
        std::fs::write(folder.path().join("text.txt"), text)?;
        std::fs::write(folder.path().join("page.html"), HTML)?;
        std::fs::write(folder.path().join("logo.png"), IMAGE)?;
        std::fs::write(folder.path().join(ATTACHMENT), octets)?;
        std::fs::write(folder.path().join("subject"), SUBJECT)?;
        Ok(Self { folder })
    }

    /// What makes `posthaste` put it together.
    pub(super) fn flags(&self, from: &str, to: &[&str]) -> Vec<OsString> {
        let mut image = self.file("logo.png").into_os_string();
        image.push(";cid=logo@posthaste.test");
        let words = |words: [&str; 2]| words.map(OsString::from);
        let mut flags = Vec::new();
        flags.extend(words(["--from", from]));
        flags.extend(to.iter().flat_map(|to| words(["--to", to])));
        flags.extend(words(["--subject", SUBJECT]));
        flags.extend(["--text-file".into(), self.file("text.txt").into_os_string()]);
        flags.extend([
            "--html-file".into(),
            self.file("page.html").into_os_string(),
        ]);
        flags.extend(["--inline".into(), image]);
        flags.extend(["--attach".into(), self.file(ATTACHMENT).into_os_string()]);
        flags
    }

    /// Has Python's `email` read the file and compare it with what went in.
    pub(super) fn compare(&self, eml: &Path) -> Command {
        let mut command = Command::new("python3");
        command
            .arg(root().join("xtask/src/interop/compare.py"))
            .arg(eml)
            .arg(self.folder.path())
            .arg(ATTACHMENT);
        command
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
