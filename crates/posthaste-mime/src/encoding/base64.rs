//! base64 in lines of 76 (RFC 2045 section 6.8).

use base64::Engine;

/// Octets on a line, and characters.
pub(crate) const LINE_IN: usize = 57;
const LINE_OUT: usize = 76;
/// Lines that go through the engine at once: the scratch stays in the first-level cache.
const BATCH: usize = 128;

/// Collects octets and writes whole lines, each with its CRLF.
#[derive(Debug)]
pub(crate) struct LineEncoder {
    carry: [u8; LINE_IN],
    carried: usize,
    empty: bool,
}

impl LineEncoder {
    pub(crate) fn new() -> Self {
        Self {
            carry: [0; LINE_IN],
            carried: 0,
            empty: true,
        }
    }

    /// Takes all of `input`; what makes no whole line waits.
    pub(crate) fn push(&mut self, mut input: &[u8], out: &mut Vec<u8>) {
        if self.carried > 0 {
            let wanted = (LINE_IN - self.carried).min(input.len());
            let (now, later) = input.split_at(wanted);
            self.carry[self.carried..self.carried + wanted].copy_from_slice(now);
            self.carried += wanted;
            input = later;
            if self.carried < LINE_IN {
                return;
            }
            lines(&self.carry, out);
            self.carried = 0;
            self.empty = false;
        }
        let whole = input.len() - input.len() % LINE_IN;
        let (now, later) = input.split_at(whole);
        if whole > 0 {
            lines(now, out);
            self.empty = false;
        }
        self.carry[..later.len()].copy_from_slice(later);
        self.carried = later.len();
    }

    /// The last line. Without any octet it is an empty one, so that the part has a body.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        if self.carried > 0 {
            lines(&self.carry[..self.carried], out);
            self.carried = 0;
        } else if self.empty {
            out.extend_from_slice(b"\r\n");
        }
        self.empty = false;
    }
}

/// How many octets [`LineEncoder`] makes of `length`; `None` beyond what a file can have.
pub(crate) fn encoded_len(length: u64) -> Option<u64> {
    if length == 0 {
        return Some(2);
    }
    let characters = length.div_ceil(3).checked_mul(4)?;
    characters.checked_add(characters.div_ceil(LINE_OUT as u64) * 2)
}

/// The kernel: whole lines, and at the end of the content a short one. Everything that wants to be faster
/// is put in here.
fn lines(input: &[u8], out: &mut Vec<u8>) {
    let engine = engine();
    let mut scratch = [0; BATCH * LINE_OUT];
    for batch in input.chunks(BATCH * LINE_IN) {
        // The scratch holds a whole batch, so that this cannot fail.
        let Ok(length) = engine.encode_slice(batch, &mut scratch) else {
            return;
        };
        let characters = &scratch[..length];
        out.reserve(length + length.div_ceil(LINE_OUT) * 2);
        for line in characters.chunks(LINE_OUT) {
            out.extend_from_slice(line);
            out.extend_from_slice(b"\r\n");
        }
    }
}

#[cfg(all(feature = "simd", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn engine() -> &'static impl Engine {
    use base64::engine::{Simd, general_purpose::PAD};
    static ENGINE: std::sync::LazyLock<Simd> = std::sync::LazyLock::new(|| Simd::standard(PAD));
    &*ENGINE
}

#[cfg(not(all(feature = "simd", any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn engine() -> &'static impl Engine {
    &base64::engine::general_purpose::STANDARD
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(pieces: &[&[u8]]) -> Vec<u8> {
        let mut encoder = LineEncoder::new();
        let mut out = Vec::new();
        for piece in pieces {
            encoder.push(piece, &mut out);
        }
        encoder.finish(&mut out);
        out
    }

    #[test]
    fn rfc_4648_vectors() {
        for (input, output) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(
                encode(&[input.as_bytes()]),
                format!("{output}\r\n").into_bytes()
            );
        }
    }

    #[test]
    fn every_length_and_every_split_is_the_same() {
        let input: Vec<u8> = (0..20_000_u32)
            .map(|number| (number * 31 % 251) as u8)
            .collect();
        for length in (0..400).chain([
            LINE_IN * BATCH - 1,
            LINE_IN * BATCH,
            LINE_IN * BATCH + 1,
            20_000,
        ]) {
            let input = &input[..length];
            let whole = encode(&[input]);
            assert_eq!(whole.len() as u64, encoded_len(length as u64).unwrap());
            for piece in [1, 56, 57, 58, 1000] {
                assert_eq!(encode(&input.chunks(piece).collect::<Vec<_>>()), whole);
            }
            let text = core::str::from_utf8(&whole).unwrap();
            assert!(text.ends_with("\r\n") && text.split("\r\n").all(|line| line.len() <= 76));
            let plain = base64::engine::general_purpose::STANDARD
                .decode(text.replace("\r\n", ""))
                .unwrap();
            assert_eq!(plain, input);
        }
    }
}
