//! The Content-Disposition field (RFC 2183) and file names.

use core::{error, fmt, str};

use super::{fold::Folder, value::Shown};
use crate::parameter;

/// Longest file name in octets; common file systems allow 255 characters.
const MAX_LEN: usize = 1024;

/// A file name without folders, of at most 1,024 octets.
///
/// Names that are not ASCII are written so that the readers in use show them: `filename*` (RFC 2231) in
/// Content-Disposition, and encoded-words in the `name` of Content-Type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// Checks `name`.
    ///
    /// # Errors
    ///
    /// When it is empty, `.` or `..`, longer than 1,024 octets, or holds a slash or a control character
    /// (TAB included).
    pub fn new(name: &str) -> Result<Self, FileNameError> {
        if let Some((offset, character)) = name
            .char_indices()
            .find(|(_, character)| character.is_control() || *character == '/')
        {
            return Err(FileNameError::Forbidden { character, offset });
        }
        match name {
            "" => Err(FileNameError::Empty),
            "." | ".." => Err(FileNameError::Folder),
            _ if name.len() > MAX_LEN => Err(FileNameError::TooLong { length: name.len() }),
            _ => Ok(Self(name.to_owned())),
        }
    }

    /// The name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl str::FromStr for FileName {
    type Err = FileNameError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::new(name)
    }
}

/// Why a text is no file name. Offsets count octets from its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileNameError {
    /// There is nothing.
    Empty,
    /// `.` and `..` name folders.
    Folder,
    /// A slash or a control character.
    Forbidden {
        /// The character.
        character: char,
        /// Where it begins.
        offset: usize,
    },
    /// More than 1,024 octets.
    TooLong {
        /// How many octets there are.
        length: usize,
    },
    /// The name of the file on disk is not Unicode; give another one with `file_name`.
    NotUnicode,
}

impl fmt::Display for FileNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the file name is empty"),
            Self::Folder => f.write_str("the file name names a folder"),
            Self::Forbidden { character, offset } => {
                write!(
                    f,
                    "{} at octet {offset} cannot stand in a file name",
                    Shown(*character)
                )
            }
            Self::TooLong { length } => write!(
                f,
                "the file name has {length} octets, {MAX_LEN} are allowed"
            ),
            Self::NotUnicode => f.write_str("the file name is not Unicode: give another one"),
        }
    }
}

impl error::Error for FileNameError {}

/// How a reader is to show a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disposition {
    Attachment,
    Inline,
}

impl Disposition {
    /// Writes the field.
    pub(crate) fn write(self, out: &mut String, file_name: Option<&str>) {
        let kind = match self {
            Self::Attachment => "attachment",
            Self::Inline => "inline",
        };
        let mut pieces = vec![parameter::Piece::from(kind.to_owned())];
        if let Some(name) = file_name {
            pieces.extend(parameter::extended("filename", name));
        }
        let mut folder = Folder::field(out, "Content-Disposition");
        parameter::write(&mut folder, pieces);
        folder.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_control_characters_are_refused() {
        assert_eq!(
            FileName::new("a b\\\".txt").unwrap().as_str(),
            "a b\\\".txt"
        );
        assert_eq!(FileName::new(""), Err(FileNameError::Empty));
        assert_eq!(FileName::new(".."), Err(FileNameError::Folder));
        for character in ['/', '\r', '\n', '\0', '\t', '\u{85}'] {
            assert_eq!(
                FileName::new(&format!("é{character}")),
                Err(FileNameError::Forbidden {
                    character,
                    offset: 2
                })
            );
        }
        assert!(FileName::new(&"x".repeat(1025)).is_err());
    }
}
