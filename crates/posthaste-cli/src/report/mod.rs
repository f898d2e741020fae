//! What became of it: one verdict, told to people ([`human`]) and to programs ([`json`]).

pub(crate) mod human;
pub(crate) mod json;
mod verdict;

pub(crate) use verdict::{Fated, Fortune, Status, Verdict};

/// `812 B`, `22.4 KiB`, `31.0 MiB`.
pub(crate) fn size(octets: u64) -> String {
    let (mut whole, mut rest) = (octets, 0);
    let mut units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    while whole >= 1024 {
        let Some(larger) = units.next() else { break };
        (whole, rest, unit) = (whole / 1024, whole % 1024, larger);
    }
    match unit {
        "B" => format!("{octets} B"),
        _ => format!("{whole}.{} {unit}", rest * 10 / 1024),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes() {
        for (octets, shown) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (32_505_856, "31.0 MiB"),
            (1 << 30, "1.0 GiB"),
            (u64::MAX, "15.9 EiB"),
        ] {
            assert_eq!(super::size(octets), shown);
        }
    }
}
