"""How `make deployed` compares two archives."""

from __future__ import annotations

import json
from pathlib import Path

from debrief.delivery.archive.folder import FolderArchive
from deployed.differences import different_files

MANIFEST = "reports/date=2026-11-18/session=1_wbncue01/manifest.json"
REPORT = "reports/date=2026-11-18/session=1_wbncue01/report.pdf"


def archive(folder: Path, *, version: str | None, report: bytes = b"%PDF", state: str = "final") -> FolderArchive:
    manifest = {"state": state, "files": [{"key": REPORT, "bytes": 4, "version_id": version}]}
    for key, body in {MANIFEST: json.dumps(manifest).encode(), REPORT: report}.items():
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return FolderArchive(folder)


def test_only_version_ids_may_differ(tmp_path: Path) -> None:
    laptop = archive(tmp_path / "laptop", version=None)
    assert different_files(archive(tmp_path / "bucket", version="v1"), laptop) == []  # type: ignore[arg-type]


def test_one_other_byte_state_or_file_is_found(tmp_path: Path) -> None:
    laptop = archive(tmp_path / "laptop", version=None)
    for name, differs, found in (
        ("byte", {"report": b"%PDG"}, [REPORT]),
        ("state", {"state": "provisional"}, [MANIFEST]),
    ):
        other = archive(tmp_path / name, version="v1", **differs)  # type: ignore[arg-type]
        assert different_files(other, laptop) == found  # type: ignore[arg-type]
    (tmp_path / "laptop" / "raw").mkdir()
    (tmp_path / "laptop" / "raw" / "6001.csv.gz").write_bytes(b"")
    one_more = archive(tmp_path / "bucket", version="v1")
    assert different_files(one_more, laptop) == ["raw/6001.csv.gz"]  # type: ignore[arg-type]
