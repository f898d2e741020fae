"""Prints what Python's email package reads in a message, one thing a line, texts in hexadecimal."""

import email
import email.header
import email.policy
import email.utils
import sys


def hexed(text):
    octets = text if isinstance(text, bytes) else str(text).encode("utf-8", "surrogateescape")
    return "x" + octets.hex()


with open(sys.argv[1], "rb") as file:
    message = email.message_from_binary_file(file, policy=email.policy.SMTPUTF8)

assert not message.defects, message.defects
print("subject", hexed(message["subject"] or ""))
# The newer interface puts blanks between the encoded-words of a display name; the older one reads them right.
with open(sys.argv[1], "rb") as file:
    older = email.message_from_binary_file(file, policy=email.policy.compat32)
for name in ("from", "to", "cc"):
    raw = [str(value) for value in older.get_all(name, [])]
    for display, address in email.utils.getaddresses(raw):
        print(name, hexed(email.header.make_header(email.header.decode_header(display))), hexed(address))

inside = set()
for part in message.walk():
    assert not part.defects, part.defects
    if id(part) in inside or part.get_content_maintype() == "multipart":
        continue
    content = b""
    if part.get_content_type() == "message/rfc822":
        inside.update(id(inner) for inner in part.walk() if inner is not part)
    else:
        content = part.get_payload(decode=True)
        if part.get_content_maintype() == "text":
            content = content.replace(b"\r\n", b"\n")
    identifier = (part["content-id"] or "").strip("<>")
    print("part", part.get_content_type(), hexed(part.get_filename() or ""), hexed(identifier), hexed(content))
