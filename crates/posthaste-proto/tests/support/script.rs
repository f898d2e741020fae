//! The text form of a transcript.

use posthaste_proto::capability::Extension;
use posthaste_proto::command::FutureRelease;
use posthaste_proto::content::{ContentSize, Encoding};
use posthaste_proto::envelope::{MessageOptions, RecipientOptions};
use posthaste_proto::sasl::{BuiltIn, ChannelBinding, Preference};
use posthaste_proto::session::{
    AuthPolicy, Chunking, Dialect, Limits, RecipientPolicy, Timeouts, TlsPolicy,
};
use posthaste_proto::{Config, ContentSpec, Credentials, Envelope};

/// One conversation, and what is expected of it.
pub(crate) struct Script {
    pub(crate) config: Config,
    pub(crate) messages: Vec<(Envelope, ContentSpec, Vec<u8>)>,
    /// Every message is submitted at the beginning, and QUIT asked for.
    pub(crate) batch: bool,
    /// The queue id is told too.
    pub(crate) tells_queue_id: bool,
    pub(crate) lines: Vec<Line>,
    /// Whether it is about this build: `only: idna` or `only: no-idna` asks for the feature, or that it is off.
    pub(crate) is_for_this_build: bool,
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
        let idna = cfg!(feature = "idna");
        let is_for_this_build = head.lines().all(|line| match line.strip_prefix("only: ") {
            None => true,
            Some("idna") => idna,
            Some("no-idna") => !idna,
            Some("scram") => cfg!(feature = "scram"),
            Some(other) => panic!("unknown feature {other}"),
        });
        let tells_queue_id = head.lines().any(|line| line == "tell: queue-id");
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
            } else if line != "batch" && line != "tell: queue-id" && !line.starts_with("only: ") {
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
            tells_queue_id,
            lines,
            is_for_this_build,
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
            ("answer", mechanism) => config.auth(AuthPolicy::Answer(mechanism.parse().unwrap())),
            ("token", pair) => {
                let (user, token) = pair.split_once(':').unwrap();
                config.credentials(Credentials::token(user, token))
            }
            ("external", "") => config.credentials(Credentials::external()),
            ("external", identity) => {
                config.credentials(Credentials::external().acting_as(identity))
            }
            ("anonymous", trace) => config.credentials(Credentials::anonymous(trace)),
            ("acting", triple) => {
                let (identity, pair) = triple.split_once(':').unwrap();
                let (user, password) = pair.split_once(':').unwrap();
                config.credentials(Credentials::new(user, password).acting_as(identity))
            }
            ("mechanisms", names) => {
                let names = names.split(',').filter_map(BuiltIn::of_name);
                config.mechanisms(Preference::only(names))
            }
            ("try-next", "") => config.try_next_mechanism(),
            ("entropy", octet) => config.entropy([octet.parse().unwrap(); 32]),
            ("no-binding", "") => config.channel_binding(ChannelBinding::Never),
            ("rounds", bounds) => {
                let (least, most) = bounds.split_once('-').unwrap();
                limits.scram_iterations_least = least.parse().unwrap();
                limits.scram_iterations = most.parse().unwrap();
                config
            }
            ("auth-line", octets) => {
                limits.auth_line = octets.parse().unwrap();
                config
            }
            ("auth-in-clear", "") => config.dangerous_auth_in_clear(),
            ("recipients", "all") => config.recipients(RecipientPolicy::All),
            ("dialect", "lmtp") => config.dialect(Dialect::Lmtp),
            ("total", seconds) => {
                timeouts.total = Some(std::time::Duration::from_secs(seconds.parse().unwrap()));
                config
            }
            ("chunking", "always") => config.chunking(Chunking::Always),
            ("chunking", "never") => config.chunking(Chunking::Never),
            ("send-buffer", octets) => {
                limits.send_buffer = octets.parse().unwrap();
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
    let mut spec = ContentSpec::new(Encoding::SEVEN_BIT, size);
    let from = if from == "<>" { "" } else { from };
    let to: Vec<_> = to.split(", ").map(|path| path.parse().unwrap()).collect();
    let mut options = MessageOptions::new();
    let mut recipients = vec![RecipientOptions::new(); to.len()];
    let flags = flags
        .trim_end_matches(']')
        .replace("unknown size", "unknown-size");
    for flag in flags.split(' ').filter(|flag| !flag.is_empty()) {
        let (key, value) = flag.split_once('=').unwrap_or((flag, ""));
        let (key, index) = match key.split_once(':') {
            Some((key, index)) => (key, Some(index.parse::<usize>().unwrap())),
            None => (key, None),
        };
        let mut each = |change: &dyn Fn(RecipientOptions) -> RecipientOptions| {
            for (place, one) in recipients.iter_mut().enumerate() {
                if index.is_none_or(|index| index == place) {
                    *one = change(one.clone());
                }
            }
        };
        options = match key {
            "ret" => options.return_content(value.parse().unwrap()),
            "envid" => options.envelope_id(value.parse().unwrap()),
            "auth" => options.submitter(value.parse().unwrap()),
            "by" => options.deliver_by(value.parse().unwrap()),
            "holdfor" => options.future_release(FutureRelease::For(value.parse().unwrap())),
            "holduntil" => options.future_release(FutureRelease::Until(value.parse().unwrap())),
            "mt-priority" => options.priority(value.parse().unwrap()),
            "requiretls" => options.require_tls(),
            "if" => options.if_offered(extension(value)),
            _ => {
                match key {
                    "notify" => each(&|one| one.notify(value.parse().unwrap())),
                    "orcpt" => each(&|one| one.original_recipient(value.parse().unwrap())),
                    "if-dsn" => each(&RecipientOptions::if_offered),
                    "8bit" => {
                        let eight_bit = ContentSpec::new(Encoding::EIGHT_BIT, size);
                        spec = eight_bit.or(Encoding::SEVEN_BIT, size);
                    }
                    "8bit-only" => spec = ContentSpec::new(Encoding::EIGHT_BIT, size),
                    "utf8-header" => {
                        let utf8_headers = true;
                        let encoding = Encoding {
                            utf8_headers,
                            ..Encoding::EIGHT_BIT
                        };
                        spec = ContentSpec::new(encoding, size);
                    }
                    "binary" => spec = ContentSpec::new(Encoding::BINARY, size),
                    "binary-or-7bit" => {
                        spec =
                            ContentSpec::new(Encoding::BINARY, size).or(Encoding::SEVEN_BIT, size);
                    }
                    "binary-unknown-size" => {
                        spec = ContentSpec::new(Encoding::BINARY, ContentSize::Unknown);
                    }
                    "says" => {
                        let size = ContentSize::Exact(value.parse().unwrap());
                        spec = ContentSpec::new(Encoding::SEVEN_BIT, size);
                    }
                    "unknown-size" => {
                        spec = ContentSpec::new(Encoding::SEVEN_BIT, ContentSize::Unknown);
                    }
                    other => panic!("unknown flag {other}"),
                }
                options
            }
        };
    }
    let envelope = Envelope::new(from.parse().unwrap(), to).unwrap();
    let envelope = recipients
        .into_iter()
        .enumerate()
        .fold(envelope.with_options(options), |envelope, (index, one)| {
            envelope.with_recipient(index, one).unwrap()
        });
    (envelope, spec, content)
}

fn extension(keyword: &str) -> Extension {
    [
        Extension::Auth,
        Extension::DeliverBy,
        Extension::Dsn,
        Extension::FutureRelease,
        Extension::MtPriority,
        Extension::RequireTls,
    ]
    .into_iter()
    .find(|extension| extension.keyword() == keyword)
    .unwrap()
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
