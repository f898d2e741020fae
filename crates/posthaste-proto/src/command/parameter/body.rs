use core::fmt;

/// What the content is made of, `BODY=` (RFC 6152 2, RFC 3030 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Body {
    /// `7BIT`: ASCII in lines.
    SevenBit,
    /// `8BITMIME`: any octets in lines.
    EightBitMime,
    /// `BINARYMIME`: any octets; only with BDAT.
    BinaryMime,
}

impl Body {
    const ALL: [Self; 3] = [Self::SevenBit, Self::EightBitMime, Self::BinaryMime];

    /// The value on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SevenBit => "7BIT",
            Self::EightBitMime => "8BITMIME",
            Self::BinaryMime => "BINARYMIME",
        }
    }

    pub(super) fn from_value(value: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|body| body.as_str().eq_ignore_ascii_case(value))
    }
}

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
