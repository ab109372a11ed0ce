from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.mail.smtp import SmtpMailer
from debrief.errors import BadSettings


@pytest.mark.parametrize(
    "url",
    [
        "smtp://localhost",
        "smtp://127.0.0.1:2525/",
        "smtp+plain://mail.example.org:2525/",
        "smtp+plain://user:secret@localhost",
        "smtp://user:secret@localhost:2525",
        "smtp://user:secret@[::1]:2525",
        "smtps://user:secret@mail.example.org",
        "smtp+starttls://user%40example.org:s%2Fcret@mail.example.org:587",
    ],
)
def test_a_good_url_is_accepted_and_its_password_is_shown_nowhere(url: str) -> None:
    mailer = SmtpMailer(url)
    assert "cret" not in repr(mailer) + repr(vars(mailer))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.org",
        "https://mail.example.org",
        "smtp://",
        "smtp://:25",
        "smtp://mail.example.org:port",
        "smtp://mail.example.org:99999",
        "smtps://user:se/cret@mail.example.org",
        "smtps://user:se#cret@mail.example.org",
        "smtps://user:se?cret@mail.example.org",
        "smtps://user:s%C3%A9cret@mail.example.org",
        "smtps://user:s%FFcret@mail.example.org",
        "smtps://user@mail.example.org",
        "smtps://:secret@mail.example.org",
        "smtps://user:secret@mail..example.org",
        "smtps://user:secret@" + "a" * 64 + ".example.org",
        "smtps://user:secret@[::1",
        "smtps://user:secret@mail.example.org/path",
        "smtps://user:secret@mail.example.org?x=1",
    ],
)
def test_a_bad_url_is_one_sentence_that_does_not_repeat_it(url: str) -> None:
    with pytest.raises(BadSettings, match="must look like") as refused:
        SmtpMailer(url)
    assert "cret@" not in str(refused.value)
    assert refused.value.__context__ is None or refused.value.__suppress_context__


@pytest.mark.parametrize(
    "url", ["smtp://mail.example.org", "smtp://user:secret@mail.example.org", "smtp+plain://user:secret@10.0.0.7"]
)
def test_nothing_leaves_the_machine_unencrypted_unless_asked_for_by_name_and_no_password_does(url: str) -> None:
    with pytest.raises(BadSettings, match="would send emails unencrypted") as refused:
        SmtpMailer(url)
    assert "example.org" not in str(refused.value)


@given(st.text() | st.text().map(lambda rest: f"smtps://{rest}") | st.text().map(lambda rest: f"smtp://u:p@{rest}"))
def test_no_url_brings_another_error(url: str) -> None:
    try:
        SmtpMailer(url)
    except BadSettings:
        return
    assert url.lstrip().lower().startswith("smtp")
