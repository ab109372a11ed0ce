"""Groups of critical modules, each with the tests that answer for it; files and folders, relative to the repository."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CODE = "functions/debrief"


@dataclass(frozen=True)
class Group:
    """Modules as patterns below functions/debrief, and tests as paths below tests."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]

    def files(self, root: Path) -> Iterator[Path]:
        """The modules, each once, by name."""
        return iter(sorted({path for pattern in self.modules for path in (root / _CODE).glob(pattern)}))


GROUPS = {
    "delivery": Group(
        (
            "delivery/rules/*.py",
            "delivery/mail/addresses.py",
            "delivery/archive/manifest.py",
        ),
        ("unit/delivery", "integration/portal/test_renewal_by_rules.py"),
    ),
    "documents": Group(
        ("documents/access_tiers.py", "documents/redaction.py", "documents/view/headline.py"),
        (
            "unit/documents/test_documents_masks.py",
            "unit/documents/test_documents_tiers.py",
            "unit/documents/test_documents_told.py",
            "unit/documents/test_event_documents.py",
        ),
    ),
    "kaltura-session": Group(
        (
            "kaltura/sessions/interruptions.py",
            "kaltura/session_data/assembly.py",
            "kaltura/session_data/*page*.py",
            "kaltura/reports/page*.py",
        ),
        ("unit/kaltura", "integration/kaltura/test_kaltura_page.py"),
    ),
    "kaltura-answers": Group(("kaltura/reports/csv_reader.py", "kaltura/reports/reader.py"), ("unit/kaltura",)),
    "segments": Group(("metrics/segments/*.py",), ("unit/metrics",)),
    "sections": Group(
        ("metrics/data_quality.py", "metrics/sections.py", "metrics/breakouts.py", "metrics/interrupted.py"),
        ("unit/metrics",),
    ),
    "event": Group(("metrics/event*.py",), ("unit/metrics", "unit/documents/test_event_documents.py")),
    "figures": Group(
        (
            "metrics/attendance.py",
            "metrics/attended_span.py",
            "metrics/attendees.py",
            "metrics/engagement.py",
            "metrics/heatmap.py",
            "metrics/polls.py",
            "metrics/presence.py",
            "metrics/profiles.py",
            "metrics/timeline.py",
        ),
        ("unit/metrics", "unit/kaltura/test_page_attendees.py"),
    ),
    "page": Group(("metrics/page*.py", "metrics/places.py"), ("unit/metrics", "unit/kaltura/test_page_mode.py")),
    "pipeline": Group(
        (
            "pipeline/session/export_session.py",
            "pipeline/session/interrupted.py",
            "pipeline/state/lifecycle.py",
            "pipeline/session/merging.py",
            "pipeline/reconcile.py",
            "pipeline/state/check_schedule.py",
            "pipeline/stages.py",
        ),
        (
            "unit/pipeline/test_filters.py",
            "unit/pipeline/test_lifecycle.py",
            "unit/pipeline/test_lifecycle_events.py",
            "unit/pipeline/test_lifecycle_exports.py",
            "unit/pipeline/test_missing.py",
            "unit/pipeline/test_settling.py",
            "integration/pipeline/test_meetings.py",
            "integration/pipeline/test_moved.py",
            "integration/pipeline/test_once.py",
            "integration/pipeline/test_reconcile.py",
        ),
    ),
    "erasure": Group(
        ("pipeline/erasure/*.py", "pipeline/privacy/*.py"),
        (
            "unit/pipeline/test_searching.py",
            "unit/pipeline/test_tombstones.py",
            "unit/kaltura/test_erasing.py",
            "integration/archive/test_erase.py",
            "integration/archive/test_export_person.py",
            "integration/pipeline/test_erased_meanwhile.py",
        ),
    ),
    "mailing": Group(
        ("pipeline/mailing/*.py",),
        (
            "unit/pipeline/test_admin_notice.py",
            "unit/pipeline/test_letter.py",
            "unit/pipeline/test_mails.py",
            "integration/pipeline/test_deliver.py",
            "integration/pipeline/test_deliver_trouble.py",
            "integration/pipeline/test_feedback.py",
            "integration/pipeline/test_feedback_input.py",
            "integration/pipeline/test_rules_when_mailed.py",
            "integration/pipeline/test_notices.py",
            "integration/pipeline/test_session_recipients.py",
            "integration/portal/test_links_in_mails.py",
        ),
    ),
    "portal": Group(("portal/*.py",), ("unit/portal", "unit/handlers/test_portal.py", "integration/portal")),
}
