//! posthaste: send mail from the shell.
fn main() {}
