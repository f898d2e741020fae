//! A client that is not ours: Python's smtplib over plain TCP, STARTTLS and implicit TLS.

use std::fs;
use std::process::Command;
use std::time::Duration;

use posthaste_inbox::Inbox;

#[test]
fn smtplib_delivers_every_octet() {
    if !Command::new("python3")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
    {
        println!("skipped: there is no python3");
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name);
    // Dots at line starts, 8-bit octets, a long line, blank lines at the end.
    let message = [
        "Subject: x\r\n\r\n.\r\n..\r\n.dot\r\nümlaut\r\n".as_bytes(),
        b"z".repeat(990).as_slice(),
        b"\r\n\xff\xfe\r\n\r\n.\r\n\r\n",
    ]
    .concat();
    fs::write(path("message"), &message).unwrap();

    let inbox = Inbox::builder()
        .dir(path("inbox"))
        .auth("ann", "secret")
        .implicit_tls()
        .refuse_recipient("nobody@example.net", 550, "5.1.1 no such user")
        .start()
        .unwrap();
    fs::write(path("ca.pem"), inbox.ca_pem().unwrap()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python_client.py");
    let output = Command::new("python3")
        .arg(script)
        .args([
            inbox.port().to_string(),
            inbox.tls_port().unwrap().to_string(),
        ])
        .args([path("ca.pem"), path("message")])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );

    let messages = inbox.wait_for(4, Duration::from_secs(30)).unwrap();
    assert_eq!(messages.len(), 4);
    for stored in &messages {
        assert_eq!(fs::read(stored.path().unwrap()).unwrap(), message);
        assert_eq!(stored.record().hello, "client.example.org");
        assert_eq!(stored.record().size, message.len() as u64);
        assert_eq!(stored.record().rcpt_to.len(), 1);
    }
    let [plain, starttls, implicit, cram_md5] = [0, 1, 2, 3].map(|n: usize| messages[n].record());
    assert_eq!((plain.tls.as_deref(), plain.auth.as_deref()), (None, None));
    assert_eq!(
        (starttls.tls.as_deref(), starttls.auth.as_deref()),
        (Some("TLSv1.3"), Some("ann"))
    );
    assert_eq!(
        (implicit.tls.as_deref(), implicit.auth.as_deref()),
        (Some("TLSv1.3"), Some("ann"))
    );
    assert_eq!(cram_md5.auth.as_deref(), Some("ann"));
    assert_eq!(
        plain.params["SIZE"].as_deref(),
        Some(message.len().to_string().as_str())
    );
    assert_eq!(starttls.params["BODY"].as_deref(), Some("8BITMIME"));
    assert_eq!(
        (
            implicit.mail_from.as_str(),
            implicit.rcpt_to[0].address.as_str()
        ),
        ("jürgen@example.org", "用户@example.net")
    );
}
