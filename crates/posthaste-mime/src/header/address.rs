//! Addresses in header fields (RFC 5322 section 3.4): `Ann Lee <ann@example.org>`.

use core::{error, fmt, str};

use super::{
    address_parser::Parser,
    fold::Folder,
    phrase,
    value::{self, Shown},
};

/// A mailbox: an addr-spec (`ann@example.org`) and, if there is one, a display name.
///
/// ```
/// use posthaste_mime::header::Mailbox;
///
/// let mailbox: Mailbox = r#""Lee, Ann" <ann@example.org>"#.parse()?;
/// assert_eq!(mailbox.display_name(), Some("Lee, Ann"));
/// assert_eq!(mailbox.addr_spec(), "ann@example.org");
/// assert_eq!(mailbox, Mailbox::new("Lee, Ann", "ann@example.org")?);
/// # Ok::<(), posthaste_mime::header::AddressError>(())
/// ```
///
/// Local parts and domains that are not ASCII are kept as they are typed; a message with such an address
/// needs a server with SMTPUTF8 (RFC 6531). An encoded-word (`=?…?=`) in a display name is taken as literal
/// text. Groups and source routes are refused, comments are read over.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mailbox {
    pub(crate) name: Option<String>,
    pub(crate) address: String,
    /// Where the `@` stands in `address`.
    pub(crate) at: usize,
}

impl Mailbox {
    /// A mailbox with a display name, which may be any text. An empty name is none.
    ///
    /// # Errors
    ///
    /// When the name holds a control character, or `addr_spec` is not of the form `local-part@domain`.
    pub fn new(display_name: &str, addr_spec: &str) -> Result<Self, AddressError> {
        value::check(display_name).map_err(AddressError::display_name)?;
        if display_name.len() > MAX_NAME {
            return Err(AddressError {
                kind: AddressErrorKind::NameTooLong,
                offset: MAX_NAME,
            });
        }
        let (address, at) = Parser::new(addr_spec, MAX_MAILBOX)?.lone_addr_spec()?;
        let name = (!display_name.is_empty()).then(|| display_name.to_owned());
        Ok(Self { name, address, at })
    }

    /// Reads a list with commas: `ann@example.org, "Lee, Bo" <bo@example.org>`.
    ///
    /// # Errors
    ///
    /// When there is no address, when an element is empty or malformed, or when the text is longer than 8 MiB.
    /// The offset counts octets from the beginning of the list.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, AddressError> {
        Parser::new(text, MAX_LIST)?.mailbox_list()
    }

    /// The display name, if there is one.
    #[must_use]
    pub fn display_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// `local-part@domain`. A local part that is no dot-atom has its quotation marks.
    #[must_use]
    pub fn addr_spec(&self) -> &str {
        &self.address
    }

    /// What stands before the `@`, quotation marks included.
    #[must_use]
    pub fn local_part(&self) -> &str {
        &self.address[..self.at]
    }

    /// What stands after the `@`: a domain or an address literal in brackets.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.address[self.at + 1..]
    }

    /// Whether the addr-spec is ASCII. Others need SMTPUTF8.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.address.is_ascii()
    }
}

impl str::FromStr for Mailbox {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Parser::new(text, MAX_MAILBOX)?.lone_mailbox()
    }
}

/// In the form that [`Mailbox`] parses, not encoded.
impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            None => f.write_str(&self.address),
            Some(name) if phrase::is_phrase(name, true) => write!(f, "{name} <{}>", self.address),
            Some(name) => write!(f, "{} <{}>", quoted(name), self.address),
        }
    }
}

/// What the address methods of the builder take: one mailbox or several.
///
/// Text is read by [`Mailbox::parse_list`]; a pair is a display name and an addr-spec.
pub trait IntoMailboxes {
    /// The mailboxes.
    ///
    /// # Errors
    ///
    /// When a text is not an address list.
    fn into_mailboxes(self) -> Result<Vec<Mailbox>, AddressError>;
}

impl IntoMailboxes for &str {
    fn into_mailboxes(self) -> Result<Vec<Mailbox>, AddressError> {
        Mailbox::parse_list(self)
    }
}

impl IntoMailboxes for &String {
    fn into_mailboxes(self) -> Result<Vec<Mailbox>, AddressError> {
        Mailbox::parse_list(self)
    }
}

impl IntoMailboxes for String {
    fn into_mailboxes(self) -> Result<Vec<Mailbox>, AddressError> {
        Mailbox::parse_list(&self)
    }
}

