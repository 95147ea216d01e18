"""What a file is, by its first bytes: text, one of the wrappings that are opened, or something that is refused."""

import re
from typing import Literal, NoReturn

from pipelines.errors import UserError

Kind = Literal["text", "gzip", "zstd", "zip"]

HEAD_BYTES = 4096
_WRAPPINGS: tuple[tuple[bytes, Kind], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    *((bytes([value]) + b"\x2a\x4d\x18", "zstd") for value in range(0x50, 0x60)),  # a frame to skip, as pzstd writes
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
_SEND_TEXT = "Send the list as CSV or JSON text."
_SEND_TABLE = "Save it as .xlsx or CSV and send that."
_SEND_GZIP = "Send it as it is, or as .gz, .zst or .zip."
_OLD_OFFICE = "an old Excel workbook (.xls) or an encrypted one"
_REFUSED: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLD_OFFICE, "Save it as .xlsx or CSV, without a password, and send that."),
    (b"\x09\x08\x10\x00\x00\x06\x05\x00", "an old Excel workbook (.xls)", _SEND_TABLE),
    (b"\x09\x04\x06\x00", "an old Excel workbook (.xls)", _SEND_TABLE),
    (b"\x09\x02\x06\x00", "an old Excel workbook (.xls)", _SEND_TABLE),
    (b"%PDF-", "a PDF document", _SEND_TEXT),
    (b"{\\rtf", "an RTF document", _SEND_TEXT),
    (b"MIME-Version:", "a web archive", _SEND_TABLE),
    (b"BZh", "compressed with bzip2", _SEND_GZIP),
    (b"\xfd7zXZ\x00", "compressed with xz", _SEND_GZIP),
    (b"\x04\x22\x4d\x18", "compressed with lz4", _SEND_GZIP),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _SEND_GZIP),
    (b"Rar!\x1a\x07", "a RAR archive", _SEND_GZIP),
    (b"PK\x07\x08", "a part of a split zip archive", _SEND_GZIP),
    (b"PAR1", "a Parquet file", _SEND_TEXT),
    (b"ARROW1\x00\x00", "an Arrow file", _SEND_TEXT),
    (b"SQLite format 3\x00", "a SQLite database", _SEND_TEXT),
    (b"\x00\x01\x00\x00Standard ", "an Access database", _SEND_TEXT),
    (b"\x89PNG", "a picture", _SEND_TEXT),
    (b"GIF8", "a picture", _SEND_TEXT),
    (b"\xff\xd8\xff", "a picture", _SEND_TEXT),
    (b"\x7fELF", "a program", _SEND_TEXT),
)
_HTML = re.compile(rb"(?:<\?xml[^>]*>|<!--.*?-->|\s)*<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE | re.DOTALL)
_EXCEL_XML = b"urn:schemas-microsoft-com:office:spreadsheet"
_DBASE = (0x03, 0x83, 0x8B, 0xF5)


def recognise(name: str, head: bytes) -> Kind:
    """Return what a file's first HEAD_BYTES are. Raises UserError for what is known and cannot be read."""
    for magic, kind in _WRAPPINGS:
        if head.startswith(magic):
            return kind
    for magic, what, remedy in _REFUSED:
        if head.startswith(magic):
            _refuse(name, what, remedy)
    if head[257:262] == b"ustar":
        _refuse(name, "a tar archive", _SEND_GZIP)
    if _is_dbase(head):
        _refuse(name, "a dBase table", _SEND_TABLE)
    # UTF-16 becomes readable enough without its NUL bytes.
    plain = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    if _HTML.match(plain):
        _refuse(name, "an HTML page", _SEND_TABLE)
    if plain.lstrip().startswith(b"<") and _EXCEL_XML in plain:
        _refuse(name, "an Excel 2003 XML workbook", _SEND_TABLE)
    return "text"


def _refuse(name: str, what: str, remedy: str) -> NoReturn:
    raise UserError(name, f"This is not text: it is {what}.", remedy)


def _is_dbase(head: bytes) -> bool:
    """Say whether this is a dBase header: version, a date of last change, sizes that can be, reserved zeros."""
    return (
        len(head) >= 32
        and head[0] in _DBASE
        and 1 <= head[2] <= 12
        and 1 <= head[3] <= 31
        and int.from_bytes(head[8:10], "little") >= 33
        and int.from_bytes(head[10:12], "little") > 1
        and head[12:14] == b"\x00\x00"
    )
