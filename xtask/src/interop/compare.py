"""Reads a message with Python's own parser and compares it with the files it was made of.

    compare.py MESSAGE FOLDER ATTACHMENT-NAME
"""
import email
import email.policy
import hashlib
import pathlib
import sys


def same(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what} differs:\n  found  {found!r:.400}\n  wanted {wanted!r:.400}")


def main():
    message_file, folder, attachment_name = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    octets = pathlib.Path(message_file).read_bytes()
    message = email.message_from_bytes(octets, policy=email.policy.SMTP)
    for part in message.walk():
        same("defects", part.defects, [])
    same("subject", message["Subject"], (folder / "subject").read_text())
    same("Bcc", message["Bcc"], None)

    parts = {part.get_content_type(): part for part in message.walk() if not part.is_multipart()}
    same("parts", sorted(parts), ["application/octet-stream", "image/png", "text/html", "text/plain"])
    tree = [part.get_content_type() for part in message.walk()]
    same("tree", [kind for kind in tree if kind.startswith("multipart/")],
         ["multipart/mixed", "multipart/alternative", "multipart/related"]
         if tree.index("multipart/alternative") < tree.index("multipart/related")
         else ["multipart/mixed", "multipart/related", "multipart/alternative"])

    # A text's last line may gain its line end on the way; nothing else may change.
    for kind, name in (("text/plain", "text.txt"), ("text/html", "page.html")):
        found = parts[kind].get_payload(decode=True).replace(b"\r\n", b"\n").rstrip(b"\n")
        same(kind, found.decode("utf-8"), (folder / name).read_text(encoding="utf-8").rstrip("\n"))

    image = parts["image/png"]
    same("Content-ID", image["Content-ID"], "<logo@posthaste.test>")
    same("image", image.get_payload(decode=True), (folder / "logo.png").read_bytes())

    attachment = parts["application/octet-stream"]
    same("file name", attachment.get_filename(), attachment_name)
    found, wanted = attachment.get_payload(decode=True), (folder / attachment_name).read_bytes()
    same("attachment", hashlib.sha256(found).hexdigest(), hashlib.sha256(wanted).hexdigest())
    for line in octets.split(b"\n"):
        if len(line.rstrip(b"\r")) > 998:
            sys.exit("a line is longer than 998 octets")
    print(f"{len(octets)} octets, {len(parts)} parts, equal")


main()
