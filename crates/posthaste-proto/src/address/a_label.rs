use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

use super::{AddressError, AddressErrorKind, Domain, DomainName};

impl DomainName {
    /// The same name in ASCII: labels in other scripts as A-labels, `xn--…` (RFC 5890 section 2.3.2.1), by the rules of
    /// UTS #46. A name that is ASCII stays as it is.
    ///
    /// # Errors
    ///
    /// When a label is none that IDNA allows, or is too long as an A-label.
    ///
    /// ```
    /// use posthaste_proto::address::DomainName;
    /// let name: DomainName = "bücher.example".parse()?;
    /// assert_eq!(name.to_a_labels()?.as_str(), "xn--bcher-kva.example");
    /// # Ok::<(), posthaste_proto::address::AddressError>(())
    /// ```
    pub fn to_a_labels(&self) -> Result<Self, AddressError> {
        if self.is_ascii() {
            return Ok(self.clone());
        }
        let no_domain = |_| AddressError::new(AddressErrorKind::Domain, 0);
        let ascii = Uts46::new()
            .to_ascii(
                self.as_str().as_bytes(),
                AsciiDenyList::STD3,
                Hyphens::CheckFirstLast,
                DnsLength::Verify,
            )
            .map_err(no_domain)?;
        ascii.parse()
    }
}

impl Domain {
    /// The same domain in ASCII; see [`DomainName::to_a_labels`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn to_a_labels(&self) -> Result<Self, AddressError> {
        match self {
            Self::Name(name) => name.to_a_labels().map(Self::Name),
            Self::Literal(_) => Ok(self.clone()),
        }
    }
}