impl IntoMailboxes for (&str, &str) {
    fn into_mailboxes(self) -> Result<Vec<Mailbox>, AddressError> {
        Mailbox::new(self.0, self.1).map(|mailbox| vec![mailbox])
    }
}

impl IntoMailboxes for Mailbox {
    fn into_mailboxes(self) -> Result<Vec<Mailbox>, AddressError> {
        Ok(vec![self])
    }
}

impl IntoMailboxes for &Mailbox {
    fn into_mailboxes(self) -> Result<Vec<Mailbox>, AddressError> {
        Ok(vec![self.clone()])
    }
}

impl IntoMailboxes for Vec<Mailbox> {
    fn into_mailboxes(self) -> Result<Vec<Mailbox>, AddressError> {
        Ok(self)
    }
}

impl IntoMailboxes for &[Mailbox] {
    fn into_mailboxes(self) -> Result<Vec<Mailbox>, AddressError> {
        Ok(self.to_vec())
    }
}

/// Why a text is no address, and where: the offset counts octets from its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressError {
    pub(crate) kind: AddressErrorKind,
    pub(crate) offset: usize,
}

impl AddressError {
    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &AddressErrorKind {
        &self.kind
    }

    /// Where it is wrong.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    fn display_name(error: value::HeaderValueError) -> Self {
        let offset = error.offset();
        let kind = match error {
            value::HeaderValueError::Control { character, .. }
            | value::HeaderValueError::NotAscii { character, .. } => {
                AddressErrorKind::Control(character)
            }
            value::HeaderValueError::Blank { .. } | value::HeaderValueError::Grammar { .. } => {
                AddressErrorKind::Unexpected(' ')
            }
            value::HeaderValueError::TooLong { .. } => AddressErrorKind::NameTooLong,
        };
        Self { kind, offset }
    }
}

/// What is wrong with an address.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressErrorKind {
    /// There is no address here.
    Empty,
    /// A control character: CR, LF and NUL among them.
    Control(char),
    /// A character that cannot stand here.
    Unexpected(char),
    /// A character that a display name can have within quotation marks only.
    UnquotedName(char),
    /// A display name, or a blank, before an address that is not in angle brackets: `Ann Lee ann@example.org`.
    NoBrackets,
    /// A semicolon between two addresses.
    Semicolon,
    /// A character behind an address that is complete.
    AfterAddress(char),
    /// The text ends where more is needed.
    Incomplete,
    /// A quoted-string without its second quotation mark.
    UnclosedQuote,
    /// A comment without its closing parenthesis.
    UnclosedComment,
    /// An address literal (`[…]`) that holds no address.
    AddressLiteral,
    /// The local part is longer than 64 octets (RFC 5321 section 4.5.3.1.1).
    LocalPartTooLong,
    /// The domain is longer than 255 octets (RFC 5321 section 4.5.3.1.2), or a label longer than 63.
    DomainTooLong,
    /// The display name is longer than 16 KiB.
    NameTooLong,
    /// A group (`Friends: …;`), where only mailboxes can stand.
    Group,
    /// The whole text is longer than is read: 32 KiB for one mailbox, 8 MiB for a list.
    TooLong,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = self.offset;
        match &self.kind {
            AddressErrorKind::Empty => write!(f, "no address at octet {offset}"),
            AddressErrorKind::Control(character) => {
                write!(
                    f,
                    "{} at octet {offset}: an address holds no control character",
                    Shown(*character)
                )
            }
            AddressErrorKind::Unexpected(character) => write!(
                f,
                "{} cannot stand at octet {offset} of an address",
                Shown(*character)
            ),
            AddressErrorKind::UnquotedName(character) => write!(
                f,
                "{} at octet {offset} can be in a name within quotation marks only: \"Lee, Ann\" <ann@example.org>",
                Shown(*character)
            ),
            AddressErrorKind::NoBrackets => write!(
                f,
                "behind a name the address stands in angle brackets: Ann Lee <ann@example.org> (at octet {offset})"
            ),
            AddressErrorKind::Semicolon => write!(
                f,
                "the semicolon at octet {offset} separates nothing: put a comma between addresses"
            ),
            AddressErrorKind::AfterAddress(character) => write!(
                f,
                "{} at octet {offset}, where the address has ended: there is no blank in an address, and a comma \
                 between two",
                Shown(*character)
            ),
            AddressErrorKind::Incomplete => {
                write!(
                    f,
                    "the address ends at octet {offset} before it is complete: local-part@domain"
                )
            }
            AddressErrorKind::UnclosedQuote => {
                write!(f, "the quotation mark at octet {offset} is not closed")
            }
            AddressErrorKind::UnclosedComment => {
                write!(f, "the comment at octet {offset} is not closed")
            }
            AddressErrorKind::AddressLiteral => {
                write!(
                    f,
                    "no IPv4 or IPv6 address in the brackets at octet {offset}"
                )
            }
            AddressErrorKind::LocalPartTooLong => {
                write!(
                    f,
                    "the local part at octet {offset} is longer than 64 octets"
                )
            }
            AddressErrorKind::DomainTooLong => {
                write!(
                    f,
                    "the domain at octet {offset} is longer than 255 octets, or a label longer than 63"
                )
            }
            AddressErrorKind::NameTooLong => {
                write!(f, "the display name is longer than {MAX_NAME} octets")
            }
            AddressErrorKind::Group => {
                write!(
                    f,
                    "a group at octet {offset}: give its mailboxes one by one"
                )
            }
            AddressErrorKind::TooLong => write!(f, "the text is longer than {offset} octets"),
        }
    }
}

