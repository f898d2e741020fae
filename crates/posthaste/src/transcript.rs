//! What went over the wire, fit to be shown: one line of text for each line of SMTP, without secrets.
//!
//! ```
//! use std::sync::{Arc, Mutex};
//! use posthaste::{Server, blocking::Client, transcript::Transcript};
//!
//! let server: Server = "smtp://ann@localhost:1025".parse()?;
//! let server = server.password("hunter2");
//! let transcript = Arc::new(Mutex::new(Transcript::new().masking(&server)));
//! let client = Client::new(server)?.observe(move |at, notice: &posthaste::observe::Notice<'_>| {
//!     for line in transcript.lock().unwrap().notice(at, notice) {
//!         eprintln!("{line}");
//!     }
//! });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod follow;
mod mask;

use std::fmt;
use std::time::Duration;

use posthaste_proto::Secret;
use posthaste_proto::reply::printable;

use crate::observe::Notice;
use crate::server::Server;
use follow::{Follower, Heard, Seen};
use mask::Mask;

/// Follows a conversation and says it in lines.
///
/// Credentials are left out by where they stand, not by what they look like: the initial response of AUTH, and every
/// line that the client sends while AUTH is not answered; of SCRAM also what the server sends in it, from which the password
/// could be guessed. As a second net, the password or token, plain and in
/// every form that a mechanism gives it, is masked wherever else it comes up.
///
/// One transcript follows one connection; a new one begins at [`Notice::Connected`].
#[derive(Debug, Default)]
pub struct Transcript {
    follower: Follower,
    mask: Mask,
    content: ContentLines,
}

/// One line of a transcript.
///
/// `Display` is `   0.021 > EHLO client.example.org`: seconds since the connection was asked for, who, what.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// Time since the connection was asked for.
    pub at: Duration,
    /// Who said it.
    pub who: Who,
    /// What, without line end; controls and octets outside UTF-8 are escaped.
    pub text: String,
}

/// Who said a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "two sides and the narrator")]
pub enum Who {
    /// This side.
    Client,
    /// The server.
    Server,
    /// The server, with a refusal (4yz, 5yz) or something that is no reply.
    ServerRefuses,
    /// Nobody: what happened beside the conversation.
    Note,
}

/// What to show of the messages' content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ContentLines {
    /// How many octets it has.
    #[default]
    Summary,
    /// Every line.
    All,
}

impl Transcript {
    /// A transcript that sums contents up.
    pub fn new() -> Self {
        Self::default()
    }

    /// Masks the password or token of this server wherever it comes up.
    #[must_use]
    pub fn masking(mut self, server: &Server) -> Self {
        self.mask = Mask::new(server.traces());
        self
    }

    /// Sets what to show of the content.
    #[must_use]
    pub fn content(mut self, lines: ContentLines) -> Self {
        self.content = lines;
        self
    }

    /// Takes a notice and gives the lines that are whole now.
    pub fn notice(&mut self, at: Duration, notice: &Notice<'_>) -> Vec<Line> {
        match notice {
            Notice::Resolving(host) if host.address().is_none() => {
                vec![note(at, format!("resolve {host}"))]
            }
            Notice::Connecting(address) => vec![note(at, format!("connect {address}"))],
            Notice::ConnectFailed(address, error) => {
                vec![note(at, format!("failed {address}: {error}"))]
            }
            Notice::Connected { .. } => {
                self.follower = Follower::default();
                Vec::new()
            }
            Notice::Tls(info) => {
                let protocol = info.protocol.as_deref().unwrap_or("TLS");
                let cipher = info.cipher.as_deref().unwrap_or_default();
                vec![note(at, format!("{protocol} {cipher} verified"))]
            }
            Notice::Sent(octets) => self.sent(at, octets.expose()),
            Notice::Received(octets) => self.received(at, octets.expose()),
            Notice::Closed => {
                let mut lines = self.flush(at);
                lines.push(note(at, "closed".to_owned()));
                lines
            }
            Notice::Resolving(_) | Notice::Event(_) => Vec::new(),
        }
    }

    /// Octets that this side sent.
    pub fn sent(&mut self, at: Duration, octets: &[u8]) -> Vec<Line> {
        let mut lines = Vec::new();
        let (mask, all) = (&self.mask, self.content == ContentLines::All);
        let mut responses = Vec::new();
        self.follower.sent(octets, &mut |seen| {
            let text = match seen {
                Seen::Line(line) => mask.shown(line),
                Seen::Auth {
                    mechanism,
                    response: None,
                } => format!("AUTH {}", printable(mechanism)),
                // Not even the length: it tells how long a password is.
                Seen::Auth {
                    mechanism,
                    response: Some(response),
                } => {
                    responses.push(Secret::new(response));
                    format!("AUTH {} <redacted>", printable(mechanism))
                }
                Seen::Response(response) => {
                    responses.push(Secret::new(response));
                    "<redacted>".to_owned()
                }
                Seen::Content(line) if all => mask.shown(line),
                Seen::Content(_) => return,
                Seen::ContentEnd(_) if all => return,
                Seen::ContentEnd(octets) => format!("<content {octets} bytes>"),
            };
            lines.push(Line {
                at,
                who: Who::Client,
                text,
            });
        });
        // A server that repeats what it was sent does not get it shown.
        self.mask.learn(responses);
        lines
    }

    /// Octets that the server sent.
    pub fn received(&mut self, at: Duration, octets: &[u8]) -> Vec<Line> {
        let mut lines = Vec::new();
        let mask = &self.mask;
        self.follower.received(octets, &mut |heard| {
            lines.push(received(at, &heard, mask));
        });
        lines
    }

    /// What is left of lines that never became whole. What this side had begun is named, not shown.
    fn flush(&mut self, at: Duration) -> Vec<Line> {
        let (begun, content, received) = self.follower.unfinished();
        let mut lines = Vec::new();
        if content > 0 {
            let text = format!("<{content} bytes of unfinished content were sent>");
            lines.push(note(at, text));
        } else if begun {
            lines.push(note(at, "<part of a line was sent>".to_owned()));
        }
        if !received.is_empty() {
            let line = self::received(at, &self.follower.heard(received), &self.mask);
            lines.push(Line {
                who: Who::ServerRefuses,
                ..line
            });
        }
        lines
    }
}

fn received(at: Duration, heard: &Heard<'_>, mask: &Mask) -> Line {
    let (line, text) = match heard {
        Heard::Line(line) => (line, mask.shown(line)),
        Heard::Challenge(line) => {
            let code = line.get(..3).unwrap_or(line);
            (line, format!("{} <redacted>", printable(code)))
        }
        Heard::Signed(line) => (line, without_signature(&mask.shown(line))),
    };
    let refuses = !matches!(line.first(), Some(b'2' | b'3'));
    let who = if refuses {
        Who::ServerRefuses
    } else {
        Who::Server
    };
    Line { at, who, text }
}

/// `v=…` in base64.
fn without_signature(line: &str) -> String {
    let words = line.split(' ').map(|word| {
        if word.starts_with("dj") {
            "<redacted>"
        } else {
            word
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn note(at: Duration, text: String) -> Line {
    Line {
        at,
        who: Who::Note,
        text,
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = match self.who {
            Who::Client => '>',
            Who::Server => '<',
            Who::ServerRefuses => '!',
            Who::Note => '*',
        };
        write!(f, "{:8.3} {who} {}", self.at.as_secs_f64(), self.text)
    }
}

#[cfg(test)]
mod tests;
