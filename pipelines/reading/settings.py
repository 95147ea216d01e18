"""What a template declares about a file; `auto` means that it is found out."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class FileSettings:
    r"""How a file is written, as declared.

    ``format`` is auto, csv, json (an array of objects, one object, or JSON lines), xml or xlsx. ``delimiter`` and
    ``row_delimiter`` are 1 to 10 characters, taken literally apart from the escapes ``\t``, ``\r`` and ``\n``.
    ``quote`` is auto, none or one ASCII character; ``escape`` says how a quote inside quotes is written: auto, doubled
    or backslash. ``first_row`` is the line, from 1, that holds the first record of the table (the header, if there is
    one); ``footer_lines`` how many records behind the table are no data. ``sheet`` names a workbook's sheet, and
    ``records`` the path of the records in a JSON or XML document, such as ``data.leads``.
    """

    format: str = "auto"
    encoding: str = "auto"
    delimiter: str = "auto"
    row_delimiter: str = "auto"
    has_header: bool | Literal["auto"] = "auto"
    first_row: int | Literal["auto"] = "auto"
    quote: str = "auto"
    escape: str = "auto"
    footer_lines: int | Literal["auto"] = "auto"
    sheet: str | None = None
    records: str | None = None
