"""The links that a mail holds, and how they are taken back."""

from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from debrief.cli.main import main
from debrief.delivery.ledger.ledger import Delivery
from debrief.delivery.links.tokens import token_hash
from debrief.delivery.mail.addresses import recipient_id
from debrief.errors import BadSettings, Unavailable
from debrief.pipeline.mailing.issue_links import index_days, index_link, links_for, session_links
from support.mailed import PORTAL, RULES, Mailed
from support.world import END, START, World

DELIVERY = Delivery("1_cue00001", 1, "b4c9a289323b21a0", "ann@example.com", at=START)


def test_without_a_portal_there_are_no_links(small: World) -> None:
    with small.services() as services:
        assert links_for(services, DELIVERY, 1, END) is None


def test_a_mail_that_is_made_again_has_the_same_links_and_they_end_no_later(small: World) -> None:
    with small.services(portal_url=PORTAL) as services:
        links = links_for(services, DELIVERY, 1, END)
        assert links is not None
        token = links.page.removeprefix(f"{PORTAL}/r/")
        assert (links.report, links.pdf, links.attendees, links.unsubscribe) == (
            f"{PORTAL}/r/{token}/report",
            f"{PORTAL}/r/{token}/pdf",
            f"{PORTAL}/r/{token}/attendees",
            f"{PORTAL}/u/{token}",
        )
        small.clock.now += timedelta(days=1)
        assert links_for(services, DELIVERY, 1, END) == links


def test_a_link_leaves_room_in_a_line_of_a_mail(small: World) -> None:
    with small.services(portal_url=PORTAL) as services:
        links = links_for(services, DELIVERY, 1, END)
        assert links is not None
        assert len(links.attendees) < 78


def test_there_is_no_link_to_a_file_that_nobody_makes(small: World) -> None:
    with small.services(portal_url=PORTAL, pdf=False, html=False) as services:
        links = links_for(services, Delivery("1_cue00001", 1, "b4c9a289323b21a0", "", tier="totals"), 1, END)
    assert links is not None
    assert (links.report, links.pdf, links.attendees) == ("", "", "")


@pytest.mark.parametrize(("days", "index"), [(90.0, 7.0), (3.0, 3.0)])
def test_a_link_to_the_index_works_for_a_week_or_as_long_as_any_link_if_that_is_shorter(
    small: World, days: float, index: float
) -> None:
    with small.services(portal_url=PORTAL, link_days=days) as services:
        assert index_days(services.settings) == index
        token = index_link(services, DELIVERY).removeprefix(f"{PORTAL}/i/")
        link = services.ledger.link(token_hash(token))
    assert link is not None
    assert link.expires == small.clock.now + timedelta(days=index)


def test_links_take_a_key(small: World) -> None:
    with small.services(portal_url=PORTAL, link_key="short") as services, pytest.raises(BadSettings, match="LINK_KEY"):
        links_for(services, DELIVERY, 1, END)


def test_no_links_are_shown_where_their_owner_does_not_look(small: World) -> None:
    with small.services(portal_url=PORTAL) as services:
        links = links_for(services, DELIVERY, 1, END)
    assert links is not None
    assert links.page not in repr(links)


def test_a_mail_holds_no_token_but_its_recipients(mailed: Mailed) -> None:
    for path in (mailed.place.root / "outbox").iterdir():
        body = path.read_bytes()
        to = message_from_bytes(body, policy=policy.default)["To"]
        assert {who for who, token in mailed.tokens.items() if token.encode() in body} == {to}


def test_the_token_is_nowhere_but_in_the_mail(mailed: Mailed) -> None:
    archive = [path for path in (mailed.place.root / "archive").rglob("*") if path.is_file()]
    for token in mailed.tokens.values():
        assert not [path for path in archive if token.encode() in path.read_bytes()]


def debrief(mailed: Mailed, *argv: str) -> int:
    return main(argv, {"DEBRIEF_ARCHIVE": str(mailed.place.root / "archive")})


