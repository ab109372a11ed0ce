"""The engines that rivals.py compares. Each prints what is prepared in a folder as its `out.pdf`."""

from __future__ import annotations

import ctypes
import io
import os
import pickle
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.measure import Taken
from benchmarks.plain import LOOK, Content
from debrief.documents import templates
from debrief.documents.pdf import fonts

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
PR_SET_CHILD_SUBREAPER = 36
# Fonts are files beside the page; the time budget is what makes it wait for them (it is no real time).
CHROMIUM_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--allow-file-access-from-files", "--virtual-time-budget=10000", "--no-pdf-header-footer",
)  # fmt: skip


@dataclass(frozen=True)
class Rival:
    """An engine: what has to be importable for it (blank: a program of its own), and how one gets it."""

    module: str
    install: str
    draw: Callable[[Path], Taken]


def _timed(folder: Path, render: Callable[[], bytes]) -> Taken:
    """What one rendering takes in this process; memory is that of all until now."""
    wall, cpu = time.perf_counter(), time.process_time()
    pdf = render()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    (folder / "out.pdf").write_bytes(pdf)
    return Taken(wall, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _debrief(folder: Path) -> Taken:
    import debrief.documents.pdf.full  # noqa: F401  imports are no part of what is measured
    from debrief.documents.pdf.report import PdfReport

    summary = pickle.loads((folder / "summary").read_bytes())
    return _timed(folder, lambda: PdfReport(summary, LOOK).full())


def _xhtml2pdf(folder: Path) -> Taken:
    from xhtml2pdf import pisa
    from xhtml2pdf.config.resources import ResourceAccessPolicy

    page, fonts_alone = (folder / "pisa.html").read_text(), (templates.fonts_dir(),)
    policy = ResourceAccessPolicy.server(None, allow_remote=False, extra_roots=fonts_alone)
    policy = replace(policy, max_render_seconds=None)  # a busy machine takes longer than the minute that is allowed

    def render() -> bytes:
        out = io.BytesIO()
        assert not pisa.CreatePDF(page, dest=out, resource_policy=policy).err
        return out.getvalue()

    return _timed(folder, render)


def _weasyprint(folder: Path) -> Taken:
    import weasyprint

    page = (folder / "page.html").read_text()
    return _timed(folder, lambda: bytes(weasyprint.HTML(string=page, base_url="/").write_pdf()))


def _fpdf2(folder: Path) -> Taken:
    import fpdf  # noqa: F401  imports are no part of what is measured

    content: Content = pickle.loads((folder / "content").read_bytes())
    return _timed(folder, lambda: _fpdf2_document(content))


def _fpdf2_document(content: Content) -> bytes:
    pdf = _fpdf2_sheet()
    pdf.set_font(size=22)
    pdf.multi_cell(0, text=content.title, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(size=9)
    pdf.multi_cell(0, text=content.when, new_x="LMARGIN", new_y="NEXT")
    with pdf.table(first_row_as_headings=False, line_height=13) as tiles:
        tiles.row([f"{tile.label}\n{tile.value} {tile.unit}\n{tile.note}" for tile in content.tiles])
    for chart in content.charts:
        pdf.image(io.BytesIO(chart.body), w=495)
    pdf.set_font(size=7.2)
    columns = content.table.columns
    aligned = tuple("RIGHT" if column.numeric else "LEFT" for column in columns)
    widths = tuple(column.width for column in columns)
    with pdf.table(col_widths=widths, text_align=aligned, line_height=9.2, padding=(2.5, 1.5)) as table:
        table.row([f"{column.head}\n{column.unit}" for column in columns])
        for row in content.table.rows:
            table.row(row)
    return bytes(pdf.output())


def _fpdf2_sheet() -> Any:
    """An empty document with our fonts and with the foot."""
    from fpdf import FPDF

    class Sheet(FPDF):  # type: ignore[misc,unused-ignore]
        def footer(self) -> None:
            self.set_y(-40)
            self.cell(0, text=f"Page {self.page_no()} of {{nb}}")

    pdf = Sheet(format="A4", unit="pt")
    pdf.set_margin(50)
    for face in fonts.FACES:
        pdf.add_font(face.family, "B" if face.bold else "", templates.fonts_dir() / face.file)
    pdf.set_fallback_fonts(list(fonts.FAMILIES[1:]), exact_match=False)
    pdf.set_font(fonts.FAMILIES[0], size=9)
    pdf.add_page()
    return pdf


def _typst(folder: Path) -> Taken:
    import typst

    page, fonts_dir = str(folder / "page.typ"), [str(templates.fonts_dir())]
    return _timed(folder, lambda: bytes(typst.compile(page, font_paths=fonts_dir, ignore_system_fonts=True)))


def _chromium(folder: Path) -> Taken:
    """The whole program, several processes: their CPU seconds, and the most that they were seen to share in memory."""
    # Whatever loses its parent becomes our child, so that it can be waited for and counted.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    started, peak = time.perf_counter(), 0.0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        files = (f"--user-data-dir={profile}", f"--print-to-pdf={folder / 'out.pdf'}", f"file://{folder}/page.html")
        process = subprocess.Popen([CHROMIUM, *CHROMIUM_OPTIONS, *files], stderr=subprocess.DEVNULL)
        while process.poll() is None:
            peak = max(peak, sum(map(_share_mb, _below(os.getpid()))))
            time.sleep(0.2)
        wall = time.perf_counter() - started
        with suppress(ChildProcessError):
            while os.wait():
                pass
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Taken(wall, usage.ru_utime + usage.ru_stime, peak)


def _below(pid: int) -> Iterator[int]:
    """All processes that it has begun, and those that these have."""
    with suppress(OSError):
        for threads in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in map(int, threads.read_text().split()):
                yield child
                yield from _below(child)


def _share_mb(pid: int) -> float:
    """A process's memory; what it shares with others counts in part."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))
    return 0.0


PANGO = "it needs Pango (Debian: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)"
RIVALS = {
    "debrief": Rival("debrief.documents.pdf.full", "`make bench` does that", _debrief),
    "xhtml2pdf, plain": Rival("xhtml2pdf.pisa", "`make bench` does that", _xhtml2pdf),
    "WeasyPrint": Rival("weasyprint", f"`make bench` does that; {PANGO}", _weasyprint),
    "fpdf2": Rival("fpdf", "`make bench` does that", _fpdf2),
    "Typst": Rival("typst", "`make bench` does that", _typst),
    "Chromium": Rival("", "Debian has it as the package chromium", _chromium),
}
