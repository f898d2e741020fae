//! Exit codes: those of sysexits.h, each with one meaning, and two of `send` alone.

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Accepted for all recipients; or the message was written.
    Done = 0,
    /// Some recipients were accepted, some were not.
    Partial = 10,
    /// The end of the message went out and no answer came.
    InDoubt = 11,
    /// The flags are wrong or do not go together.
    Usage = 64,
    /// The message or an address is invalid, or the server refused the content for good.
    Data = 65,
    /// A text or an attachment is missing or cannot be read.
    NoInput = 66,
    /// Every recipient was refused for good.
    NoUser = 67,
    /// The server's name does not resolve.
    NoHost = 68,
    /// Refused for good elsewhere: greeting, MAIL, size, STARTTLS missing, certificate rejected.
    Unavailable = 69,
    /// A bug in posthaste.
    Software = 70,
    /// The operating system refused something that should work.
    Os = 71,
    /// The output file cannot be created.
    CannotCreate = 73,
    /// Reading or writing failed here.
    Io = 74,
    /// Nothing was accepted and trying again is safe.
    TempFail = 75,
    /// The server does not speak the protocol, or not with TLS where TLS was wanted.
    Protocol = 76,
    /// Authentication failed, or was not tried because the connection is in clear.
    NoPermission = 77,
    /// The configuration or the source of a secret is broken.
    Config = 78,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

impl Exit {
    /// The number that the shell sees.
    pub(crate) const fn number(self) -> u8 {
        self as u8
    }
}
