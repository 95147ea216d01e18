"""The bytes of a drop: is it text at all, in which encoding, and how a piece of it becomes UTF-8 or goes back.

Records are looked for in *work bytes*: the file itself where ASCII characters are single bytes in it (UTF-8 and the
single-byte encodings), else (UTF-16 and such) a UTF-8 copy in a temporary file. Either is mapped, not loaded.
"""

import codecs
import mmap
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipelines.errors import UserError
from pipelines.reading.containers import Content
from pipelines.reading.threads import work_ahead
from pipelines.reading.tokens import Bytes

_PIECE = 4 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MULTI_BYTE = ("utf", "shift", "euc", "big5", "gb", "iso2022", "johab", "hz", "cp9")
_XML_DECLARATION = re.compile(rb"""<\?xml\s(?:[^?>]*?encoding\s*=\s*["'](?P<encoding>[\w.:-]*)["'])?""")
# Control characters that no text has; tab, line ends, form feeds and the separators of old formats are not among them.
_CONTROLS = [bytes([value]) for value in range(32) if value not in (1, 9, 10, 11, 12, 13, 26, 28, 29, 30, 31)]
_CONTROLS_LEAST, _CONTROLS_SHARE = 16, 0.05
# Of cp1252: signs that any text may hold, and the letters below 0xC0.
_TYPOGRAPHY = np.frombuffer("€…‘’“”•–—™\xa0£§©ª«¬®°²´·º»½".encode("cp1252"), np.uint8)
_LOW_LETTERS = np.frombuffer("ŠŒŽšœžŸƒ".encode("cp1252"), np.uint8)
DOUBTFUL = 0.3  # the confidence of an encoding that is likely wrong
# What Python decodes and no list is written in; of UTF-7 the supplier's own bytes could not be given back.
_NO_CHARSETS = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
_DIRECT = {"utf-8", "ascii", "cp1252", "iso8859-1"}


@dataclass(frozen=True)
class Source:
    """Work bytes of one file, and what is needed to read and to give back a piece of them."""

    name: str
    work: Bytes
    start: int  # where the text begins, behind a byte order mark
    encoding: str  # as reported: the codec's name
    work_encoding: str  # of the work bytes
    confidence: float
    errors: str = "strict"  # how the copy kept bytes that the encoding does not know
    odd_tail: bytes = b""
    is_sound: bool = False  # every byte is known to be good

    def to_utf8(self, piece: bytes) -> bytes:
        """Return good work bytes as UTF-8."""
        if self.work_encoding == "utf-8" or piece.isascii():
            return piece
        return piece.decode(self.work_encoding).encode()

    def to_file_bytes(self, piece: bytes) -> bytes:
        """Return the supplier's own bytes of a piece of work bytes."""
        if self.errors == "strict":
            return piece
        return piece.decode("utf-8", "surrogatepass").encode(self.encoding, self.errors)

    def find_bad_bytes(self, view: Bytes) -> list[int]:
        """Return where in a piece of work bytes there are bytes that its encoding does not know."""
        if self.is_sound:
            return []
        piece = view.tobytes()
        try:
            piece.decode(self.work_encoding)
        except UnicodeDecodeError:
            return _find_bad_bytes(piece, self.work_encoding)
        return []


def open_source(content: Content, encoding: str) -> Source:
    """Settle the encoding of a file's bytes: a byte order mark, else the declared one, else what fits.

    XML declares one itself, or is UTF-8. Raises UserError where it is empty, not text, or the declared encoding is not
    known.
    """
    name, work = content.name, content.work
    if not len(work):
        raise UserError(name, "The file is empty (0 bytes).", "Ask the supplier to send it again.")
    head = work[:4096].tobytes()
    bom, found, confidence = _find_encoding(name, work, head, encoding)
    if found in _DIRECT or _is_ascii_superset(found):
        _refuse_binary(name, head)
        # Found by itself, UTF-8 with full confidence means that the whole file was read as such.
        is_sound = found == "utf-8" and confidence == 1.0 and not bom and encoding == "auto"
        return Source(name, work, len(bom), found, found, confidence, is_sound=is_sound)
    return _copy_as_utf8(name, work, len(bom), found, confidence)


