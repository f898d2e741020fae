//! `PATH;key=value;…`, the form in which `--attach` and `--inline` take a file.
//!
//! ```text
//! spec  = path *( ";" *blank key "=" value )
//! path  = quoted / every octet up to the first ";"
//! value = quoted / octets without ; " \ = and blanks
//! quoted = '"' *( octet but " and \ / "\" any octet ) '"'
//! ```

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;

/// A file and what the command line says about it. Nothing of it is looked at yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileSpec {
    /// Where the file is.
    pub(crate) path: PathBuf,
    /// `type=`: the media type.
    pub(crate) media_type: Option<String>,
    /// `name=`: the file name that the reader sees.
    pub(crate) name: Option<String>,
    /// `cid=`: the Content-ID of an inline part.
    pub(crate) cid: Option<String>,
}

/// Why a spec cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileSpecError {
    /// There is no path.
    NoPath,
    /// A double quote that is never closed.
    Unclosed,
    /// Something stands between a closing quote and the next `;`.
    AfterQuote,
    /// A parameter without `=`.
    NoValue(String),
    /// A parameter that does not exist.
    Unknown(String),
    /// A parameter given twice.
    Twice(&'static str),
    /// An empty value.
    Empty(&'static str),
    /// A value that must be quoted.
    NeedsQuotes(&'static str),
    /// A value, or here a path, that is not UTF-8.
    NotUtf8(&'static str),
}

impl FileSpec {
    /// Reads a spec. The path may hold any octets where the system's paths do; the values are UTF-8.
    pub(crate) fn parse(spec: &OsStr) -> Result<Self, FileSpecError> {
        let octets = spec.as_encoded_bytes();
        let (path, mut rest) = match octets.strip_prefix(b"\"") {
            Some(quoted) => unquote(quoted)?,
            None => {
                let end = octets
                    .iter()
                    .position(|octet| *octet == b';')
                    .unwrap_or(octets.len());
                let (path, rest) = octets.split_at(end);
                (path.to_vec(), rest)
            }
        };
        if path.is_empty() {
            return Err(FileSpecError::NoPath);
        }
        let mut read = Self {
            path: to_path(path)?,
            media_type: None,
            name: None,
            cid: None,
        };
        while let Some(parameter) = rest.strip_prefix(b";") {
            rest = read.parameter(parameter)?;
        }
        if rest.is_empty() {
            Ok(read)
        } else {
            Err(FileSpecError::AfterQuote)
        }
    }

    /// Reads one `key=value` and gives what stands behind it.
    fn parameter<'a>(&mut self, octets: &'a [u8]) -> Result<&'a [u8], FileSpecError> {
        let octets = octets.trim_ascii_start();
        let end = octets
            .iter()
            .position(|octet| matches!(octet, b';' | b'='))
            .unwrap_or(octets.len());
        let (key, rest) = octets.split_at(end);
        let key = String::from_utf8_lossy(key).into_owned();
        let Some(rest) = rest.strip_prefix(b"=") else {
            return Err(FileSpecError::NoValue(key));
        };
        let (key, slot) = match key.as_str() {
            "type" => ("type", &mut self.media_type),
            "name" => ("name", &mut self.name),
            "cid" => ("cid", &mut self.cid),
            _ => return Err(FileSpecError::Unknown(key)),
        };
        if slot.is_some() {
            return Err(FileSpecError::Twice(key));
        }
        let (value, rest) = match rest.strip_prefix(b"\"") {
            Some(quoted) => unquote(quoted)?,
            None => {
                let end = rest
                    .iter()
                    .position(|octet| *octet == b';')
                    .unwrap_or(rest.len());
                let (value, rest) = rest.split_at(end);
                // What holds a line break is not a matter of quotes: it is refused for that where its type is known.
                let broken = value.iter().any(|octet| b"\r\n\0".contains(octet));
                if !broken && value.iter().any(|octet| b"\"\\= \t".contains(octet)) {
                    return Err(FileSpecError::NeedsQuotes(key));
                }
                (value.to_vec(), rest)
            }
        };
        if value.is_empty() {
            return Err(FileSpecError::Empty(key));
        }
        *slot = Some(String::from_utf8(value).map_err(|_| FileSpecError::NotUtf8(key))?);
        Ok(rest)
    }
}

/// Reads up to the closing quote: what was quoted, and what stands behind it.
fn unquote(octets: &[u8]) -> Result<(Vec<u8>, &[u8]), FileSpecError> {
    let mut value = Vec::new();
    let mut rest = octets.iter();
    loop {
        match rest.next() {
            Some(b'"') => return Ok((value, rest.as_slice())),
            Some(b'\\') => value.push(*rest.next().ok_or(FileSpecError::Unclosed)?),
            Some(octet) => value.push(*octet),
            None => return Err(FileSpecError::Unclosed),
        }
    }
}

#[cfg(unix)]
#[allow(
    clippy::unnecessary_wraps,
    reason = "other systems have paths that not every octet can be in"
)]
fn to_path(octets: Vec<u8>) -> Result<PathBuf, FileSpecError> {
    use std::os::unix::ffi::OsStringExt;
    Ok(PathBuf::from(OsString::from_vec(octets)))
}

