"""What is written from other parts of the project: `make generated` writes it, tests hold it up to date.

| file | from |
|---|---|
| `functions/debrief/documents/text/metric_labels.py` | the definitions of metrics |
| tables and views in `infra/athena.yaml` | the dictionary of columns, the definitions of metrics |
| `infra/duckdb.sql` | `infra/athena.yaml` |
| results and columns in `docs/archive.md` | the sample account, the dictionary of columns |
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from debrief.metrics import event, event_sections
from debrief.metrics.registrations.event_figures import FIGURES as OF_EVENT_REGISTRATIONS
from debrief.metrics.registrations.figures import FIGURES as OF_REGISTRATIONS
from debrief.metrics.summary import READING_ORDER
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account
from support import archive_page, athena, athena_template
from support.cloudformation import ROOT
from support.world import world

LABELS = ROOT / "functions" / "debrief" / "documents" / "text" / "metric_labels.py"
TEMPLATE = ROOT / "infra" / "athena.yaml"
_APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
_HEAD = '''\
"""Labels of the metrics in documents. Documents list the metrics in this order.

`make generated` writes this file from the definitions in debrief/metrics; change a label there.
"""

from __future__ import annotations
'''


def labels() -> str:
    """Write the module of labels, so that documents know them without the code that computes metrics."""
    of_sessions = event_sections.FIGURES
    return "\n".join(
        (
            _HEAD,
            _mapping("OF_SESSION", ((one.key, one.label) for one in (*READING_ORDER, *OF_REGISTRATIONS))),
            _mapping("OF_SESSION_IN_EVENT", ((one.key, one.label) for one in of_sessions)),
            _mapping("OF_EVENT", ((one.key, one.label) for one in (*event.FIGURES, *OF_EVENT_REGISTRATIONS))),
            _mapping("SHORT", ((one.key, one.short) for one in (*READING_ORDER, *OF_REGISTRATIONS, *of_sessions))),
        )
    )


def _mapping(name: str, labels_: Iterable[tuple[str, str]]) -> str:
    rows = [f'    "{key}": {json.dumps(label, ensure_ascii=False)},\n' for key, label in labels_ if label]
    return f"{name} = {{\n{''.join(rows)}}}\n".replace(_APOSTROPHE, "\\N{RIGHT SINGLE QUOTATION MARK}")


def files() -> Mapping[Path, str]:
    """Everything but the page, which takes an archive; the template comes before what is made from it."""
    return {LABELS: labels(), TEMPLATE: athena_template.filled(TEMPLATE.read_text(encoding="utf-8"))}


def main() -> None:
    """Write all of it."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
    archive_page.SCRIPT.write_text(athena.script(), encoding="utf-8")
    page = archive_page.PAGE
    with TemporaryDirectory() as folder, world(Path(folder), sample_account(), SAMPLE_NOW) as place:
        connection = athena.opened(archive_page.sample_archive(place))
        page.write_text(archive_page.filled(page.read_text(encoding="utf-8"), connection), encoding="utf-8")


if __name__ == "__main__":
    main()
