//! What `--help` and `help` show.

mod common;

use common::{Outcome, posthaste};

#[test]
fn help_lists_the_flags_that_exist() {
    let common = [
        "--allow-plaintext-auth",
        "--attach",
        "--auth",
        "--auth-identity",
        "--bcc",
        "--cc",
        "--chunking",
        "--date",
        "--envelope-from",
        "--from",
        "--header",
        "--helo",
        "--help",
        "--html",
        "--html-file",
        "--inline",
        "--json",
        "--message-id",
        "--password-env",
        "--password-file",
        "--quiet",
        "--reply-to",
        "--server",
        "--subject",
        "--text",
        "--text-file",
        "--timeout",
        "--tls",
        "--tls-ca",
        "--tls-name",
        "--to",
        "--token-env",
        "--token-file",
        "--user",
        "--verbose",
    ];
    // compose takes these and does not use them.
    let unused = [
        "--allow-plaintext-auth",
        "--auth",
        "--auth-identity",
        "--chunking",
        "--helo",
        "--password-env",
        "--password-file",
        "--server",
        "--timeout",
        "--tls",
        "--tls-ca",
        "--tls-name",
        "--token-env",
        "--token-file",
        "--user",
    ];
    for (command, more, less) in [
        ("send", &[][..], &[][..]),
        ("compose", &["--output"], &unused),
    ] {
        let same = Outcome::of(&mut posthaste(["help", command]));
        let help = Outcome::of(&mut posthaste([command, "--help"]));
        assert_eq!((help.code, help.stderr.as_str()), (0, ""));
        assert_eq!((same.code, &same.stdout), (0, &help.stdout));
        let help = String::from_utf8(help.stdout).unwrap();
        for heading in ["Examples:", "Environment (", "Exit codes:"] {
            assert!(help.contains(heading), "{help}");
        }
        let flags = help
            .lines()
            .filter(|line| line.trim_start().starts_with('-'));
        let mut listed: Vec<&str> = flags
            .filter_map(|line| {
                line.split_ascii_whitespace()
                    .find(|word| word.starts_with("--"))
            })
            .map(|word| word.trim_end_matches("..."))
            .collect();
        listed.sort_unstable();
        listed.dedup();
        let mut expected: Vec<&str> = common.iter().chain(more).copied().collect();
        expected.retain(|flag| !less.contains(flag));
        expected.sort_unstable();
        assert_eq!(listed, expected);
    }
}
