"""A zip archive: what kind it is, which of its members are tables, and their bytes within bounds."""

import zipfile
import zlib
from collections.abc import Iterator
from typing import NoReturn

import pyarrow as pa

from pipelines.errors import UserError
from pipelines.reading.containers import Content, Unpacked, require_text
from pipelines.reading.expanding import PIECE, Allowance, refuse_cut_off, refuse_damaged, store_pieces
from pipelines.reading.kinds import HEAD_BYTES, recognise
from pipelines.reading.tokens import Bytes

MAX_MEMBERS = 1000
MAX_DIRECTORY_BYTES = 4 << 20
TABLES = (".csv", ".tsv", ".psv", ".tab", ".json", ".jsonl", ".ndjson", ".xml")
TEXTS = (".txt",)
WRAPPINGS = (".zip", ".gz", ".zst", ".bz2", ".xz", ".7z", ".rar", ".tar", ".tgz", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")  # fmt: skip  # noqa: E501
MAX_LISTED = 12
_ENCRYPTED = 0x1 | 0x40
_SEND_TABLE = "Save it as .xlsx or CSV and send that."


def open_archive(name: str, work: Bytes) -> tuple[zipfile.ZipFile, bool]:
    """Open a zip archive and say whether it is an Excel workbook.

    Raises UserError where it is damaged, has too many or encrypted members, or is a document of another kind.
    """
    _check_directory(name, work)
    try:
        archive = zipfile.ZipFile(pa.BufferReader(work))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        _refuse_broken(name)
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        _refuse_many(name)
    if any(member.flag_bits & _ENCRYPTED for member in members if not _is_ignored(member)):
        raise UserError(name, "The archive is encrypted.", "Send it without a password.")
    names = {member.filename for member in members}
    if any(each.startswith("xl/workbook") and each.endswith(".bin") for each in names):
        raise UserError(name, "This is not text: it is a binary Excel workbook (.xlsb).", _SEND_TABLE)
    is_office = "[Content_Types].xml" in names
    is_workbook = is_office and any(each.startswith("xl/workbook") and each.endswith(".xml") for each in names)
    if is_office and not is_workbook:
        raise UserError(name, "This is not text: it is an Office document.", _SEND_TABLE)
    if "mimetype" in names and "content.xml" in names:
        raise UserError(name, "This is not text: it is an OpenDocument file (.ods).", _SEND_TABLE)
    return archive, is_workbook


def unpack_members(name: str, archive: zipfile.ZipFile, compressed: int) -> Unpacked:
    """Return the tables of an archive in its order.

    Those are its members that are called like tables, else its text files. Raises UserError where there are none, or
    a member is damaged, an archive itself, or all of them expand beyond bounds.
    """
    members = [member for member in archive.infolist() if not _is_ignored(member)]
    nested = [member.filename for member in members if member.filename.lower().endswith(WRAPPINGS)]
    if nested:
        fact = f"It has archives or workbooks packed in it: {list_names(nested)}."
        raise UserError(name, fact, "Send each of them by itself.")
    tables = [member for member in members if member.filename.lower().endswith(TABLES)]
    tables = tables or [member for member in members if member.filename.lower().endswith(TEXTS)]
    if not tables:
        there = f"It holds: {list_names([m.filename for m in members])}." if members else "It holds no file at all."
        raise UserError(name, f"The archive has no table. {there}", "Send the list as .csv, .json or .xml in it.")
    allowance = Allowance(name, compressed)
    contents = []
    for member in tables:
        whole = f"{name}/{show_name(member.filename)}"
        content = store_pieces(read_member(whole, archive, member), allowance)
        require_text(whole, recognise(whole, content[:HEAD_BYTES].tobytes()))
        contents.append(Content(whole, content))
    filled = tuple(content for content in contents if len(content.work))
    if not filled:
        raise UserError(name, "The file is empty: its tables have 0 bytes.", "Ask the supplier to send it again.")
    left_out = [member.filename for member in members if member not in tables or not member.file_size]
    notices = (f"Not read from the archive: {list_names(left_out)}.",) if left_out else ()
    return Unpacked(filled, notices, allowance.spent)


def read_member(whole: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what a member holds. Raises UserError, by its whole name, where it is damaged or cannot be expanded."""
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UserError(whole, "It is compressed by a method that is not read.", "Use the usual one, deflate.")
    size = 0
    try:
        with archive.open(member) as stream:
            while piece := stream.read(PIECE):
                size += len(piece)
                yield piece
    except EOFError:
        refuse_cut_off(whole)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OSError):
        refuse_damaged(whole)
    if size != member.file_size:
        refuse_damaged(whole)


def show_name(name: str) -> str:
    """Return a member's name as it may be shown: no control characters, not endless."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in name)
    return shown if len(shown) <= 100 else shown[:99] + "…"


def list_names(names: list[str]) -> str:
    """Return names in a row, the first of them where there are many."""
    more = f" and {len(names) - MAX_LISTED:,} more" if len(names) > MAX_LISTED else ""
    return ", ".join(show_name(name) for name in names[:MAX_LISTED]) + more


def _is_ignored(member: zipfile.ZipInfo) -> bool:
    """Say whether a member is a folder or what systems leave in archives."""
    parts = member.filename.replace("\\", "/").split("/")
    return member.is_dir() or parts[-1].startswith(".") or not parts[-1] or "__MACOSX" in parts


def _check_directory(name: str, work: Bytes) -> None:
    """Refuse a list of members that would take memory by its size; how many it says it has does not count."""
    tail = work[-(65_557 + 76) :].tobytes()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        _refuse_broken(name)
    size = int.from_bytes(tail[at + 12 : at + 16], "little")
    if at >= 76 and tail[at - 20 : at - 16] == b"PK\x06\x07" and tail[at - 76 : at - 72] == b"PK\x06\x06":
        size = int.from_bytes(tail[at - 36 : at - 28], "little")
    if size > MAX_DIRECTORY_BYTES:
        _refuse_many(name)


def _refuse_many(name: str) -> NoReturn:
    raise UserError(name, f"The archive has more than {MAX_MEMBERS:,} members.", "Send the lists by themselves.")


def _refuse_broken(name: str) -> NoReturn:
    raise UserError(name, "The zip archive is cut off or damaged.", "Ask the supplier to send it again.") from None
