//! The servers, and what is expected of each. A server that does otherwise fails the run.

/// One server.
pub(super) struct Row {
    /// As the rig calls it.
    pub(super) name: &'static str,
    /// Whether it is tried when no server is named.
    pub(super) by_default: bool,
    pub(super) protocol: Protocol,
    pub(super) login: Login,
    /// Whether PIPELINING is offered.
    pub(super) pipelining: bool,
    /// Whether CHUNKING is offered.
    pub(super) chunking: bool,
    /// Its answer for the recipient that the rig wants to be refused.
    pub(super) refused: Answer,
    /// Its answer for the recipient that the rig wants to be refused for now.
    pub(super) deferred: Answer,
    /// Whether its last word has the recipient's address in it: an LMTP server has one for each.
    pub(super) names_recipients: bool,
    pub(super) keeps: Keeps,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Smtp,
    Lmtp,
}

/// AUTH, once TLS is there. Mechanisms are separated by blanks, in any order.
#[derive(Debug, Clone, Copy)]
pub(super) enum Login {
    /// There is none.
    None,
    /// Recipients of the server's own may be written to without.
    Offered(&'static str),
    /// Nobody may send without: the code and the enhanced code of the refusal.
    Demanded(&'static str, u16, &'static str),
}

impl Login {
    pub(super) fn mechanisms(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Offered(mechanisms) | Self::Demanded(mechanisms, ..) => mechanisms,
        }
    }
}

/// What a server says to RCPT.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    /// It takes the recipient all the same.
    Taken,
    /// The code, and the enhanced code where it has one.
    Refused(u16, Option<&'static str>),
}

/// What a server makes of the message.
pub(super) struct Keeps {
    /// The header fields that it puts above the message, which itself stays as it is, octet by octet.
    pub(super) above: &'static [&'static str],
    /// Whether a line ends with LF alone where it is kept.
    pub(super) bare_line_feeds: bool,
}

const IDENTICAL: Keeps = Keeps {
    above: &[],
    bare_line_feeds: false,
};
const BELOW_RECEIVED: Keeps = Keeps {
    above: &["Received"],
    ..IDENTICAL
};

const CYRUS: &str = "PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256";
const NO_SUCH_USER: Answer = Answer::Refused(550, Some("5.1.1"));
const BUSY: Answer = Answer::Refused(450, Some("4.2.1"));

const POSTFIX: Row = Row {
    name: "postfix",
    by_default: true,
    protocol: Protocol::Smtp,
    login: Login::Offered(CYRUS),
    pipelining: true,
    chunking: true,
    refused: NO_SUCH_USER,
    deferred: BUSY,
    names_recipients: false,
    keeps: BELOW_RECEIVED,
};

/// No enhanced codes, and 450 becomes 451.
const EXIM: Row = Row {
    name: "exim",
    login: Login::Offered("PLAIN LOGIN CRAM-MD5"),
    refused: Answer::Refused(550, None),
    deferred: Answer::Refused(451, None),
    ..POSTFIX
};

const SMTP_SERVER: Row = Row {
    name: "smtp-server",
    login: Login::Offered("PLAIN LOGIN CRAM-MD5 XOAUTH2"),
    chunking: false,
    keeps: IDENTICAL,
    ..POSTFIX
};

pub(super) const TABLE: &[Row] = &[
    POSTFIX,
    EXIM,
    // It cannot refuse for now.
    Row {
        name: "opensmtpd",
        login: Login::Offered("PLAIN LOGIN"),
        pipelining: false,
        chunking: false,
        refused: Answer::Refused(550, None),
        deferred: Answer::Taken,
        ..POSTFIX
    },
    // It asks its relay about recipients, and that one takes everyone.
    Row {
        name: "dovecot-submission",
        login: Login::Demanded(CYRUS, 530, "5.7.0"),
        refused: Answer::Taken,
        deferred: Answer::Taken,
        ..POSTFIX
    },
    Row {
        name: "dovecot-lmtp",
        protocol: Protocol::Lmtp,
        login: Login::None,
        deferred: NO_SUCH_USER,
        names_recipients: true,
        keeps: Keeps {
            above: &["Return-Path", "Delivered-To", "Received"],
            ..IDENTICAL
        },
        ..POSTFIX
    },
    Row {
        name: "sendmail",
        chunking: false,
        ..POSTFIX
    },
    SMTP_SERVER,
    Row {
        name: "aiosmtpd",
        login: Login::Offered("PLAIN LOGIN"),
        pipelining: false,
        chunking: false,
        keeps: IDENTICAL,
        ..POSTFIX
    },
    Row {
        name: "haraka",
        by_default: false,
        chunking: false,
        login: Login::Offered("PLAIN LOGIN CRAM-MD5"),
        refused: Answer::Refused(550, None),
        deferred: Answer::Refused(450, None),
        keeps: Keeps {
            above: &["Received", "Authentication-Results"],
            ..IDENTICAL
        },
        ..POSTFIX
    },
    // The recipient to be refused for now does not exist here either.
    Row {
        name: "chasquid",
        by_default: false,
        chunking: false,
        login: Login::Demanded("PLAIN", 550, "5.7.9"),
        deferred: NO_SUCH_USER,
        keeps: Keeps {
            bare_line_feeds: true,
            ..BELOW_RECEIVED
        },
        ..POSTFIX
    },
    Row {
        name: "postfix-next",
        by_default: false,
        ..POSTFIX
    },
    Row {
        name: "exim-next",
        by_default: false,
        ..EXIM
    },
    Row {
        name: "smtp-server-lmtp",
        by_default: false,
        protocol: Protocol::Lmtp,
        ..SMTP_SERVER
    },
];

/// Without this one a run of all says nothing.
pub(super) const REQUIRED: &str = "postfix";
