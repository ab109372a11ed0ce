"""Write a report in the same bytes as the Kaltura server (ReportService.php, getCsvAction).

BOM, comma, LF; nothing is quoted or escaped. A comma inside a value becomes a space; a line break stays, and breaks
the row.
"""

from __future__ import annotations

from collections.abc import Collection

from kaltura_standin.reports import Cell, Table

BOM = b"\xef\xbb\xbf"


def csv_bytes(table: Table, excluded: Collection[str] = (), *, static_header: bool = True) -> bytes:
    """The whole answer. Excluded columns are matched exactly; without a static header an empty table has none."""
    kept = [number for number, name in enumerate(table.header) if name not in excluded]
    header = table.header if table.rows or static_header else ()
    lines = [",".join(header[number] for number in kept if header)]
    lines += [",".join([_cell(row[number]) for number in kept]) for row in table.rows]
    return BOM + "".join(f"{line}\n" for line in lines).encode()


def php_float(value: float) -> str:
    """A number as PHP prints it: 14 significant digits, no `.0`, `1.0E-5` when small or large."""
    mantissa, _, exponent = f"{value:.14G}".partition("E")
    if not exponent:
        return mantissa
    point = "" if "." in mantissa else ".0"
    return f"{mantissa}{point}E{int(exponent):+d}"


def _cell(value: Cell) -> str:
    return value.replace(",", " ") if isinstance(value, str) else php_float(value)
