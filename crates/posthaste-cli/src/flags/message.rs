//! The message and its envelope.

use std::ffi::OsString;
use std::path::PathBuf;

/// The flags under "Message".
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Message")]
pub(crate) struct MessageFlags {
    /// The author: ann@example.org or 'Ann Lee <ann@example.org>'
    #[arg(short, long, value_name = "ADDRESS")]
    pub(crate) from: Option<String>,

    /// Where reports of failure go, if not to the author; "" for nowhere
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) envelope_from: Option<String>,

    /// Recipients, separated by commas; may be repeated, as may -c and -b
    #[arg(short, long, value_name = "ADDRESSES")]
    pub(crate) to: Vec<String>,

    /// Recipients of a copy
    #[arg(short, long, value_name = "ADDRESSES")]
    pub(crate) cc: Vec<String>,

    /// Recipients that no one sees
    #[arg(short, long, value_name = "ADDRESSES")]
    pub(crate) bcc: Vec<String>,

    /// Where answers go, if not to the author
    #[arg(long, value_name = "ADDRESSES")]
    pub(crate) reply_to: Vec<String>,

    /// The subject, in any script
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) subject: Option<String>,

    /// The text; - reads it from stdin, and so does leaving it out with a pipe or file there, when there is no HTML
    /// and no attachment
    #[arg(
        short = 'm',
        long,
        value_name = "TEXT",
        allow_hyphen_values = true,
        conflicts_with = "text_file"
    )]
    pub(crate) text: Option<String>,

    /// The text from a UTF-8 file
    #[arg(long, value_name = "FILE")]
    pub(crate) text_file: Option<PathBuf>,

    /// The HTML form of the text; - reads it from stdin
    #[arg(
        long,
        value_name = "HTML",
        allow_hyphen_values = true,
        conflicts_with = "html_file"
    )]
    pub(crate) html: Option<String>,

    /// The HTML form from a UTF-8 file
    #[arg(long, value_name = "FILE")]
    pub(crate) html_file: Option<PathBuf>,

    /// Attach a file: PATH[;type=MEDIA/TYPE][;name="NAME"]; may be repeated
    #[arg(short, long, value_name = "SPEC")]
    pub(crate) attach: Vec<OsString>,

    /// A file that the HTML shows with <img src="cid:ID">: PATH;cid=ID; may be repeated
    #[arg(long, value_name = "SPEC")]
    pub(crate) inline: Vec<OsString>,

    /// One more header field: 'Name: value'; may be repeated
    #[arg(short = 'H', long, value_name = "FIELD", allow_hyphen_values = true)]
    pub(crate) header: Vec<String>,

    /// The Date field, if not now: 'Fri, 21 Nov 1997 09:55:06 -0600'
    #[arg(long, value_name = "DATE")]
    pub(crate) date: Option<String>,

    /// The Message-ID, if not a random one: '<id@example.org>'
    #[arg(long, value_name = "ID")]
    pub(crate) message_id: Option<String>,
}

impl MessageFlags {
    /// Whether something is said of what the message holds; if not, stdin is asked.
    pub(crate) fn has_content(&self) -> bool {
        self.text.is_some()
            || self.text_file.is_some()
            || self.html.is_some()
            || self.html_file.is_some()
            || !self.attach.is_empty()
            || !self.inline.is_empty()
    }
}
