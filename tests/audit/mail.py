"""Check the emails' HTML for the clients that must understand it, as caniemail.com knows them."""

from __future__ import annotations

from pathlib import Path

from audit.grading import Graded
from audit.tools import node, samples

CLIENTS = (
    "apple-mail.*",
    "gmail.*",
    "outlook.windows",
    "outlook.macos",
    "outlook.ios",
    "outlook.android",
    "yahoo.*",
    "samsung-email.android",
)


def caniemail(out: Path) -> Graded:
    """What one of the clients does not know. Partial support depends on values, which it does not read."""
    mails = samples(out, "pages/mail-*.html")
    findings = node("caniemail.mjs", {"pages": [str(mail) for mail in mails], "clients": CLIENTS})
    return Graded(f"{len(mails)} mails for {', '.join(CLIENTS)}", findings)
