"""Debrief's settings, read from environment variables.

Every setting has a default. Exports need the Kaltura account and a credential too, and SMTP and SES need a sender.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from debrief import env
from debrief.env import AppToken, Credential

DEFAULT_SERVICE_URL = "https://www.kaltura.com"


@dataclass(frozen=True)
class Settings:
    """All settings. The name of a duration ends with its unit."""

    service_url: str = DEFAULT_SERVICE_URL
    chat_url: str = ""  # base of the chat analytics service, for polls
    registration_urls: tuple[str, ...] = ()  # bases of the services for registration apps, for people, and for events
    registration_scheme: str = "KS"  # of the header with the KS for these services; or Bearer
    registration_token: AppToken | None = None  # only for calls about registrations; None: they use the credential
    partner_id: str = ""
    credential: Credential | None = None
    archive: str = "out/archive"
    ledger: str = ""  # a file or dynamodb:TABLE; blank: in the archive's folder, or the state folder for a bucket
    outbox: str = ""  # a folder for .eml files
    smtp_url: str = field(default="", repr=False)
    ses_configuration_set: str = ""
    mail_channel: str = ""  # outbox, smtp or ses; blank: smtp if smtp_url is set and outbox is not, else outbox
    mail_from: str = ""
    sender_name: str = "Webinar reports"  # shown before the sender's address, if mail_from has no name
    subject_figure: str = "yes"  # whether the subject has a figure: `yes`, `no`, or `rate` for that of registrations
    mail_to: tuple[str, ...] = field(default=(), repr=False)
    organizers: bool = True  # whether organizers get reports when the rules file sets no roles
    timezone: str = "UTC"
    paper: str = "a4"  # or letter
    accent: str = "#0b6470"  # the PDF's one colour
    logo: str = ""  # a PNG or JPEG file for the head of the PDF; relative to the templates' folder
    recording_url: str = ""  # URL of a recording's page, with {entry_id}; blank: recordings have no links
    look_back_hours: float = 48.0
    settle_minutes: float = 45.0
    check_hours: tuple[float, ...] = (6.0, 24.0)
    pdf_attach_limit_mb: float = 7.0
    report_row_limit: int = 100_000  # Kaltura's maximum; lower it for an account whose reports stop earlier
    heatmap_attendees: int = 50  # how many attendees get a heatmap; those who stayed longest first
    report_attendees: int = 5000  # attendees listed in the PDF and the HTML report; the CSVs list all

    only_rooms: tuple[str, ...] = ()  # entry ids; empty: all rooms
    only_events: tuple[str, ...] = ()  # virtual event ids; empty: all sessions, also those without an event
    name_patterns: tuple[str, ...] = ()  # room names, with * and ?; `!…` excludes; empty: all names
    min_minutes: float = 0.0  # shorter sessions are skipped
    min_attendees: int = 0  # sessions with fewer attendees are skipped
    interruption_minutes: float = 30.0  # sessions of a room with a shorter gap in between are merged; 0: never
    change_threshold: float = 0.1  # share by which a headline figure must change for an update email
    rules: str = ""  # a YAML file, local or under s3://; blank: email each session's organizers and mail_to
    staff: tuple[str, ...] = field(default=(), repr=False)  # addresses and user ids, with * and ?; `@…` for a domain
    registrations: bool = False  # whether reports use the lists of registrations in the archive
    registration_columns: tuple[tuple[str, str], ...] = ()  # fields, and their columns in lists of registrations
    captions: bool = False  # whether reports have captions, chapters and slides of the recording
    admin_to: tuple[str, ...] = field(default=(), repr=False)  # recipients of the daily summary and of failure emails
    daily_hour: int = 7  # hour of the day, in `timezone`, from which the daily summary is sent
    contact: str = ""  # the operator, for the email's footer and the reply address
    portal_url: str = ""  # base of the links; blank: emails name file locations instead
    link_key: str = field(default="", repr=False)  # secret that signs portal links
    people_key: str = field(default="", repr=False)  # secret for the hashes in the index of people
    link_days: float = 30.0
    archive_days: float = 0.0  # retention of archived files; 0: never deleted
    ledger_days: int = 400  # days until an entry of the DynamoDB ledger expires
    webhook_secret: str = field(default="", repr=False)
    # Secrets of channels by the end of their variables, such as CRM_URL; see delivery/channels/channel.py.
    channel_secrets: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    event_bus: str = ""  # name or ARN of the EventBridge bus that channels of this kind use; blank: none
    calls_per_second: float = 0.0  # limit of each process; 0: no limit

    # These are not read from the environment: --no-pdf sets `pdf`; only tests and benchmarks set the others.
    pdf: bool = True  # whether an export makes the PDF
    html: bool = True  # whether it makes the HTML report
    workbook: bool = True  # whether it makes the workbook
    page: bool = True  # whether it reads the reports behind the Summary page

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone of printed times."""
        return ZoneInfo(self.timezone)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read all settings. Raises BadSettings with the variable's name and what to do."""
        read = env.Reader(environ)
        return cls(
            service_url=env.service_url(read.text("KALTURA_SERVICE_URL", DEFAULT_SERVICE_URL)),
            chat_url=env.chat_url(read.text("KALTURA_CHAT_URL")),
            registration_urls=env.registration_urls(read.words("KALTURA_REGISTRATIONS")),
            registration_scheme=read.choice("KALTURA_REGISTRATIONS_SCHEME", ("KS", "Bearer")),
            registration_token=env.registration_token(read),
            partner_id=env.partner_id(read.text("KALTURA_PARTNER_ID")),
            credential=env.credential(read),
            archive=read.text("DEBRIEF_ARCHIVE", cls.archive),
            ledger=read.text("DEBRIEF_LEDGER"),
            outbox=read.text("DEBRIEF_OUTBOX"),
            smtp_url=read.text("DEBRIEF_SMTP_URL"),
            ses_configuration_set=read.text("DEBRIEF_SES_CONFIGURATION_SET"),
            mail_channel=read.choice("DEBRIEF_MAIL_CHANNEL", ("", "outbox", "smtp", "ses")),
            mail_from=read.text("DEBRIEF_MAIL_FROM"),
            sender_name=read.text("DEBRIEF_SENDER_NAME", cls.sender_name),
            subject_figure=read.choice("DEBRIEF_SUBJECT_FIGURE", ("yes", "no", "rate")),
            mail_to=read.words("DEBRIEF_MAIL_TO"),
            organizers=read.choice("DEBRIEF_ORGANIZERS", ("yes", "no")) == "yes",
            timezone=env.timezone(read.text("DEBRIEF_TIMEZONE", cls.timezone)),
            paper=read.choice("DEBRIEF_PAPER", ("a4", "letter")),
            accent=env.accent(read.text("DEBRIEF_ACCENT", cls.accent)),
            logo=read.text("DEBRIEF_LOGO"),
            recording_url=env.recording_url(read.text("DEBRIEF_RECORDING_URL")),
            look_back_hours=read.number("DEBRIEF_LOOK_BACK_HOURS", cls.look_back_hours),
            settle_minutes=read.number("DEBRIEF_SETTLE_MINUTES", cls.settle_minutes),
            check_hours=read.numbers("DEBRIEF_CHECK_HOURS", cls.check_hours),
            pdf_attach_limit_mb=read.number("DEBRIEF_PDF_ATTACH_LIMIT_MB", cls.pdf_attach_limit_mb),
            report_row_limit=read.whole("DEBRIEF_REPORT_ROW_LIMIT", cls.report_row_limit),
            heatmap_attendees=read.whole("DEBRIEF_HEATMAP_ATTENDEES", cls.heatmap_attendees),
            report_attendees=read.whole("DEBRIEF_REPORT_ATTENDEES", cls.report_attendees),
            only_rooms=read.words("DEBRIEF_ONLY_ROOMS"),
            only_events=read.words("DEBRIEF_ONLY_EVENTS"),
            name_patterns=read.words("DEBRIEF_NAME_PATTERNS"),
            min_minutes=read.number("DEBRIEF_MIN_MINUTES", cls.min_minutes),
            min_attendees=read.whole("DEBRIEF_MIN_ATTENDEES", cls.min_attendees),
            interruption_minutes=read.number("DEBRIEF_INTERRUPTION_MINUTES", cls.interruption_minutes),
            change_threshold=read.number("DEBRIEF_CHANGE_THRESHOLD_PERCENT", cls.change_threshold * 100) / 100,
            rules=read.text("DEBRIEF_RULES"),
            staff=read.words("DEBRIEF_STAFF"),
            registrations=read.choice("DEBRIEF_REGISTRATIONS", ("no", "yes")) == "yes",
            registration_columns=env.registration_columns(read.words("DEBRIEF_REGISTRATION_COLUMNS")),
            captions=read.choice("DEBRIEF_CAPTIONS", ("no", "yes")) == "yes",
            admin_to=read.words("DEBRIEF_ADMIN_TO"),
            daily_hour=read.whole("DEBRIEF_DAILY_HOUR", cls.daily_hour),
            contact=read.text("DEBRIEF_CONTACT"),
            portal_url=env.portal_url(read.text("DEBRIEF_PORTAL_URL")),
            link_key=read.text("DEBRIEF_LINK_KEY"),
            people_key=read.text("DEBRIEF_PEOPLE_KEY"),
            link_days=read.number("DEBRIEF_LINK_DAYS", cls.link_days),
            archive_days=read.number("DEBRIEF_ARCHIVE_DAYS", cls.archive_days),
            ledger_days=read.whole("DEBRIEF_LEDGER_DAYS", cls.ledger_days),
            webhook_secret=read.text("DEBRIEF_WEBHOOK_SECRET"),
            channel_secrets=env.channel_secrets(environ),
            event_bus=read.text("DEBRIEF_EVENT_BUS"),
            calls_per_second=read.number("DEBRIEF_CALLS_PER_SECOND", cls.calls_per_second),
        )

    @property
    def registration_questions(self) -> list[str]:
        """Return the questions of registration forms, or other columns, whose answers are in reports."""
        return [head for field_, head in self.registration_columns if field_ == env.ANSWER]