#[cfg(not(unix))]
fn to_path(octets: Vec<u8>) -> Result<PathBuf, FileSpecError> {
    match String::from_utf8(octets) {
        Ok(path) => Ok(PathBuf::from(OsString::from(path))),
        Err(_) => Err(FileSpecError::NotUtf8("PATH")),
    }
}

impl fmt::Display for FileSpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPath => f.write_str("there is no path before the first \";\""),
            Self::Unclosed => f.write_str("a double quote is never closed"),
            Self::AfterQuote => f.write_str("only \";\" may follow a closing quote"),
            Self::NoValue(key) => {
                write!(
                    f,
                    "\"{key}\" has no value; a path that holds \";\" is written in double quotes"
                )
            }
            Self::Unknown(key) => write!(
                f,
                "there is no parameter \"{key}\"; those known are type, name and cid"
            ),
            Self::Twice(key) => write!(f, "\"{key}\" is given twice"),
            Self::Empty(key) => write!(f, "\"{key}\" is empty"),
            Self::NeedsQuotes(key) => {
                write!(
                    f,
                    "the value of \"{key}\" holds a blank, =, \" or \\ and must stand in double quotes, with \\ before \" and \\"
                )
            }
            Self::NotUtf8(what) => write!(f, "\"{what}\" is not UTF-8"),
        }
    }
}

impl std::error::Error for FileSpecError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(spec: &str) -> Result<FileSpec, FileSpecError> {
        FileSpec::parse(OsStr::new(spec))
    }

    fn spec(
        path: &str,
        media_type: Option<&str>,
        name: Option<&str>,
        cid: Option<&str>,
    ) -> FileSpec {
        FileSpec {
            path: PathBuf::from(path),
            media_type: media_type.map(str::to_owned),
            name: name.map(str::to_owned),
            cid: cid.map(str::to_owned),
        }
    }

    #[test]
    fn a_path_is_literal_up_to_the_first_semicolon() {
        assert_eq!(
            parse("a b/c=d\\\"e.pdf"),
            Ok(spec("a b/c=d\\\"e.pdf", None, None, None))
        );
        assert_eq!(
            parse("x.bin;type=text/plain"),
            Ok(spec("x.bin", Some("text/plain"), None, None))
        );
        assert_eq!(
            parse("x; name=y.txt;type=a/b"),
            Ok(spec("x", Some("a/b"), Some("y.txt"), None))
        );
    }

    #[test]
    fn quotes_take_everything() {
        let read = parse(r#""a;b \"c\" \\.pdf";name="x; y=\"z\" \\.pdf";cid=logo"#);
        assert_eq!(
            read,
            Ok(spec(
                r#"a;b "c" \.pdf"#,
                None,
                Some(r#"x; y="z" \.pdf"#),
                Some("logo")
            ))
        );
        assert_eq!(
            parse("\"季 度.pdf\""),
            Ok(spec("季 度.pdf", None, None, None))
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        use FileSpecError as E;
        for (text, error) in [
            ("", E::NoPath),
            (";type=a/b", E::NoPath),
            ("\"\"", E::NoPath),
            ("\"x", E::Unclosed),
            ("\"x\\", E::Unclosed),
            ("\"x\"y", E::AfterQuote),
            ("x;name=\"y\"z", E::AfterQuote),
            ("x;y", E::NoValue("y".to_owned())),
            ("x;", E::NoValue(String::new())),
            ("x;nmae=y", E::Unknown("nmae".to_owned())),
            ("x;name=a;name=b", E::Twice("name")),
            ("x;name=", E::Empty("name")),
            ("x;name=\"\"", E::Empty("name")),
            ("x;name=a b", E::NeedsQuotes("name")),
            ("x;name=a=b", E::NeedsQuotes("name")),
            ("x;name=a\\b", E::NeedsQuotes("name")),
            ("x;name=\"y", E::Unclosed),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_path_need_not_be_utf8_but_a_name_must() {
        use std::os::unix::ffi::OsStrExt;
        let read = FileSpec::parse(OsStr::from_bytes(b"a\xff;name=b")).unwrap();
        assert_eq!(read.path.as_os_str().as_bytes(), b"a\xff");
        assert_eq!(
            FileSpec::parse(OsStr::from_bytes(b"a;name=\xff")),
            Err(FileSpecError::NotUtf8("name"))
        );
    }
}
