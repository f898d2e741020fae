//! What the parts of the peer benchmark share.

pub mod data;
pub mod process;

/// Value of `--name` in argv, or None.
pub fn opt(name: &str) -> Option<String> {
    let a: Vec<String> = std::env::args().collect();
    a.iter()
        .position(|x| x == name)
        .and_then(|i| a.get(i + 1).cloned())
}
pub fn flag(name: &str) -> bool {
    std::env::args().any(|x| x == name)
}
pub fn num(name: &str, default: usize) -> usize {
    opt(name)
        .map(|v| v.parse().expect("number"))
        .unwrap_or(default)
}