def test_a_persons_links_are_revoked_from_the_command_line(
    mailed: Mailed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("debrief.cli.links.utc_now", mailed.place.clock)
    assert debrief(mailed, "links", "revoke", "--person", "Bea@Example.com") == 0
    out, err = capsys.readouterr()
    assert out == "revoked: links to this address\n"
    assert "Revoked 1 link." in err
    assert "bea@" not in (out + err).lower()
    assert debrief(mailed, "links", "revoke", "--person", "bea@example.com") == 0
    assert "Revoked 0 links. No link sent so far to this address still worked." in capsys.readouterr().err
    assert [mailed.get(f"/r/{{{who}}}").status for who in ("ann", "bea", "cy")] == [200, 404, 200]


def test_the_list_of_links_says_who_unsubscribed_was_revoked_or_erased(
    mailed: Mailed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("debrief.cli.links.utc_now", mailed.place.clock)
    debrief(mailed, "links", "revoke", "--person", "bea@example.com")
    mailed.post("/u/{ann}", "choice=all")
    with mailed.place.services() as services:
        (cy,) = (one for one in services.ledger.deliveries("1_cue00001") if one.address == "cy@example.com")
        services.ledger.forget(cy)
    capsys.readouterr()
    assert debrief(mailed, "links", "show", "--session", "1_cue00001") == 0
    shown = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "  revoked  " in shown["bea@example.com"]
    assert "  valid, unsubscribed  " in shown["ann@example.com"]
    assert "  valid  " in shown["erased"]


def test_a_sessions_links_are_revoked_from_the_command_line(mailed: Mailed) -> None:
    assert debrief(mailed, "links", "revoke", "--session", "1_cue00001") == 0
    assert [mailed.get(f"/r/{{{who}}}").status for who in ("ann", "bea", "cy")] == [404, 404, 404]


def test_all_links_are_revoked_from_the_command_line_and_counted(
    mailed: Mailed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("debrief.cli.links.utc_now", mailed.place.clock)
    debrief(mailed, "links", "revoke", "--person", "bea@example.com")
    assert debrief(mailed, "links", "revoke", "--all") == 0
    assert "Revoked 2 links." in capsys.readouterr().err
    assert [mailed.get(f"/r/{{{who}}}").status for who in ("ann", "bea", "cy")] == [404, 404, 404]


@pytest.mark.parametrize("end", [".", ")", ").", "./"])
def test_what_a_sentence_adds_to_a_link_is_forgiven(mailed: Mailed, end: str) -> None:
    for path in ("/r/{ann}", "/r/{ann}/pdf", "/u/{ann}"):
        answer, wanted = mailed.get(path + end), mailed.get(path)
        if "/" in end:
            token = mailed.tokens["ann@example.com"]
            assert (answer.status, answer.headers["location"]) == (
                303,
                f"../{path.rpartition('/')[2].format(ann=token)}",
            )
        else:
            assert answer == wanted
    assert mailed.get("/r/nobody" + end) == mailed.get("/r/nobody")
    assert mailed.post(f"/u/{{ann}}{end}", "choice=all").status == 200


@pytest.mark.parametrize(
    "argv",
    [
        ("--session", "1_nocue"),
        ("--session", "a b"),
        ("--person", "ann"),
        ("--person", ""),
        ("--session", ""),
        ("--person", "nobody@example.com"),
    ],
)
def test_a_mistake_revokes_nothing(mailed: Mailed, argv: tuple[str, str]) -> None:
    before = mailed.dump()
    assert debrief(mailed, "links", "revoke", *argv) == 2
    assert mailed.dump() == before


def test_the_key_stays_with_the_ledger(mailed: Mailed) -> None:
    key: Path = mailed.place.root / "archive" / ".debrief" / "link.key"
    assert len(key.read_text()) == 43


def test_a_new_link_signing_key_ends_the_links_of_the_old_one(mailed: Mailed) -> None:
    assert mailed.get("/r/{ann}").status == 200
    mailed.place.clock.now += timedelta(days=1)
    with mailed.services(link_key="n" * 40) as services:
        links = links_for(services, DELIVERY, 2, END)
    assert links is not None
    assert mailed.get("/r/{ann}").status == 404
    assert mailed.get(links.page.removeprefix(PORTAL)).status == 200
    with mailed.services() as services, pytest.raises(Unavailable, match="key was changed a moment ago"):
        links_for(services, DELIVERY, 1, END)  # by a process that has not read the new key yet


def linked_from_an_event(mailed: Mailed, address: str) -> str:
    """The link to the session in the event's email to this address, without the portal; blank without one."""
    event = Delivery("event-7", 1, recipient_id(address), address, at=START)
    with mailed.services() as services:
        return (
            session_links(services, event.recipient_id, ["1_cue00001", "1_other"])
            .get("1_cue00001", "")
            .removeprefix(PORTAL)
        )


def test_an_events_email_links_to_the_sessions_that_its_recipient_was_mailed_about(mailed: Mailed) -> None:
    for address in ("ann@example.com", "cy@example.com"):
        assert linked_from_an_event(mailed, address) == f"/r/{mailed.tokens[address]}"
    assert linked_from_an_event(mailed, "owner@example.com") == ""
    assert mailed.get(linked_from_an_event(mailed, "ann@example.com")).status == 200


def test_an_events_email_has_no_link_that_ended_or_shows_more_than_is_allowed_now(mailed: Mailed) -> None:
    assert linked_from_an_event(mailed, "bea@example.com")
    (mailed.place.root / "rules.yaml").write_text(RULES.replace("see: names", "see: totals"))
    assert linked_from_an_event(mailed, "bea@example.com") == ""
    mailed.place.clock.now += timedelta(minutes=1)
    assert debrief(mailed, "links", "revoke", "--person", "cy@example.com") == 0
    assert linked_from_an_event(mailed, "cy@example.com") == ""
    mailed.place.clock.now += timedelta(days=31)
    assert linked_from_an_event(mailed, "ann@example.com") == ""
