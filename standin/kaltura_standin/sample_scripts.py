"""Scripts of the sample account's sessions: reactions, attention and polls over time."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kaltura_standin.hostile_strings import HOSTILE_OPTIONS, HOSTILE_QUESTION
from kaltura_standin.interactions import Lull, Option, Peak, Poll, Script

_WEBINAR = Script(
    peaks=(
        Peak(1.5, "clap", 0.07),  # welcome
        Peak(13.0, "smile", 0.30),  # the joke about the seagull and the tide gauge
        Peak(14.5, "smile", 0.08),
        Peak(24.0, "think", 0.10),  # the new sync model
        Peak(33.5, "wow", 0.34),  # the demo: a buoy answers live
        Peak(35.0, "clap", 0.16),
        Peak(36.5, "heart", 0.10),
        Peak(44.0, "think", 0.12),  # prices
        Peak(52.5, "smile", 0.06),
        Peak(58.3, "heart", 0.14),  # thanks
        Peak(59.0, "clap", 0.46),  # the end
    ),
    lulls=(Lull(19.0, 27.0), Lull(41.0, 50.0), Lull(54.0, 60.0)),
    logged_in=0.91,
    voters=0.58,
    talkative=0.17,
    curious=0.045,
    collectors=0.21,
    raisers=0.012,
    cameras=0.01,
    chat_only=("studio-north", "editor@example.com"),
)
_ALL_HANDS = Script(
    peaks=(
        Peak(2.0, "clap", 0.20),
        Peak(9.0, "heart", 0.24),  # somebody's thirtieth anniversary
        Peak(21.0, "wow", 0.22),  # the order of the year
        Peak(22.0, "clap", 0.25),
        Peak(34.0, "smile", 0.28),
        Peak(51.0, "clap", 0.38),
    ),
    lulls=(Lull(25.0, 33.0),),
    logged_in=0.94,
    voters=0.72,
    talkative=0.24,
    curious=0.06,
    collectors=0.1,
    raisers=0.05,
    cameras=0.25,
)
_SMALL = Script(
    peaks=(Peak(6.0, "smile", 0.3), Peak(20.0, "think", 0.2), Peak(29.0, "clap", 0.5)),
    lulls=(Lull(12.0, 18.0),),
    voters=0.95,
    talkative=0.4,
    curious=0.12,
    collectors=0.4,
    raisers=0.2,
    cameras=0.5,
)
_WORKSHOP = Script(
    peaks=(Peak(8.0, "think", 0.3), Peak(31.0, "smile", 0.4), Peak(66.0, "wow", 0.5), Peak(88.5, "clap", 0.7)),
    voters=0.95,
    talkative=0.5,
    curious=0.25,
    collectors=0.7,
    raisers=0.45,
    cameras=0.7,
)

SCRIPTS: Mapping[str, Script] = MappingProxyType(
    {
        "1_wbncue01": _WEBINAR,
        "1_allcue01": _ALL_HANDS,
        "1_wrkcue01": _WORKSHOP,
        "1_onbcue01": _SMALL,
        "1_onbcue02": _SMALL,
        "1_brfcue01": _SMALL,
        "1_brfcue02": _SMALL,
        "1_brfcue03": _SMALL,
        "1_drlcue01": _SMALL,
        "1_cdycue01": _SMALL,
        "1_cdycue02": _SMALL,
    },
)


def _options(*texts: str, right: str = "") -> tuple[Option, ...]:
    """Parse options such as `text*weight`; the weight is 1 if it is missing."""
    pairs = (text.rpartition("*") if "*" in text else (text, "", "") for text in texts)
    return tuple(Option(text, float(weight or 1), bool(right) and text == right) for text, _, weight in pairs)


_WEBINAR_POLLS = (
    Poll(
        "1_wbnpoll1",
        "Where do you measure most?",
        _options("At sea*5", "In port*4", "In rivers & lakes*2", "In the laboratory*2", "Nowhere yet*0.6"),
        minute=4.5,
        share=0.92,
    ),
    Poll(
        "1_wbnpoll2",
        "Which of these do you use today? (several answers)",
        _options("Tide gauges*5", "Salinity probes*4", "Data loggers*4", "Buoys*3", "Spreadsheets*6"),
        many=True,
        minute=16.0,
        share=0.84,
    ),
    Poll(
        "1_wbnpoll3",
        "How often does a Bramblewick gauge report by default?",
        _options(
            *("Every second*1", "Every 10 minutes*6", "Once an hour*3", "When the seagull leaves*2"),
            right="Every 10 minutes",
        ),
        minute=29.0,
        share=0.8,
    ),
    Poll(
        "1_wbnpoll4",
        "How useful was the live demo?",
        _options("1*0.4", "2*0.6", "3*2", "4*6", "5*8"),
        look="rating scale",
        minute=39.0,
        share=0.78,
    ),
    Poll(
        "1_wbnpoll5",
        "What should we build next?",
        _options("Offline maps*5", "An alarm by phone*7", "Sharing with neighbours*3", "A smaller battery*4"),
        look="crowd vote",
        minute=50.0,
        share=0.7,
    ),
    Poll("1_wbnpoll6", "One word for today?", type="OpenAnswers", look="word cloud", minute=57.0, share=0.4),
)

_ALL_HANDS_POLLS = (
    Poll(
        "1_allpoll1",
        "The summer party: where?",
        _options("On the pier*6", "In the workshop*2", "On the ferry*5"),
        minute=12.0,
        share=0.95,
    ),
    Poll(
        "1_allpoll2",
        "How well informed do you feel?",
        _options("1*0.5", "2*1", "3*3", "4*6", "5*4"),
        look="rating scale",
        minute=30.0,
        share=0.9,
    ),
    Poll("1_allpoll3", "What should we stop doing?", type="OpenAnswers", minute=44.0, share=0.45),
)
_WORKSHOP_POLLS = (
    Poll(
        "1_wrkpoll1",
        "At which salinity is the probe calibrated?",
        _options("0 PSU*1", "35 PSU*6", "42 PSU*2", right="35 PSU"),
        minute=22.0,
        share=0.9,
    ),
)
_DRILL_POLLS = (
    Poll(
        "1_drlpoll1",
        HOSTILE_QUESTION,
        _options(*HOSTILE_OPTIONS),
        minute=5.0,
        share=0.9,
    ),
    Poll("1_drlpoll2", "Why?" + " why?" * 200, _options("Because" * 60, ""), many=True, minute=9.0, share=0.8),
    Poll("1_drlpoll3", "Asked, and nobody answered", _options("yes", "no"), minute=12.0, share=0.0),
)


def _weekly(number: int, question: str) -> tuple[Poll, ...]:
    return (Poll(f"1_onbpoll{number}", question, _options("Yes*5", "Nearly*3", "No*1"), minute=30.0, share=0.8),)


POLLS: Mapping[str, tuple[Poll, ...]] = MappingProxyType(
    {
        "1_wbncue01": _WEBINAR_POLLS,
        "1_allcue01": _ALL_HANDS_POLLS,
        "1_wrkcue01": _WORKSHOP_POLLS,
        "1_onbcue01": _weekly(1, "Have you found the kitchen?"),
        "1_onbcue02": _weekly(2, "Is your laptop set up?"),
        "1_drlcue01": _DRILL_POLLS,
    },
)
