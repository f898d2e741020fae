use rustls::crypto::SecureRandom;

use crate::error::{Error, Kind, Stage};

/// 32 octets that nobody can guess. The nonces of a session are made of them.
pub(crate) fn entropy(source: &dyn SecureRandom) -> Result<[u8; 32], Error> {
    let mut octets = [0; 32];
    source.fill(&mut octets).map_err(|_| {
        let message = "the system's source of random octets failed";
        Error::new(Kind::Config, "no-entropy", Stage::Input, message)
    })?;
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use rustls::crypto::GetRandomFailed;

    use super::*;

    #[derive(Debug)]
    struct Broken;

    impl SecureRandom for Broken {
        fn fill(&self, _: &mut [u8]) -> Result<(), GetRandomFailed> {
            Err(GetRandomFailed)
        }
    }

    #[test]
    fn a_source_that_fails_is_an_error_and_one_that_works_does_not_repeat_itself() {
        let error = entropy(&Broken).unwrap_err();
        assert_eq!(
            (error.kind(), error.reason(), error.stage()),
            (Kind::Config, "no-entropy", Stage::Input)
        );
        let system = rustls::crypto::ring::default_provider().secure_random;
        assert_ne!(entropy(system).unwrap(), entropy(system).unwrap());
    }
}
