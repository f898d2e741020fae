//! A directory of `NNNN.eml` with `NNNN.json` beside it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Record, name};

/// Open for messages. Files that are there already are left alone; new ones get higher numbers.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    parts: AtomicU32,
}

/// A file that is being written, under a name of its own. Removed when dropped.
#[derive(Debug)]
pub(crate) struct Part {
    path: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Directory {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        Ok(Self {
            path: path.to_owned(),
            parts: AtomicU32::new(0),
        })
    }

    pub(super) fn begin(&self) -> io::Result<Part> {
        loop {
            let part = self.parts.fetch_add(1, Ordering::Relaxed);
            let path = self
                .path
                .join(format!("incoming-{}-{part}.part", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    return Ok(Part {
                        path,
                        file: Some(BufWriter::with_capacity(64 << 10, file)),
                    });
                }
                // Left behind by a process of the same id that was killed.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Gives the files their names. The `.eml` comes last and whole: who sees it finds the `.json` complete.
    pub(super) fn finish(&self, mut part: Part, record: &Record) -> io::Result<(u32, PathBuf)> {
        if let Some(mut file) = part.file.take() {
            file.flush()?;
        }
        let (number, json_path, mut json) = self.reserve()?;
        let eml_path = self.path.join(format!("{}.eml", name(number)));
        let written = serde_json::to_vec_pretty(record)
            .map_err(io::Error::other)
            .and_then(|mut octets| {
                octets.push(b'\n');
                json.write_all(&octets)
            })
            .and_then(|()| fs::rename(&part.path, &eml_path));
        match written {
            Ok(()) => Ok((number, eml_path)),
            Err(error) => {
                // Best effort: the number stays unused, which harms nobody.
                let _ = fs::remove_file(json_path);
                Err(error)
            }
        }
    }

    /// Takes the next number by making its `.json`, which no other process can make as well.
    fn reserve(&self) -> io::Result<(u32, PathBuf, File)> {
        let mut number = self.highest()?;
        loop {
            number = number
                .checked_add(1)
                .ok_or_else(|| io::Error::other("no number is left in the directory"))?;
            let path = self.path.join(format!("{}.json", name(number)));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((number, path, file)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The highest number in use.
    fn highest(&self) -> io::Result<u32> {
        let mut highest = 0;
        for entry in fs::read_dir(&self.path)? {
            let file_name = entry?.file_name();
            let number = file_name.to_str().and_then(|text| {
                let stem = text
                    .strip_suffix(".eml")
                    .or_else(|| text.strip_suffix(".json"))?;
                stem.parse().ok()
            });
            highest = highest.max(number.unwrap_or(0));
        }
        Ok(highest)
    }
}

impl Part {
    pub(super) fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        match &mut self.file {
            Some(file) => file.write_all(octets),
            None => Err(io::Error::other("the file is closed")),
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Closed first, for systems that do not remove open files. After a rename there is nothing to remove.
        self.file = None;
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn numbers_go_on_behind_what_is_there() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("0041.eml"), "old").unwrap();
        fs::write(place.path().join("notes.txt"), "").unwrap();
        let directory = Directory::open(place.path()).unwrap();
        let mut part = directory.begin().unwrap();
        part.write(b"new").unwrap();
        let (number, path) = directory.finish(part, &Record::default()).unwrap();
        assert_eq!(
            (number, fs::read(path).unwrap().as_slice()),
            (42, &b"new"[..])
        );
        assert_eq!(
            names(place.path()),
            ["0041.eml", "0042.eml", "0042.json", "notes.txt"]
        );
    }

    #[test]
    fn what_is_given_up_leaves_nothing() {
        let place = tempfile::tempdir().unwrap();
        let directory = Directory::open(&place.path().join("new/deep")).unwrap();
        let mut part = directory.begin().unwrap();
        part.write(&[0; 100_000]).unwrap();
        assert_eq!(names(&place.path().join("new/deep")).len(), 1);
        drop(part);
        assert!(names(&place.path().join("new/deep")).is_empty());
    }
}
