"""A webinar of ten minutes with five people, a live stream, a recording, a chat: small enough to count by hand."""

from __future__ import annotations

from standin_client import T

from kaltura_standin.account import Account, Attendance, Entry, Room, Run, User
from kaltura_standin.catalogue import Play, ScheduleEvent, VirtualEvent
from kaltura_standin.interactions import Act, Option, Poll
from kaltura_standin.profiles import Place, Profile

ROOM, STREAM, RECORDING = "1_room0001", "1_live0001", "1_vod00001"
DAY = 86_400

KIEL = Place("Germany", "DE", "51.0/9.0", "Schleswig-Holstein", "54.2/9.7", "Kiel", "54.32/10.14")
LYON = Place("France", "FR", "46.0/2.0", "Rhone", "45.7/4.8", "Lyon", "45.75/4.85")
PROFILES = {
    "ann": Profile("Buyer, senior", "Acme; Ltd|", "DE", "Purchasing", "Shipping", KIEL, "Computer"),
    "bob": Profile("", "", "FR", None, None, LYON, "Mobile"),
    "zoe": Profile("Moderator", "Acme", "DE", "IT", "", KIEL, "Tablet"),
}
PEOPLE = (
    Attendance("ann", "Ann Lee", "ann@example.com", stays=((T, T + 600),), engaged=0.5),
    Attendance("bob", "", "", stays=((T, T + 300),), engaged=1.0),
    Attendance("9f2c41", "Guest 7", "", "Guest", ((T + 60, T + 120),), 0.0),
    Attendance("Unknown", stays=((T, T + 120),), engaged=0.25),
    Attendance("", "Gone", "gone@example.com", stays=((T, T + 60),)),
)
ACTS = (
    Act("ann", "login", T),
    Act("bob", "login", T - 600),
    Act("bob", "login", T),
    Act("ann", "clap", T + 61),
    Act("ann", "clap", T + 65),
    Act("bob", "smile", T + 130),
    Act("ann", "message", T + 30),
    Act("ann", "qna", T + 40),
    Act("ann", "poll", T + 50, "p1:1"),
    Act("bob", "poll", T + 51, "p1:0"),
    Act("ann", "poll", T + 52, "p2:0,1"),
    Act("zoe", "message", T + 90),
    Act("zoe", "message", T + 95),
    Act("zoe", "private_message", T + 96),
    Act("bob", "download", T + 100),
    Act("bob", "download", T + 101),
    Act("ann", "hand", T + 110),
)
POLLS = (
    Poll("p1", "Which?", (Option("this"), Option("that", correct=True))),
    Poll("p2", "Which ones?", (Option("a"), Option("b")), many=True),
    Poll("p3", "How good?", (Option("1"), Option("5")), look="rating scale"),
    Poll("p4", "Who?", (Option("x"),), look="crowd vote"),
    Poll("p5", "Why?", type="OpenAnswers"),
)
PLAYS = (
    Play("ann", T + DAY, 300, 50.0),
    Play("ann", T + 2 * DAY, 60, 10.0),
    Play("Unknown", T + 2 * DAY, 120, 30.0),
    Play("bob", T + 3 * DAY),
)


def webinar_account() -> Account:
    run = Run("1_cue00001", T, T + 600, "ann", PEOPLE, ACTS, POLLS)
    audience = (Attendance("pam", "Pam", stays=((T, T + 240),), engaged=1.0),)
    return Account(
        rooms=(
            Room(ROOM, "Webinar", (run,), virtual_event_id="77", recording=RECORDING, broadcast=STREAM),
            Room("1_other001", "Other", (Run("1_cue00002", T, T + 600, "", (Attendance("eve"),)),)),
        ),
        users=(User("zoe", "Zoe", "Chat", "zoe@example.com"), User("clerk", role="REPORTS_ONLY")),
        entries=(
            Entry(STREAM, "Stream", is_live=True, audience=audience, virtual_event_id="77"),
            Entry(RECORDING, "The; recording|", T + 1000, 600, virtual_event_id="77", plays=PLAYS, root=ROOM),
        ),
        schedule=(ScheduleEvent(5001, ROOM, T, T + 540, "Webinar", owner="ann"),),
        virtual_events=(VirtualEvent("77", "Days", main_event=5001),),
        profiles=lambda user_id, _: PROFILES.get(user_id, Profile()),
    )
