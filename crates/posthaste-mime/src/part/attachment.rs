//! Attachments and inline parts, as the caller gives them.

use core::{convert::Infallible, error, fmt};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Content, Leaf};
use crate::{
    encoding::{identity, line},
    header::{
        ContentId, FileName, FileNameError, MediaType, MediaTypeError,
        content_disposition::Disposition,
    },
    source::{Reader, Source, SourceId},
};

/// Octets with a media type and a file name, for
/// [`MessageBuilder::attach`](crate::MessageBuilder::attach) and
/// [`MessageBuilder::inline`](crate::MessageBuilder::inline).
///
/// They arrive bit for bit. Without a media type of its own, an attachment gets the one that the extension of
/// its file name stands for (feature `guess`), or else `application/octet-stream`. A `text/*` attachment gets
/// `charset=utf-8` only when its octets are in memory and are UTF-8; for others give the charset with the
/// media type.
#[derive(Debug, Clone)]
pub struct Attachment {
    given: Given,
    name: Result<Option<FileName>, FileNameError>,
    media: Result<Option<MediaType>, MediaTypeError>,
}

impl Attachment {
    /// Octets in memory, without a file name.
    #[must_use]
    pub fn bytes(octets: impl Into<Vec<u8>>) -> Self {
        Self::new(Given::Octets(Arc::new(octets.into())), Ok(None))
    }

    /// A file, read when the message is streamed. Its name is the last component of `path`.
    ///
    /// The length is taken now. A file that has another one when it is read ends the stream with an error.
    ///
    /// # Errors
    ///
    /// When there is no such file, or it is not a regular one.
    pub fn file(path: impl Into<PathBuf>) -> Result<Self, AttachmentError> {
        let path = path.into();
        let failed = |error| AttachmentError::File {
            path: path.clone(),
            error: Arc::new(error),
        };
        let metadata = std::fs::metadata(&path).map_err(failed)?;
        if !metadata.is_file() {
            return Err(failed(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a regular file",
            )));
        }
        let name = last_component(&path).map(Some);
        let length = metadata.len();
        Ok(Self::new(
            Given::Source(Source::File { path, length }),
            name,
        ))
    }

    /// What `open` gives, read when the message is streamed; called once for each stream.
    ///
    /// With a `length`, a reader that gives more or fewer octets ends the stream with an error. Without one,
    /// the size of the message is not known beforehand.
    #[must_use]
    pub fn reader<F>(length: Option<u64>, open: F) -> Self
    where
        F: Fn() -> io::Result<Box<dyn io::Read + Send>> + Send + Sync + 'static,
    {
        Self::new(
            Given::Source(Source::Open {
                open: Reader(Arc::new(open)),
                length,
            }),
            Ok(None),
        )
    }

    /// Octets that the driver of the stream supplies by itself; `key` tells it which.
    #[must_use]
    pub fn external(key: u64, length: Option<u64>) -> Self {
        Self::new(Given::Source(Source::External { key, length }), Ok(None))
    }

    /// The file name that readers show.
    ///
    /// A name that is refused (see [`FileName::new`]) makes `build` fail.
    #[must_use]
    pub fn file_name(mut self, name: &str) -> Self {
        self.name = FileName::new(name).map(Some);
        self
    }

    /// The media type, such as `application/pdf` or `text/csv; charset=utf-8`.
    ///
    /// One that is refused makes `build` fail: malformed ones, `multipart/*`, those with a `name` (see
    /// [`Attachment::file_name`]), and `message/*` (other than `message/global`, which may be encoded) unless
    /// the octets are in memory and are lines of at most 998 octets with CRLF.
    #[must_use]
    pub fn media_type<M>(mut self, media: M) -> Self
    where
        M: TryInto<MediaType>,
        M::Error: Into<MediaTypeError>,
    {
        self.media = media.try_into().map(Some).map_err(Into::into);
        self
    }

    fn new(given: Given, name: Result<Option<FileName>, FileNameError>) -> Self {
        Self {
            given,
            name,
            media: Ok(None),
        }
    }

    /// Checks what the setters left unchecked.
    pub(crate) fn into_leaf(
        self,
        id: SourceId,
        disposition: Disposition,
        content_id: Option<ContentId>,
    ) -> Result<Leaf, AttachmentError> {
        let name = self.name.map_err(AttachmentError::FileName)?;
        let given = self.media.map_err(AttachmentError::MediaType)?;
        let media = match given {
            Some(media) => media,
            None => guess(name.as_ref()),
        };
        if media.parameter("name").is_some() {
            return Err(AttachmentError::NameParameter);
        }
        if media.essence().starts_with("multipart/") {
            return Err(AttachmentError::Multipart);
        }
        let as_it_is =
            media.essence().starts_with("message/") && media.essence() != "message/global";
        let (media, content) = match self.given {
            Given::Octets(octets) if as_it_is => {
                let transfer =
                    identity::transfer(line::scan(&octets)).ok_or(AttachmentError::NotLines)?;
                (media, Content::AsItIs { octets, transfer })
            }
            Given::Source(_) if as_it_is => return Err(AttachmentError::NotLines),
            Given::Octets(octets) => (with_proven_charset(media, &octets), Content::Octets(octets)),
            Given::Source(source) => (media, Content::Source(source)),
        };
        Ok(Leaf {
            id,
            media,
            content,
            disposition: Some(disposition),
            name,
            content_id,
        })
    }
}

