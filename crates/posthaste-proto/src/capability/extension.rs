use core::fmt;

/// An extension that a message may ask for beside its content: what [`MessageOptions`](crate::envelope::MessageOptions)
/// and [`RecipientOptions`](crate::envelope::RecipientOptions) need of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Extension {
    /// AUTH (RFC 4954), for `AUTH=` of MAIL.
    Auth,
    /// DELIVERBY (RFC 2852).
    DeliverBy,
    /// DSN (RFC 3461).
    Dsn,
    /// FUTURERELEASE (RFC 4865).
    FutureRelease,
    /// MT-PRIORITY (RFC 6710).
    MtPriority,
    /// REQUIRETLS (RFC 8689).
    RequireTls,
}

/// A set of [`Extension`]s.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Extensions(u8);

impl Extension {
    const ALL: [Self; 6] = [
        Self::Auth,
        Self::DeliverBy,
        Self::Dsn,
        Self::FutureRelease,
        Self::MtPriority,
        Self::RequireTls,
    ];

    /// The keyword that EHLO lists.
    #[must_use]
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Auth => "AUTH",
            Self::DeliverBy => "DELIVERBY",
            Self::Dsn => "DSN",
            Self::FutureRelease => "FUTURERELEASE",
            Self::MtPriority => "MT-PRIORITY",
            Self::RequireTls => "REQUIRETLS",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The keyword.
impl fmt::Display for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.keyword())
    }
}

impl Extensions {
    /// None.
    pub const NONE: Self = Self(0);

    /// Whether it is in the set.
    #[must_use]
    pub const fn contains(self, extension: Extension) -> bool {
        self.0 & extension.bit() != 0
    }

    /// The set, and this one.
    #[must_use]
    pub const fn with(self, extension: Extension) -> Self {
        Self(self.0 | extension.bit())
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// All of them, in the order of [`Extension`].
    pub fn iter(self) -> impl Iterator<Item = Extension> {
        Extension::ALL
            .into_iter()
            .filter(move |extension| self.contains(*extension))
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
