//! Boundaries (RFC 2046 section 5.1.1).

/// The boundary of the multipart with this number.
///
/// `=_` cannot occur in base64 nor in quoted-printable, and 128 random bits occur nowhere else. The number
/// comes first, with an underscore behind it, so that none of them is the beginning of another.
pub(crate) fn boundary(number: usize, seed: &str) -> String {
    format!("=_{number}_{seed}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_boundary_begins_with_another() {
        let all: Vec<_> = (0..30)
            .map(|number| boundary(number, &"0123456789abcdef".repeat(2)))
            .collect();
        for one in &all {
            assert!(one.len() <= 70);
            assert_eq!(
                all.iter()
                    .filter(|other| other.starts_with(one.as_str()))
                    .count(),
                1
            );
        }
    }
}
