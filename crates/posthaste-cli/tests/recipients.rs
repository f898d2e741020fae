//! What is told when the recipients' fates are the news.

mod common;

use common::{assert_words, send};
use posthaste_inbox::{Inbox, Stage};

#[test]
fn some_recipients() {
    let inbox = Inbox::builder()
        .refuse_recipient("bad@example.net", 550, "5.1.1 User unknown")
        .start()
        .unwrap();
    let outcome = send(&inbox, &["-c", "bad@example.net"]);
    let json = outcome.json();
    assert_eq!(outcome.code, 10, "{}", outcome.stderr);
    assert_eq!(
        (&json["status"], &json["retryable"]),
        (&"partial".into(), &false.into())
    );
    assert!(json["error"].is_null());
    assert_eq!(json["recipients"][0]["accepted"], true);
    assert_eq!(json["recipients"][0]["reply"]["code"], 250);
    assert_eq!(json["recipients"][1]["address"], "bad@example.net");
    assert_eq!(json["recipients"][1]["accepted"], false);
    assert_eq!(json["recipients"][1]["retryable"], false);
    assert_eq!(json["recipients"][0]["status"], "accepted");
    assert_eq!(json["recipients"][1]["status"], "refused");
    let (verdict, list) = outcome.stderr.split_once('\n').unwrap();
    assert!(
        verdict.starts_with("partly sent: 1 of 2 recipients, ")
            && verdict.contains(" B, 250 2.0.0 queued as 0001  ("),
        "{verdict}"
    );
    assert_eq!(
        list,
        "  ok       bob@example.net\n  \
         refused  bad@example.net   550 5.1.1 User unknown   (permanent)\n"
    );
    assert_eq!(inbox.messages().len(), 1);
    // A refusal that may pass makes the whole worth another try.
    let inbox = Inbox::builder()
        .refuse_recipient("bad@example.net", 450, "4.2.1 later")
        .start()
        .unwrap();
    assert_eq!(
        send(&inbox, &["-c", "bad@example.net"]).json()["retryable"],
        true
    );
}

#[test]
fn all_recipients_in_different_ways() {
    let inbox = Inbox::builder()
        .refuse_recipient("bad@example.net", 550, "5.1.1 User unknown")
        .refuse_recipient("bob@example.net", 450, "4.2.1 later")
        .start()
        .unwrap();
    let outcome = send(&inbox, &["-c", "bad@example.net"]);
    assert_words(
        &outcome,
        (75, "rejected", "rejected", "refused", "rcpt", "true"),
    );
    let json = outcome.json();
    assert_eq!(json["error"]["reply"]["code"], 450);
    assert_eq!(json["recipients"][0]["retryable"], true);
    assert_eq!(json["recipients"][1]["retryable"], false);
    let (error, list) = outcome.stderr.split_once('\n').unwrap();
    assert!(
        error.ends_with("both recipients were refused, in more than one way"),
        "{error}"
    );
    assert_eq!(
        list,
        "  refused  bob@example.net   450 4.2.1 later   (try again later)\n  \
         refused  bad@example.net   550 5.1.1 User unknown   (permanent)\n"
    );
}

#[test]
fn all_recipients_in_the_same_way_are_told_once() {
    let inbox = Inbox::builder()
        .reply(Stage::Rcpt, 550, "5.7.1 no mail for anybody")
        .start()
        .unwrap();
    let outcome = send(&inbox, &["-c", "cy@example.net, dan@example.net"]);
    assert_words(
        &outcome,
        (67, "rejected", "rejected", "refused", "rcpt", "false"),
    );
    let (error, rest) = outcome.stderr.split_once('\n').unwrap();
    assert!(
        error.ends_with(": all 3 recipients were refused"),
        "{error}"
    );
    assert_eq!(rest, "  550 5.7.1 no mail for anybody\n");
    assert_eq!(outcome.json()["recipients"][2]["status"], "refused");
}
