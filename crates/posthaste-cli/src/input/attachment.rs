//! `--attach` and `--inline`: from a spec to a part of the message.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use posthaste_mime::Attachment;
use posthaste_mime::header::{ContentId, FileName, MediaType};

use super::file_spec::FileSpec;
use super::read::{self, Limit};
use crate::failure::Failure;

/// Files up to this size are read at once: they cannot change on the way, and a text among them gets the charset that
/// it is seen to have. Larger ones are read while they are sent.
const IN_MEMORY: u64 = 1 << 20;

/// A part and, for one that is shown inline, its id.
pub(crate) struct Part {
    pub(crate) attachment: Attachment,
    pub(crate) id: Option<ContentId>,
}

/// Reads `--attach SPEC`.
pub(crate) fn attached(spec: &OsStr) -> Result<Part, Failure> {
    let (spec, at) = parse("--attach", spec)?;
    if spec.cid.is_some() {
        return Err(Failure::usage(format!("{at}: cid belongs to --inline")));
    }
    part(&spec, "--attach", &at)
}

/// Reads `--inline SPEC`, which must have an id.
pub(crate) fn inline(spec: &OsStr) -> Result<Part, Failure> {
    let (spec, at) = parse("--inline", spec)?;
    if spec.cid.is_none() {
        let why = format!("{at}: there is no cid, by which the HTML could show the file");
        return Err(Failure::usage(why).hint("write 'PATH;cid=logo' and <img src=\"cid:logo\">"));
    }
    part(&spec, "--inline", &at)
}

fn parse(flag: &str, text: &OsStr) -> Result<(FileSpec, String), Failure> {
    let at = format!("{flag} {}", text.to_string_lossy());
    match FileSpec::parse(text) {
        Ok(spec) => Ok((spec, at)),
        Err(error) => Err(Failure::usage(format!("{at}: {error}"))),
    }
}

/// Names and types are checked before the file is looked at: an injection is told as one, whatever the file.
fn part(spec: &FileSpec, flag: &str, at: &str) -> Result<Part, Failure> {
    let name = match (&spec.name, spec.path.file_name()) {
        (Some(name), _) => name.clone(),
        (None, Some(name)) => match OsString::from(name).into_string() {
            Ok(name) => name,
            Err(_) => {
                let why = format!("{at}: the file name is not UTF-8");
                return Err(Failure::data("file-name", why)
                    .hint("say what the reader is to see: PATH;name=NAME"));
            }
        },
        // "." and "/" have no name, and are folders.
        (None, None) => match open(&spec.path, false) {
            Err(error) => return Err(Failure::no_input(flag, &spec.path, &error)),
            Ok(_) => return Err(Failure::usage(format!("{at}: the path names no file"))),
        },
    };
    FileName::new(&name).map_err(|error| Failure::data("file-name", format!("{at}: {error}")))?;
    let media = match &spec.media_type {
        Some(text) => {
            let media = MediaType::new(text)
                .map_err(|error| Failure::data("media-type", format!("{at}: {error}")))?;
            Some(media)
        }
        None => None,
    };
    let id = match &spec.cid {
        Some(text) => Some(
            ContentId::new(text)
                .map_err(|error| Failure::data("content-id", format!("{at}: {error}")))?,
        ),
        None => None,
    };
    let is_message = media
        .as_ref()
        .is_some_and(|media| media.essence().starts_with("message/"));
    let attachment = open(&spec.path, is_message)
        .map_err(|error| Failure::no_input(flag, &spec.path, &error))?;
    let attachment = attachment.file_name(&name);
    let attachment = match media {
        Some(media) => attachment.media_type(media),
        None => attachment,
    };
    Ok(Part { attachment, id })
}

/// A regular file, or what comes out of a pipe. Opened once here, so that a file that may not be read is known at once.
fn open(path: &Path, is_message: bool) -> io::Result<Attachment> {
    let (mut file, metadata) = read::open(path)?;
    if metadata.is_file() && metadata.len() > IN_MEMORY && !is_message {
        return Attachment::file(path).map_err(io::Error::other);
    }
    let limit = if metadata.is_file() && is_message {
        Limit::MESSAGE
    } else {
        Limit::PIPE
    };
    let mut octets = read::to_end(&mut file, limit)?;
    if is_message && !octets.contains(&b'\r') {
        // A message that was kept as a text of this system; inside of a mail its lines end with CRLF.
        octets = with_crlf(&octets);
    }
    Ok(Attachment::bytes(octets))
}

fn with_crlf(text: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(text.len() + text.len() / 32);
    for line in text.split_inclusive(|octet| *octet == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(line) => {
                lines.extend_from_slice(line);
                lines.extend_from_slice(b"\r\n");
            }
            None => lines.extend_from_slice(line),
        }
    }
    lines
}