/// What there is to attach. Debug does not print octets.
#[derive(Clone)]
enum Given {
    Octets(Arc<Vec<u8>>),
    Source(Source),
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Octets(octets) => write!(f, "{} octets", octets.len()),
            Self::Source(source) => source.fmt(f),
        }
    }
}

/// Why an attachment is refused.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum AttachmentError {
    /// The file cannot be used.
    File {
        /// Which one.
        path: PathBuf,
        /// What the operating system said.
        error: Arc<io::Error>,
    },
    /// The file name.
    FileName(FileNameError),
    /// The media type is malformed.
    MediaType(MediaTypeError),
    /// The media type has a `name`: give the file name instead.
    NameParameter,
    /// `multipart/*` is made by the builder only.
    Multipart,
    /// `message/*` may not be encoded (RFC 2046 section 5.2), and these octets are not known to be lines of at
    /// most 998 octets with CRLF line ends and without NUL.
    NotLines,
}

impl fmt::Display for AttachmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, error } => write!(f, "{}: {error}", path.display()),
            Self::FileName(error) => error.fmt(f),
            Self::MediaType(error) => error.fmt(f),
            Self::NameParameter => f.write_str("the media type has a name: give the file name instead"),
            Self::Multipart => f.write_str("multipart/* cannot be attached: attach its parts"),
            Self::NotLines => f.write_str(
                "message/* may not be encoded, and these octets are not known to be lines with CRLF: give them \
                 in memory, or as application/octet-stream",
            ),
        }
    }
}

impl error::Error for AttachmentError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::File { error, .. } => Some(&**error),
            Self::FileName(error) => Some(error),
            Self::MediaType(error) => Some(error),
            Self::NameParameter | Self::Multipart | Self::NotLines => None,
        }
    }
}

impl From<Infallible> for MediaTypeError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

fn last_component(path: &Path) -> Result<FileName, FileNameError> {
    let name = path.file_name().ok_or(FileNameError::Folder)?;
    FileName::new(name.to_str().ok_or(FileNameError::NotUnicode)?)
}

#[cfg(feature = "guess")]
fn guess(name: Option<&FileName>) -> MediaType {
    name.and_then(|name| mime_guess::from_path(name.as_str()).first_raw())
        .and_then(|text| MediaType::new(text).ok())
        // Neither may be encoded, and the octets of a file are not known.
        .filter(|media| {
            !media.essence().starts_with("message/") && !media.essence().starts_with("multipart/")
        })
        .unwrap_or_else(MediaType::octet_stream)
}

#[cfg(not(feature = "guess"))]
fn guess(_: Option<&FileName>) -> MediaType {
    MediaType::octet_stream()
}

fn with_proven_charset(media: MediaType, octets: &[u8]) -> MediaType {
    let open = media.essence().starts_with("text/") && media.parameter("charset").is_none();
    if open && core::str::from_utf8(octets).is_ok() {
        media.with_charset("utf-8")
    } else {
        media
    }
}