def _refuse_binary(name: str, head: bytes) -> None:
    controls = sum(map(head.count, _CONTROLS))
    if controls >= _CONTROLS_LEAST and controls > _CONTROLS_SHARE * len(head):
        fact = "This is not text: it is full of control characters."
        raise UserError(name, fact, "Send the list as CSV or JSON text.")


def _find_encoding(name: str, work: Bytes, head: bytes, declared: str) -> tuple[bytes, str, float]:
    bom, marked = next(((b, e) for b, e in _BOMS if head.startswith(b)), (b"", ""))
    if declared != "auto":
        wanted = _look_up(name, declared)
        family = wanted.replace("-sig", "").removesuffix("-le").removesuffix("-be")
        if marked and marked.startswith(family):
            return bom, marked, 1.0
        return b"", {"utf-16": "utf-16-le", "utf-32": "utf-32-le", "utf-8-sig": "utf-8"}.get(wanted, wanted), 1.0
    if marked:
        return bom, marked, 1.0
    nul_share = [np.count_nonzero(np.frombuffer(head, np.uint8)[i::2] == 0) / max(1, len(head) // 2) for i in (0, 1)]
    if len(head) >= 8 and nul_share[1] > 0.3 and nul_share[0] < 0.05:
        return b"", "utf-16-le", 0.9
    if len(head) >= 8 and nul_share[0] > 0.3 and nul_share[1] < 0.05:
        return b"", "utf-16-be", 0.9
    if min(nul_share) > 0.1:
        raise UserError(name, "This is not text: it is full of NUL bytes.", "Send the list as CSV or JSON text.")
    inside = _XML_DECLARATION.match(head)
    if inside:
        named = _look_up(name, (inside["encoding"] or b"utf-8").decode())
        # UTF-16 would not have been read up to here: the file was written anew and its declaration was not.
        if not named.startswith(("utf-16", "utf-32")):
            return b"", named, 0.95
    return b"", *_find_eight_bit(work)


def _find_eight_bit(work: Bytes) -> tuple[str, float]:
    counts = list(work_ahead(_count_high_and_bad, ((piece,) for piece in _cut_pieces(work))))
    high, bad = sum(each[0] for each in counts), sum(each[1] for each in counts)
    # One broken character in a file that is otherwise UTF-8 is damage to a row, not another encoding.
    if bad == 0 or bad * 20 < high:
        return "utf-8", 1.0 if bad == 0 else 0.8
    undefined = np.zeros(256, dtype=bool)
    undefined[[0x81, 0x8D, 0x8F, 0x90, 0x9D]] = True
    is_latin = not any(undefined[piece].any() for piece in _cut_pieces(work))
    found, confidence = ("cp1252", 0.8) if is_latin else ("iso8859-1", 0.6)
    looks = [_look_at_letters(piece, 0x80 if is_latin else 0xA0) for piece in _cut_pieces(work)]
    letters, in_runs, odd = (sum(counts) for counts in zip(*looks, strict=True))
    return found, DOUBTFUL if 2 * max(in_runs, odd) > letters else confidence


def _look_at_letters(piece: Bytes, lowest: int) -> tuple[int, int, int]:
    """Count the bytes beyond ASCII that are no typography, those in runs of three or more, and those no letters.

    Below ``lowest`` no byte is a sign or a letter. Western accents stand alone or in pairs and are letters; text of
    another script (Cyrillic, Big5) is neither.
    """
    signs, letters = (known[known >= lowest] for known in (_TYPOGRAPHY, _LOW_LETTERS))
    is_high = (piece >= 0x80) & ~np.isin(piece, signs)
    steps = np.diff(is_high.astype(np.int8), prepend=0, append=0)
    lengths = np.flatnonzero(steps == -1) - np.flatnonzero(steps == 1)
    is_odd = is_high & (piece < 0xC0) & ~np.isin(piece, letters)
    return int(np.count_nonzero(is_high)), int(lengths[lengths >= 3].sum()), int(np.count_nonzero(is_odd))


def _count_high_and_bad(piece: Bytes) -> tuple[int, int]:
    """Count the bytes that are no ASCII, and those that are no UTF-8."""
    whole = len(piece) // 8 * 8
    is_ascii = not int(np.bitwise_or.reduce(piece[:whole].view(np.uint64), initial=0)) & 0x8080808080808080
    if is_ascii and piece[whole:].tobytes().isascii():
        return 0, 0
    return int(np.count_nonzero(piece >= 0x80)), _count_bad_utf8(piece.tobytes())


def _cut_pieces(work: Bytes) -> Iterator[Bytes]:
    """Cut the file so that no UTF-8 character is parted."""
    start = 0
    while start < len(work):
        end = min(start + _PIECE, len(work))
        while end < len(work) and end > start + _PIECE - 4 and work[end] & 0xC0 == 0x80:
            end -= 1
        yield work[start:end]
        start = end


def _count_bad_utf8(piece: bytes) -> int:
    try:
        piece.decode()
    except UnicodeDecodeError:
        return len(_find_bad_bytes(piece, "utf-8"))
    return 0


def _find_bad_bytes(piece: bytes, encoding: str) -> list[int]:
    """Return the offsets of undecodable bytes; escaped ones come back as lone surrogates, one each."""
    if encoding != "utf-8":
        unknown = np.array([not _decodes(bytes([value]), encoding) for value in range(256)])
        return [int(at) for at in np.flatnonzero(unknown[np.frombuffer(piece, np.uint8)])]
    points = np.frombuffer(piece.decode("utf-8", "surrogateescape").encode("utf-32-le", "surrogatepass"), np.uint32)
    escaped = (points >= 0xDC80) & (points <= 0xDCFF)
    widths = 1 + (points >= 0x80).astype(np.int64) + (points >= 0x800) + (points >= 0x10000)
    widths[escaped] = 1
    return [int(at) for at in (np.cumsum(widths) - widths)[escaped]]


def _decodes(piece: bytes, encoding: str) -> bool:
    try:
        piece.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _look_up(name: str, declared: str) -> str:
    try:
        codec = codecs.lookup(declared)
        bytes(4).decode(declared, "replace")
        if codec.name.replace("_", "-") in _NO_CHARSETS:
            raise LookupError
    except (LookupError, UnicodeError) as error:
        raise UserError(name, f"The encoding '{declared}' is not known.", "Use utf-8, utf-16, cp1252 …") from error
    return codec.name


def _is_ascii_superset(encoding: str) -> bool:
    """Say whether every byte is one character and the first 128 are ASCII."""
    try:
        if bytes(range(128)).decode(encoding) != bytes(range(128)).decode("ascii"):
            return False
        is_single = all(len(bytes([value]).decode(encoding, "replace")) == 1 for value in range(128, 256))
    except UnicodeDecodeError:
        return False
    return is_single and not codecs.lookup(encoding).name.startswith(_MULTI_BYTE)


def _copy_as_utf8(name: str, work: Bytes, start: int, encoding: str, confidence: float) -> Source:
    errors = "surrogatepass" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    tail = b""
    with tempfile.TemporaryFile() as copy:
        try:
            for at in range(start, len(work), _PIECE):
                copy.write(decoder.decode(work[at : at + _PIECE].tobytes()).encode("utf-8", "surrogatepass"))
        except UnicodeDecodeError:  # such as numbers beyond Unicode, which no handling of errors keeps
            fact = f"It has bytes that {encoding} cannot have, as if it were in another encoding."
            raise UserError(name, fact, "Ask the supplier to send it as UTF-8.") from None
        tail = decoder.getstate()[0]
        copy.flush()
        size = copy.tell()
        mapped = mmap.mmap(copy.fileno(), size, access=mmap.ACCESS_READ) if size else b""
    return Source(name, np.frombuffer(mapped, np.uint8), 0, encoding, "utf-8", confidence, errors, tail)
