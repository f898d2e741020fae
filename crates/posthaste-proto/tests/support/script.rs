//! The text form of a transcript.

use posthaste_proto::content::{ContentSize, Encoding};
use posthaste_proto::session::{AuthPolicy, Dialect, Limits, RecipientPolicy, Timeouts, TlsPolicy};
use posthaste_proto::{Config, ContentSpec, Credentials, Envelope};

/// One conversation, and what is expected of it.
pub(crate) struct Script {
    pub(crate) config: Config,
    pub(crate) messages: Vec<(Envelope, ContentSpec, Vec<u8>)>,
    /// Every message is submitted at the beginning, and QUIT asked for.
    pub(crate) batch: bool,
    pub(crate) lines: Vec<Line>,
    /// Everything behind `==`.
    pub(crate) expected: String,
}

/// One line of the conversation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Line {
    /// Octets from the server.
    Server(Vec<u8>),
    /// Octets from the server, which arrive with those before them.
    Together(Vec<u8>),
    /// Octets from the client.
    Client(Vec<u8>),
    /// `--`: something happens.
    World(String),
}

impl Script {
    /// # Panics
    ///
    /// When the text is no transcript.
    pub(crate) fn parse(text: &str) -> Self {
        let (head, expected) = text.split_once("\n==\n").unwrap_or((text, ""));
        let mut config = Config::new("client.example.org".parse().unwrap()).tls(TlsPolicy::Never);
        let mut messages = Vec::new();
        let mut lines = Vec::new();
        let batch = head.lines().any(|line| line == "batch");
        for line in head.lines() {
            if let Some(rest) = line.strip_prefix("config: ") {
                config = configure(config, rest);
            } else if let Some(rest) = line.strip_prefix("message: ") {
                messages.push(message(rest));
            } else if let Some(rest) = line
                .strip_prefix("S: ")
                .or_else(|| line.strip_prefix("S:").filter(|rest| rest.is_empty()))
            {
                lines.push(Line::Server(octets(rest, true)));
            } else if let Some(rest) = line.strip_prefix("S+ ") {
                lines.push(Line::Together(octets(rest, false)));
            } else if let Some(rest) = line.strip_prefix("S! ") {
                lines.push(Line::Server(octets(rest, false)));
            } else if let Some(rest) = line
                .strip_prefix("C: ")
                .or_else(|| line.strip_prefix("C:").filter(|rest| rest.is_empty()))
            {
                lines.push(Line::Client(octets(rest, true)));
            } else if let Some(rest) = line.strip_prefix("-- ") {
                lines.push(Line::World(rest.to_owned()));
            } else if line != "batch" {
                assert!(
                    line.is_empty() || line.starts_with('#'),
                    "not a line of a transcript: {line}"
                );
            }
        }
        Self {
            config,
            messages,
            batch,
            lines,
            expected: expected.to_owned(),
        }
    }
}

fn configure(mut config: Config, settings: &str) -> Config {
    let mut timeouts = Timeouts::default();
    let mut limits = Limits::default();
    for setting in settings.split(' ') {
        let (key, value) = setting.split_once('=').unwrap_or((setting, ""));
        config = match (key, value) {
            ("tls", "implicit") => config.tls(TlsPolicy::Implicit),
            ("tls", "required") => config.tls(TlsPolicy::Required),
            ("tls", "when-offered") => config.tls(TlsPolicy::WhenOffered),
            ("auth", "ask") => config.auth(AuthPolicy::Ask),
            ("auth", pair) => {
                let (user, password) = pair.split_once(':').unwrap();
                config.credentials(Credentials::new(user, password))
            }
            ("auth-in-clear", "") => config.dangerous_auth_in_clear(),
            ("recipients", "all") => config.recipients(RecipientPolicy::All),
            ("dialect", "lmtp") => config.dialect(Dialect::Lmtp),
            ("total", seconds) => {
                timeouts.total = Some(std::time::Duration::from_secs(seconds.parse().unwrap()));
                config
            }
            ("unanswered", count) => {
                limits.unanswered = count.parse().unwrap();
                config
            }
            ("reply-line", octets) => {
                limits.reply.line = octets.parse().unwrap();
                config
            }
            ("reply", octets) => {
                limits.reply.reply = octets.parse().unwrap();
                config
            }
            ("reply-lines", lines) => {
                limits.reply.lines = lines.parse().unwrap();
                config
            }
            _ => panic!("unknown setting {setting}"),
        };
    }
    config.timeouts(timeouts).limits(limits)
}

/// `ann@example.org -> bob@example.net, carl@example.net [8bit] [8bit-only]: content`
fn message(text: &str) -> (Envelope, ContentSpec, Vec<u8>) {
    let (envelope, content) = text.split_once(": ").unwrap();
    let (from, rest) = envelope.split_once(" -> ").unwrap();
    let (to, flags) = rest.split_once(" [").unwrap_or((rest, ""));
    let content = octets(content, false);
    let size = ContentSize::Exact(content.len() as u64);
    let spec = match flags.trim_end_matches(']') {
        "" => ContentSpec::new(Encoding::SEVEN_BIT, size),
        "8bit" => ContentSpec::new(Encoding::EIGHT_BIT, size).or(Encoding::SEVEN_BIT, size),
        "8bit-only" => ContentSpec::new(Encoding::EIGHT_BIT, size),
        "unknown size" => ContentSpec::new(Encoding::SEVEN_BIT, ContentSize::Unknown),
        other => panic!("unknown flag {other}"),
    };
    let from = if from == "<>" { "" } else { from };
    let to = to.split(", ").map(|path| path.parse().unwrap());
    (
        Envelope::new(from.parse().unwrap(), to).unwrap(),
        spec,
        content,
    )
}

/// Undoes `\r`, `\n`, `\\` and `\xNN`.
fn octets(text: &str, line: bool) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let (octet, used) = match (first, after.first()) {
            (b'\\', Some(b'r')) => (b'\r', 1),
            (b'\\', Some(b'n')) => (b'\n', 1),
            (b'\\', Some(b'\\')) => (b'\\', 1),
            (b'\\', Some(b'x')) => {
                let digits = std::str::from_utf8(&after[1..3]).unwrap();
                (u8::from_str_radix(digits, 16).unwrap(), 3)
            }
            (b'\\', other) => panic!("unknown escape {other:?} in {text}"),
            _ => (*first, 0),
        };
        octets.push(octet);
        rest = &after[used..];
    }
    if line {
        octets.extend_from_slice(b"\r\n");
    }
    octets
}