impl error::Error for AddressError {}

/// Limits of what is read, in octets.
pub(crate) const MAX_NAME: usize = 16 * 1024;
const MAX_MAILBOX: usize = 32 * 1024;
const MAX_LIST: usize = 8 * 1024 * 1024;

/// Writes an address list into a header field.
pub(crate) fn write(folder: &mut Folder<'_>, mailboxes: &[Mailbox], utf8: bool) {
    for (number, mailbox) in mailboxes.iter().enumerate() {
        let comma = if number + 1 < mailboxes.len() {
            ","
        } else {
            ""
        };
        match &mailbox.name {
            None => folder.token(&format!("{}{comma}", mailbox.address)),
            Some(name) => {
                phrase::write(folder, name, "", utf8);
                folder.token(&format!("<{}>{comma}", mailbox.address));
            }
        }
    }
}

/// As a quoted-string (RFC 5322 section 3.2.4).
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
    out
}

/// atext of RFC 5322 section 3.2.3, extended by RFC 6532 section 3.2.
pub(crate) fn is_atext(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || "!#$%&'*+-/=?^_`{|}~".contains(character)
        || !(character.is_ascii() || character.is_control() || character.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(list: &[Mailbox]) -> String {
        let mut out = String::new();
        let mut folder = Folder::field(&mut out, "To");
        write(&mut folder, list, false);
        folder.finish();
        out
    }

    fn one(name: &str) -> String {
        to(&[Mailbox::new(name, "a@example.org").unwrap()])
    }

    #[test]
    fn names_are_atoms_quoted_or_encoded() {
        assert_eq!(one(""), "To: a@example.org\r\n");
        assert_eq!(one("Ann Lee"), "To: Ann Lee <a@example.org>\r\n");
        assert_eq!(one("Lee, Ann"), "To: \"Lee, Ann\" <a@example.org>\r\n");
        assert_eq!(
            one("a \"b\" \\"),
            "To: \"a \\\"b\\\" \\\\\" <a@example.org>\r\n"
        );
        assert_eq!(
            one("Jürgen, Konrad"),
            "To: =?UTF-8?Q?J=C3=BCrgen=2C_Konrad?= <a@example.org>\r\n"
        );
        assert_eq!(one(" a"), "To: =?UTF-8?Q?_a?= <a@example.org>\r\n");
        assert!(one("=?UTF-8?Q?x?=").starts_with("To: =?UTF-8?B?PT9V"));
    }

    #[test]
    fn lists_fold_between_addresses() {
        let list: Vec<_> = (0..40)
            .map(|n| Mailbox::new("Name, A.", &format!("user{n}@example.org")).unwrap())
            .collect();
        let out = to(&list);
        assert!(out.lines().all(|line| line.len() <= 78));
        assert_eq!(out.matches(">,").count(), 39);
        let body = out.trim_start_matches("To:").replace("\r\n", "");
        assert_eq!(Mailbox::parse_list(&body).unwrap(), list);
    }

    #[test]
    fn what_is_shown_parses_back() {
        for name in [
            "",
            "Ann Lee",
            "Lee, Ann",
            "季 度",
            " x ",
            "a\\b\"c",
            "=?x?q?y?=",
            "a  b",
        ] {
            let mailbox = Mailbox::new(name, "a@example.org").unwrap();
            assert_eq!(mailbox.to_string().parse::<Mailbox>().unwrap(), mailbox);
        }
    }
}
