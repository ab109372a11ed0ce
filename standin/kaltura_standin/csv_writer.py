"""Write a report with the same bytes as the Kaltura server (ReportService.php, getCsvAction).

The file has a BOM, commas and LF; nothing is quoted or escaped. A comma inside a value becomes a space; a line break
stays, and breaks the row.
"""

from __future__ import annotations

from collections.abc import Collection

from kaltura_standin.reports import Cell, Table

BOM = b"\xef\xbb\xbf"


def csv_bytes(table: Table, excluded: Collection[str] = (), *, static_header: bool = True) -> bytes:
    """Return the answer. Excluded columns must match exactly. Without a static header an empty table has no header."""
    kept = [number for number, name in enumerate(table.header) if name not in excluded]
    header = table.header if table.rows or static_header else ()
    lines = [",".join(header[number] for number in kept if header)]
    lines += [",".join([_cell(row[number]) for number in kept]) for row in table.rows]
    return BOM + "".join(f"{line}\n" for line in lines).encode()


def php_float(value: float) -> str:
    """Return a number as PHP prints it: 14 significant digits, no `.0`, and `1.0E-5` for small or large numbers."""
    mantissa, _, exponent = f"{value:.14G}".partition("E")
    if not exponent:
        return mantissa
    point = "" if "." in mantissa else ".0"
    return f"{mantissa}{point}E{int(exponent):+d}"


def _cell(value: Cell) -> str:
    return value.replace(",", " ") if isinstance(value, str) else php_float(value)
