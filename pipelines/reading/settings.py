"""What a template declares about a file; `auto` means that it is found out."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class FileSettings:
    r"""How a file is written, as declared.

    ``format`` is auto, csv or json (an array of objects, ``{"rows": [...]}`` or JSON lines). ``delimiter`` and
    ``row_delimiter`` are 1 to 10 characters, taken literally apart from the escapes ``\t``, ``\r`` and ``\n``.
    ``first_row`` is the line, from 1, that holds the first record of the table (the header, if there is one).
    """

    format: str = "auto"
    encoding: str = "auto"
    delimiter: str = "auto"
    row_delimiter: str = "auto"
    has_header: bool | Literal["auto"] = "auto"
    first_row: int | Literal["auto"] = "auto"
