//! Lines of text: what the transfer encodings have to know about them.

/// Text with CRLF line ends. LF, CRLF and a lone CR each end a line.
pub(crate) fn canonical(text: &str) -> String {
    let octets = text.as_bytes();
    let mut out = String::with_capacity(text.len() + text.len() / 32);
    let mut start = 0;
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'\r', b'\n', &octets[at..]) {
        let end = at + found;
        at = end
            + if octets[end..].starts_with(b"\r\n") {
                2
            } else {
                1
            };
        out.push_str(&text[start..end]);
        out.push_str("\r\n");
        start = at;
    }
    out.push_str(&text[start..]);
    out
}

/// What a look at content shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scan {
    /// Octets above 127.
    pub(crate) high: usize,
    /// No line is longer than 998 octets, CR and LF come only as CRLF, there is no NUL.
    pub(crate) lines: bool,
    /// A mail server on the way might change it: blanks before a line end, `From ` at the beginning of a
    /// line, a line of one dot, control characters.
    pub(crate) fragile: bool,
}

pub(crate) fn scan(content: &[u8]) -> Scan {
    let mut scan = Scan {
        high: 0,
        lines: true,
        fragile: false,
    };
    let mut rest = content;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest);
        let (line, later) = match end {
            Some(end) => (&rest[..end], &rest[end + 1..]),
            None => (rest, &rest[rest.len()..]),
        };
        let line = match (end, line.strip_suffix(b"\r")) {
            (Some(_), Some(line)) => line,
            (Some(_), None) => {
                scan.lines = false;
                line
            }
            (None, _) => line,
        };
        scan.lines &= line.len() <= crate::header::fold::HARD;
        scan.fragile |= line.ends_with(b" ")
            || line.ends_with(b"\t")
            || line.starts_with(b"From ")
            || line == b".";
        scan.high += line.iter().filter(|octet| **octet >= 128).count();
        // Without a branch in it, this loop becomes vector instructions.
        let control = line.iter().fold(false, |any, &octet| {
            any | ((octet < b' ') & (octet != b'\t')) | (octet == 0x7f)
        });
        if control {
            scan.fragile = true;
            scan.lines &= !line.contains(&b'\r') && !line.contains(&0);
        }
        rest = later;
    }
    scan
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_becomes_crlf() {
        assert_eq!(
            canonical("a\nb\rc\r\nd\n\re\r\r\n"),
            "a\r\nb\r\nc\r\nd\r\n\r\ne\r\n\r\n"
        );
        assert_eq!(canonical(""), "");
        assert_eq!(canonical("ü"), "ü");
    }

    #[test]
    fn a_scan_sees_what_matters() {
        let plain = Scan {
            high: 0,
            lines: true,
            fragile: false,
        };
        assert_eq!(scan(b""), plain);
        assert_eq!(scan(b"a\tb\r\n..\r\nxFrom \xc3"), Scan { high: 1, ..plain });
        for fragile in [
            "a \r\nb",
            "a\t",
            "From x",
            "a\r\nFrom b",
            ".",
            "a\r\n.\r\n",
            "\u{1b}",
            "\u{7f}",
        ] {
            assert_eq!(
                scan(fragile.as_bytes()),
                Scan {
                    fragile: true,
                    ..plain
                },
                "{fragile:?}"
            );
        }
        assert!(scan(&[b'x'; 998]).lines);
        for broken in [&[b'x'; 999][..], b"a\nb", b"a\rb", b"\0", b"a\r"] {
            assert!(!scan(broken).lines);
        }
    }
}
