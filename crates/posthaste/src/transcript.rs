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

use posthaste_proto::reply::printable;

use crate::observe::Notice;
use crate::server::Server;
use follow::{Follower, Seen};
use mask::Mask;

/// Follows a conversation and says it in lines.
///
/// Credentials are left out by where they stand, not by what they look like: the initial response of AUTH, and every
/// line that the client sends while AUTH is not answered. As a second net, the password or token, plain and in
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
        self.follower.sent(octets, &mut |seen| {
            let text = match seen {
                Seen::Line(line) => mask.shown(line),
                Seen::Auth {
                    mechanism,
                    response: false,
                } => format!("AUTH {}", printable(mechanism)),
                // Not even the length: it tells how long a password is.
                Seen::Auth { mechanism, .. } => {
                    format!("AUTH {} <redacted>", printable(mechanism))
                }
                Seen::Response => "<redacted>".to_owned(),
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
        lines
    }

    /// Octets that the server sent.
    pub fn received(&mut self, at: Duration, octets: &[u8]) -> Vec<Line> {
        let mut lines = Vec::new();
        let mask = &self.mask;
        self.follower.received(octets, &mut |line| {
            let refuses = !matches!(line.first(), Some(b'2' | b'3'));
            let who = if refuses {
                Who::ServerRefuses
            } else {
                Who::Server
            };
            lines.push(Line {
                at,
                who,
                text: mask.shown(line),
            });
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
            lines.push(Line {
                at,
                who: Who::ServerRefuses,
                text: self.mask.shown(received),
            });
        }
        lines
    }
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
mod tests {
    use super::*;

    /// `C` and `S` lines, as one side after the other says them, split into pieces of `step` octets.
    fn play(transcript: &mut Transcript, script: &[(char, &str)], step: usize) -> String {
        let mut shown = String::new();
        for (who, text) in script {
            for piece in text.as_bytes().chunks(step) {
                let lines = match who {
                    'C' => transcript.sent(Duration::ZERO, piece),
                    _ => transcript.received(Duration::ZERO, piece),
                };
                for line in lines {
                    shown.push_str(&line.to_string()[9..]);
                    shown.push('\n');
                }
            }
        }
        shown
    }

    const LOGIN: &[(char, &str)] = &[
        ('S', "220 mx\r\n"),
        ('C', "EHLO me\r\n"),
        ('S', "250-mx\r\n250 AUTH LOGIN PLAIN\r\n"),
        ('C', "auth login\r\n"),
        ('S', "334 VXNlcm5hbWU6\r\n"),
        ('C', "YW5u\r\n"),
        ('S', "334 UGFzc3dvcmQ6\r\n"),
        ('C', "c2VjcmV0IQ==\r\n"),
        ('S', "535 5.7.8 no c2VjcmV0IQ== secret!\r\n"),
        ('C', "AUTH PLAIN AGFubgBzZWNyZXQh\r\n"),
        ('S', "235 ok\r\n"),
        ('C', "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"),
        ('S', "250 ok\r\n550 no\r\n354 go\r\n"),
        (
            'C',
            "secret! Subject: x\r\n\r\nAUTH PLAIN abc\r\n..\r\n.\r\nQUIT\r\n",
        ),
        ('S', "250 ok\r\n221 bye\r\n"),
    ];

    const SHOWN: &str = "\
< 220 mx
> EHLO me
< 250-mx
< 250 AUTH LOGIN PLAIN
> AUTH login
< 334 VXNlcm5hbWU6
> <redacted>
< 334 UGFzc3dvcmQ6
> <redacted>
! 535 5.7.8 no *** ***
> AUTH PLAIN <redacted>
< 235 ok
> MAIL FROM:<a@b>
> RCPT TO:<c@d>
> DATA
< 250 ok
! 550 no
< 354 go
> <content 42 bytes>
> QUIT
< 250 ok
< 221 bye
";

    #[test]
    fn credentials_are_left_out_by_their_place() {
        let server: Server = "smtp://ann:secret!@localhost".parse().unwrap();
        for step in 1..100 {
            let mut transcript = Transcript::new().masking(&server);
            assert_eq!(play(&mut transcript, LOGIN, step), SHOWN, "{step}");
        }
    }

    #[test]
    fn without_knowing_the_password_its_places_are_still_empty() {
        let mut transcript = Transcript::new().content(ContentLines::All);
        let shown = play(&mut transcript, LOGIN, 7);
        assert!(
            !shown.contains("YW5u") && !shown.contains("> c2Vj") && !shown.contains("AGFubg"),
            "{shown}"
        );
        assert!(
            shown.contains("> AUTH PLAIN abc\n> ..\n> .\n> QUIT\n"),
            "{shown}"
        );
    }

    #[test]
    fn blank_lines_of_a_server_answer_nothing() {
        let script: &[(char, &str)] = &[
            ('C', "AUTH LOGIN\r\n"),
            ('S', "\r\n334 VXNlcm5hbWU6\r\n"),
            ('C', "YW5u\r\n"),
            ('S', "\r\n334 UGFzc3dvcmQ6\r\n"),
            ('C', "aHVudGVyMg==\r\n"),
            ('S', "235 ok\r\n"),
            ('C', "DATA\r\n"),
            ('S', "\r\n354 go\r\n"),
            ('C', "Subject: private\r\n.\r\nQUIT\r\n"),
        ];
        for step in 1..60 {
            let shown = play(&mut Transcript::new(), script, step);
            for hidden in ["YW5u", "aHVudGVyMg==", "private"] {
                assert!(!shown.contains(hidden), "{step}: {shown}");
            }
            assert!(shown.contains("QUIT"), "{step}: {shown}");
        }
    }

    #[test]
    fn chunks_are_counted_and_refused_data_is_no_content() {
        let mut transcript = Transcript::new();
        let script = [
            ('S', "220 mx\r\n"),
            (
                'C',
                "MAIL FROM:<a@b>\r\nBDAT 9\r\nAUTH x\r\n\nBDAT 2 LAST\r\nabQUIT\r\n",
            ),
            ('S', "250 a\r\n250 b\r\n250 c\r\n"),
            ('S', "221 d\r\n"),
        ];
        let shown = play(&mut transcript, &script, 3);
        let said: Vec<_> = shown.lines().filter(|line| line.starts_with('>')).collect();
        assert_eq!(
            said,
            [
                "> MAIL FROM:<a@b>",
                "> BDAT 9",
                "> <content 9 bytes>",
                "> BDAT 2 LAST",
                "> <content 2 bytes>",
                "> QUIT"
            ]
        );

        let mut transcript = Transcript::new();
        let script = [
            ('S', "220 mx\r\n"),
            ('C', "DATA\r\n"),
            ('S', "503 no\r\n"),
            ('C', "QUIT\r\n"),
            ('S', "221 bye\r\n"),
        ];
        assert!(play(&mut transcript, &script, 4).contains("> QUIT"));
    }

    /// RFC 2033 section 4.2: a reply for each recipient, while the next message rides behind the end of this one.
    #[test]
    fn lmtp_answers_the_end_once_for_each_recipient() {
        let script: &[(char, &str)] = &[
            ('S', "220 mx\r\n"),
            ('C', "LHLO me\r\n"),
            ('S', "250 mx\r\n"),
            (
                'C',
                "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@d>\r\nRCPT TO:<f@d>\r\nDATA\r\n",
            ),
            ('S', "250 ok\r\n250 ok\r\n550 no\r\n250 ok\r\n354 go\r\n"),
            (
                'C',
                "private 1\r\n.\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n",
            ),
            ('S', "250 ok\r\n452 full\r\n250 ok\r\n250 ok\r\n354 go\r\n"),
            ('C', "private 2\r\n.\r\nQUIT\r\n"),
            ('S', "250 ok\r\n221 bye\r\n"),
        ];
        for step in 1..60 {
            let shown = play(&mut Transcript::new(), script, step);
            assert!(!shown.contains("private"), "{step}: {shown}");
            assert_eq!(shown.matches("<content 11 bytes>").count(), 2, "{shown}");
            assert!(shown.contains("> QUIT\n"), "{step}: {shown}");
        }
    }

    #[test]
    fn what_was_cut_short_is_named_not_shown() {
        let mut transcript = Transcript::new();
        play(
            &mut transcript,
            &[
                ('S', "220 mx\r\n"),
                ('C', "AUTH PLAIN AGFubgBz"),
                ('S', "42"),
            ],
            5,
        );
        let lines = transcript.notice(Duration::ZERO, &Notice::Closed);
        let shown: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(shown, ["<part of a line was sent>", "42", "closed"]);
    }
}
