//! Environment variables. An empty one counts as not set, so that a container can clear it.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;

use crate::failure::Failure;

/// Where variables are looked up; a test gives its own.
#[derive(Clone, Copy)]
pub(crate) struct Environment<'a>(pub(crate) &'a dyn Fn(&OsStr) -> Option<OsString>);

impl Environment<'_> {
    /// A variable that is not empty.
    pub(crate) fn get(&self, name: &OsStr) -> Option<OsString> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    /// A path.
    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        self.get(OsStr::new(name)).map(PathBuf::from)
    }

    /// A text. What is not UTF-8 is refused without being shown.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        match self.get(OsStr::new(name)).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(text)) => Ok(Some(text)),
            Some(Err(_)) => Err(Failure::config(
                "environment",
                format!("the variable {name} is not UTF-8"),
            )),
        }
    }
}

impl fmt::Debug for Environment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment")
    }
}
