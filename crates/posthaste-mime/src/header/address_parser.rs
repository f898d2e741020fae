//! Reads addresses: one pass, no recursion, every error with its place.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::address::{AddressError, AddressErrorKind as Kind, MAX_NAME, Mailbox, is_atext, quoted};

const MAX_LOCAL_PART: usize = 64;
const MAX_DOMAIN: usize = 255;
const MAX_LABEL: usize = 63;

pub(crate) struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    pub(crate) fn new(text: &'a str, limit: usize) -> Result<Self, AddressError> {
        if text.len() > limit {
            return Err(AddressError {
                kind: Kind::TooLong,
                offset: limit,
            });
        }
        Ok(Self { text, at: 0 })
    }

    pub(crate) fn lone_addr_spec(mut self) -> Result<(String, usize), AddressError> {
        let spec = self.addr_spec()?;
        self.end()?;
        Ok(spec)
    }

    pub(crate) fn lone_mailbox(mut self) -> Result<Mailbox, AddressError> {
        let mailbox = self.mailbox()?;
        self.end()?;
        Ok(mailbox)
    }

    pub(crate) fn mailbox_list(mut self) -> Result<Vec<Mailbox>, AddressError> {
        let mut list = vec![self.mailbox()?];
        while self.eat(',') {
            list.push(self.mailbox()?);
        }
        self.end()?;
        Ok(list)
    }

    /// `phrase <addr-spec>` or `addr-spec`, and the blanks and comments around it.
    fn mailbox(&mut self) -> Result<Mailbox, AddressError> {
        self.skip_blanks()?;
        let start = self.at;
        let mut name = String::new();
        let mut words = 0;
        loop {
            match self.peek() {
                Some('<') => break,
                Some('@') if words == 1 => {
                    // It was no display name but a local part: read again as what it is.
                    self.at = start;
                    let (address, at) = self.addr_spec()?;
                    self.skip_blanks()?;
                    if self.peek() == Some('<') {
                        return Err(AddressError {
                            kind: Kind::UnquotedName('@'),
                            offset: start + at,
                        });
                    }
                    return Ok(Mailbox {
                        name: None,
                        address,
                        at,
                    });
                }
                Some('"') => {
                    let word = self.quoted_string()?;
                    name.push_str(&word);
                }
                Some('.') if words > 0 => {
                    // Initials with a dot are no atom, but everybody writes them (RFC 5322 section 4.1).
                    name.push('.');
                    self.at += 1;
                }
                Some(character) if is_atext(character) => name.push_str(self.atom()),
                Some(':') if words > 0 => return Err(self.error(Kind::Group)),
                Some(',' | ';') if words == 0 => return Err(self.error(Kind::Empty)),
                Some(character) if !character.is_control() && self.brackets_follow() => {
                    return Err(self.error(Kind::UnquotedName(character)));
                }
                Some('@') if words > 1 => return Err(self.error(Kind::NoBrackets)),
                Some(';') => return Err(self.error(Kind::Semicolon)),
                Some(',') => return Err(self.error(Kind::Incomplete)),
                Some(_) => return Err(self.unexpected()),
                None if words == 0 => return Err(self.error(Kind::Empty)),
                None => return Err(self.error(Kind::Incomplete)),
            }
            words += 1;
            let before = self.at;
            self.skip_blanks()?;
            if self.at > before && !matches!(self.peek(), Some('<' | '@')) {
                name.push(' ');
            }
            // A dot-atom is one word, so that `a.b@example.org` is seen for what it is.
            if self.at == before && self.peek() == Some('.') && !self.text[start..].starts_with('"')
            {
                name.push_str(self.dots_and_atoms());
                self.skip_blanks()?;
                if !matches!(self.peek(), Some('<' | '@'))
                    && self.text[..self.at].ends_with([' ', '\t', ')'])
                {
                    name.push(' ');
                }
            }
        }
        if name.len() > MAX_NAME {
            return Err(AddressError {
                kind: Kind::NameTooLong,
                offset: start,
            });
        }
        self.at += 1;
        self.skip_blanks()?;
        let (address, at) = self.addr_spec()?;
        self.skip_blanks()?;
        if !self.eat('>') {
            return Err(self.unexpected());
        }
        self.skip_blanks()?;
        Ok(Mailbox {
            name: (!name.is_empty()).then_some(name),
            address,
            at,
        })
    }

    /// `local-part@domain`, without blanks. Gives back the text and the place of the `@`.
    fn addr_spec(&mut self) -> Result<(String, usize), AddressError> {
        let start = self.at;
        let mut address = match self.peek() {
            None => return Err(self.error(Kind::Empty)),
            Some('"') => {
                let content = self.quoted_string()?;
                if is_dot_atom(&content) {
                    content
                } else {
                    quoted(&content)
                }
            }
            Some(_) => self.dot_atom()?.to_owned(),
        };
        let at = address.len();
        if at > MAX_LOCAL_PART {
            return Err(AddressError {
                kind: Kind::LocalPartTooLong,
                offset: start,
            });
        }
        if !self.eat('@') {
            return Err(self.unexpected());
        }
        address.push('@');
        address.push_str(self.domain()?);
        Ok((address, at))
    }

    /// atom *("." atom)
    fn dot_atom(&mut self) -> Result<&'a str, AddressError> {
        let start = self.at;
        loop {
            if self.atom().is_empty() {
                return Err(self.unexpected());
            }
            if !self.eat('.') {
                return Ok(&self.text[start..self.at]);
            }
        }
    }

    fn domain(&mut self) -> Result<&'a str, AddressError> {
        let start = self.at;
        if self.peek() == Some('[') {
            return self.address_literal();
        }
        loop {
            let label_start = self.at;
            while let Some(character) = self.peek() {
                let allowed = character.is_ascii_alphanumeric()
                    || matches!(character, '-' | '_')
                    || (!character.is_ascii() && is_atext(character));
                if !allowed {
                    break;
                }
                self.at += character.len_utf8();
            }
            let label = &self.text[label_start..self.at];
            if label.is_empty() {
                return Err(self.unexpected());
            }
            if label.starts_with('-') {
                return Err(AddressError {
                    kind: Kind::Unexpected('-'),
                    offset: label_start,
                });
            }
            if label.ends_with('-') {
                return Err(AddressError {
                    kind: Kind::Unexpected('-'),
                    offset: self.at - 1,
                });
            }
            if label.len() > MAX_LABEL || self.at - start > MAX_DOMAIN {
                return Err(AddressError {
                    kind: Kind::DomainTooLong,
                    offset: label_start,
                });
            }
            if !self.eat('.') {
                return Ok(&self.text[start..self.at]);
            }
        }
    }

    /// `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 section 4.1.3).
    fn address_literal(&mut self) -> Result<&'a str, AddressError> {
        let start = self.at;
        let error = AddressError {
            kind: Kind::AddressLiteral,
            offset: start,
        };
        let Some(length) = self.text[start..].find(']') else {
            return Err(error);
        };
        let inner = &self.text[start + 1..start + length];
        let valid = match inner.get(..5) {
            Some(tag) if tag.eq_ignore_ascii_case("IPv6:") => {
                inner[5..].parse::<Ipv6Addr>().is_ok()
            }
            _ => inner.parse::<Ipv4Addr>().is_ok(),
        };
        if !valid {
            return Err(error);
        }
        self.at = start + length + 1;
        Ok(&self.text[start..self.at])
    }

    fn atom(&mut self) -> &'a str {
        self.take_while(is_atext)
    }

    fn dots_and_atoms(&mut self) -> &'a str {
        self.take_while(|character| character == '.' || is_atext(character))
    }

    fn take_while(&mut self, allowed: impl Fn(char) -> bool) -> &'a str {
        let rest = &self.text[self.at..];
        let length = rest
            .find(|character| !allowed(character))
            .unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// The content of a quoted-string, escapes resolved.
    fn quoted_string(&mut self) -> Result<String, AddressError> {
        let start = self.at;
        let mut content = String::new();
        let mut escaped = false;
        for (offset, character) in self.text[start..].char_indices().skip(1) {
            if character.is_control() && character != '\t' {
                return Err(AddressError {
                    kind: Kind::Control(character),
                    offset: start + offset,
                });
            }
            match character {
                '\\' if !escaped => {
                    escaped = true;
                    continue;
                }
                '"' if !escaped => {
                    self.at = start + offset + 1;
                    return Ok(content);
                }
                other => content.push(other),
            }
            escaped = false;
        }
        Err(AddressError {
            kind: Kind::UnclosedQuote,
            offset: start,
        })
    }

    /// Blanks and comments (RFC 5322 section 3.2.2).
    fn skip_blanks(&mut self) -> Result<(), AddressError> {
        let mut depth = 0_usize;
        let mut opened = self.at;
        let mut escaped = false;
        for (offset, character) in self.text[self.at..].char_indices() {
            let place = self.at + offset;
            if character.is_control() && character != '\t' {
                return Err(AddressError {
                    kind: Kind::Control(character),
                    offset: place,
                });
            }
            if escaped {
                escaped = false;
                continue;
            }
            match character {
                ' ' | '\t' => {}
                '(' => {
                    if depth == 0 {
                        opened = place;
                    }
                    depth += 1;
                }
                ')' if depth > 0 => depth -= 1,
                '\\' if depth > 0 => escaped = true,
                _ if depth > 0 => {}
                _ => {
                    self.at = place;
                    return Ok(());
                }
            }
        }
        if depth > 0 {
            return Err(AddressError {
                kind: Kind::UnclosedComment,
                offset: opened,
            });
        }
        self.at = self.text.len();
        Ok(())
    }

    fn end(&mut self) -> Result<(), AddressError> {
        let apart = self.text[..self.at].ends_with([' ', '\t', '>', ')']);
        match self.peek() {
            None => Ok(()),
            Some(';') => Err(self.error(Kind::Semicolon)),
            Some(character) if apart && !character.is_control() => {
                Err(self.error(Kind::AfterAddress(character)))
            }
            Some(_) => Err(self.unexpected()),
        }
    }

    /// Whether an address in angle brackets comes next: then what stands here was meant to be its name.
    fn brackets_follow(&self) -> bool {
        let rest = &self.text[self.at..];
        // What is looked at begins with the character in question, which may be a comma itself.
        let mut further = rest.chars().skip(1);
        further.find(|character| matches!(character, '<' | ',' | ';' | '@')) == Some('<')
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn eat(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        if found {
            self.at += expected.len_utf8();
        }
        found
    }

    fn error(&self, kind: Kind) -> AddressError {
        AddressError {
            kind,
            offset: self.at,
        }
    }

    fn unexpected(&self) -> AddressError {
        self.error(match self.peek() {
            None => Kind::Incomplete,
            Some(character) if character.is_control() => Kind::Control(character),
            Some(character) => Kind::Unexpected(character),
        })
    }
}

fn is_dot_atom(text: &str) -> bool {
    text.split('.')
        .all(|atom| !atom.is_empty() && atom.chars().all(is_atext))
}
