"""Small drops of every shape that the reader knows, and what a careless or hostile hand may do to their bytes."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from random import Random

import openpyxl
import pyarrow as pa

HEADER = ("name", "phone", "email", "city")
# Nobody is called that: whatever of it stands in a message came from a cell.
PERSONS = (
    ("Zephyrine Quillfeather", "07700900461", "zephyrine@quillfeather.example", "Little Snoring"),
    ("Ottoline Brackenbury", "07700900572", "ottoline@brackenbury.example", "Great Snoring"),
    ("Ambrose Thistlewood", "07700900683", "ambrose@thistlewood.example", "Nether Wallop"),
    ("Peregrine Müßig", "07700900794", "peregrine@muessig.example", "Köln, Süd"),
    ('Lucasta "Lu" Varnish', "07700900805", "lucasta@varnish.example", "Over; Wallop|Wells"),
    ("Barnaby O'Dowdall\nFlat 2", "07700900916", "barnaby@odowdall.example", "Saint\tNeots"),
)
NAMES = tuple(word for name, *_ in PERSONS for word in name.split()[:2] if len(word) > 4)
CONTACTS = tuple(contact for _, phone, email, _ in PERSONS for contact in (phone, email))
_PLAIN = tuple(tuple(cell.replace("\n", " ") for cell in person) for person in PERSONS)

Parts = dict[str, bytes]


@dataclass(frozen=True)
class Seed:
    """A drop to begin with: what is inside, and how that is packed into a file."""

    name: str
    parts: Parts
    pack: Callable[[Parts], bytes]

    @property
    def content(self) -> bytes:
        """The file, undamaged."""
        return self.pack(self.parts)


def _only(parts: Parts) -> bytes:
    return parts["drop"]


def _gzip(parts: Parts) -> bytes:
    return gzip.compress(parts["drop"], mtime=0)


def _zstd(parts: Parts) -> bytes:
    return bytes(pa.compress(parts["drop"], codec="zstd", asbytes=True))


def _zip(parts: Parts) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def write_csv(
    delimiter: str = ",", quote: str = '"', end: str = "\n", *, always: bool = False, escape: str = ""
) -> str:
    """Return the persons as a CSV text."""

    def cell(text: str) -> str:
        if not (always or {delimiter, quote, "\n"} & set(text)):
            return text
        inner = text.replace(escape, escape * 2) if escape else text
        return f"{quote}{inner.replace(quote, (escape or quote) + quote)}{quote}"

    return "".join(delimiter.join(map(cell, row)) + end for row in (HEADER, *PERSONS))


def write_xml(prefix: str = "", declared: str = "") -> str:
    """Return the persons as an XML text; a prefix stands for a namespace, CDATA and attributes."""
    leads = []
    for number, person in enumerate(PERSONS):
        fields = [text.replace("&", "&amp;").replace("<", "&lt;") for text in person]
        if prefix:
            fields[0] = f"<![CDATA[{person[0]}]]>"
        tags = "".join(f"<{prefix}{h}>{c}</{prefix}{h}>" for h, c in zip(HEADER, fields, strict=True))
        leads.append(f'  <{prefix}lead id="{number}">{tags}<!-- seen --></{prefix}lead>\n')
    namespace = f' xmlns:{prefix[:-1]}="urn:acme"' if prefix else ""
    return f"{declared}<{prefix}leads{namespace}>\n{''.join(leads)}</{prefix}leads>\n"


def _make_book() -> Parts:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*HEADER, "seen", "score"])
    for number, person in enumerate(PERSONS):
        sheet.append([*person, datetime(2026, 3, 1 + number, 9, 30), 0.25 * number])  # noqa: DTZ001 (a cell has no zone)
        phone = sheet.cell(number + 2, 2)
        if number % 2:
            phone.value, phone.number_format = int(person[1]), "00000000000"
    book.properties.created = book.properties.modified = datetime(2026, 3, 1)  # noqa: DTZ001
    stream = io.BytesIO()
    book.save(stream)
    with zipfile.ZipFile(stream) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@cache
def make_seeds() -> tuple[Seed, ...]:
    """Return a drop of each shape."""
    plain = write_csv()
    objects = [dict(zip(HEADER, person, strict=True)) for person in PERSONS]
    array = json.dumps(objects, indent=1)
    lines = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects)
    nested = [
        {"name": n, "contact": {"phone": [p, None], "email": e}, "city": c, "score": 1.5e3, "ok": True}
        for n, p, e, c in PERSONS
    ]
    pipe = "\n".join("|".join(row).replace('"', "") for row in (HEADER, *_PLAIN))
    rule = "-----\ntotal,6\n"
    preamble = "Leads of March\nfor Acme\n\n"
    texts = {
        "plain.csv": plain.encode(),
        "crlf.csv": write_csv(";", end="\r\n", always=True).encode("cp1252"),
        "cr.csv": write_csv(end="\r").encode(),
        "tabs.tsv": write_csv("\t").encode("utf-8-sig"),
        "apostrophes.csv": write_csv(quote="'", always=True).encode(),
        "escapes.csv": write_csv(always=True, escape="\\").encode(),
        "pipes.txt": pipe.encode(),
        "spaced.csv": plain.replace(",", ", ").encode(),
        "not-sign.csv": write_csv("¬").encode("iso8859-1"),
        "footer.csv": (preamble + plain + "\n" + rule).encode(),
        "headless.csv": plain.partition("\n")[2].encode(),
        "one.csv": "".join(f"{row[1]}\n" for row in (HEADER, *PERSONS)).encode(),
        "utf-16.csv": write_csv("\t", end="\r\n").encode("utf-16"),
        "utf-16-be.csv": write_csv().encode("utf-16-be"),
        "utf-32.csv": write_csv().encode("utf-32"),
        "array.json": array.encode(),
        "wrapper.json": json.dumps({"count": 6, "data": {"leads": objects}, "next": None}).encode(),
        "lines.jsonl": lines.encode(),
        "nested.json": json.dumps(nested).encode(),
        "single.json": json.dumps(objects[0]).encode(),
        "utf-16.json": array.encode("utf-16"),
        "plain.xml": write_xml().encode(),
        "namespaced.xml": write_xml("a:", '<?xml version="1.0" encoding="ISO-8859-1"?>\n').encode("iso8859-1"),
        "utf-16.xml": write_xml(declared='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16"),
    }
    seeds = [Seed(name, {"drop": content}, _only) for name, content in texts.items()]
    wrapped = ("plain.csv", "utf-16.csv", "nested.json", "namespaced.xml")
    seeds += [Seed(f"{name}.gz", {"drop": texts[name]}, _gzip) for name in wrapped]
    seeds += [Seed(f"{name}.zst", {"drop": texts[name]}, _zstd) for name in wrapped]
    seeds.append(Seed("two.csv.zip", {"a.csv": texts["plain.csv"], "b/c.csv": texts["plain.csv"]}, _zip))
    seeds.append(
        Seed("two.json.zip", {"a.json": texts["array.json"], "read.me": b"?", "b.json": texts["array.json"]}, _zip)
    )
    seeds += [Seed(f"book-{number}.xlsx", _make_book(), _zip) for number in range(3)]  # as often as it has parts
    return tuple(seeds)


_TEXTS = (
    '"', '""', "'", "\\", '\\"', ",", ";", "\t", "|", "¬", "~", "\r", "\n", "\r\n", "\n\n", "\0", "\x07", "\x1a",
    "\x1e", "\x1f", "\ufeff", "\u2028", "\x85", "é", "€", "😀", " ", "[", "]", "{", "}", ":", ",,", "[0]", ".", "null",
    "NaN", "Infinity", "-0", "1e999", "1e-999", "9" * 30, "9" * 5000, "\\u0000", "\\ud800", "\\udc00", "\\x", '":',
    '{"a":', "[[", "{}", '"rows":[', '{"name":1,"name":2}', "<!DOCTYPE x>", "<!DOCTYPE", "<!ENTITY a 'b'>", "&a;",
    "&#x0;", "&#xD800;", "&#1;", "&amp;", "<![CDATA[", "]]>", "<!--", "-->", "<?xml version='1.0'?>", "<?x?>", "<",
    ">", "/>", "</", "<a>", "</a>", "<lead>", "</lead>", "<lead/>", " xmlns='u'", " a='1'", " xsi:nil='true'",
    "<html>", "name", "phone", "total,1\n", "-----\n", '<c r="A1"/>', '<c r="ZZZZ9">', "<v>", "</v>", "<row>",
    "</row>", ' r="', ' r="-1"', ' t="s"', ' t="d"', ' t="b"', ' t="e"', ' t="inlineStr"', ' s="99"', "<f>",
    "<v>-1</v>", "<v>1e400</v>", "<v>nan</v>", "<v></v>", "<is><t>x</t></is>", ' s="-1"', "_x000D_", "_x0000_", "1904",
    "sep=;\n", "General", "yyyy", "0.0.0", "#", '"yes"', "[h]", "[>1e9]",
)  # fmt: skip
_BYTES = (
    b"\x00", b"\xff", b"\xfe", b"\x80", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x81", b"\xff\xfe",
    b"\xfe\xff", b"\xef\xbb\xbf", b"\xff\xfe\x00\x00", b"\x00\xd8", b"\xd8\x00", b"\x0d\x0a\x00", b"\x1f\x8b",
    b"\x1f\x8b\x08\x00", b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07",
    b"\x28\xb5\x2f\xfd", b"\x50\x2a\x4d\x18", b"\xff\xff\xff\xff", b"\xff\xff", b"\x00\x00\x00\x00",
    b"\x7f\xff\xff\xff", b"\x01\x00", b"BZh", b"%PDF-", b"ustar", b"\x03", b"\x1a",
)  # fmt: skip
_CODECS = ("utf-8", "utf-8", "utf-8", "utf-8", "utf-16-le", "utf-16-be", "cp1252", "utf-32-le")


def mutate(rng: Random, seeds: tuple[Seed, ...]) -> tuple[str, bytes]:
    """Return the name of one of the seeds and its bytes after one to eight mutations, inside its wrapping or out."""
    seed = rng.choice(seeds)
    times = rng.choice((1, 1, 2, 3, 5, 8))
    if len(seed.parts) == 1 and seed.pack is _only:
        return seed.name, _mutate_bytes(rng, seed.content, times, seeds)
    if rng.random() < 0.3:
        return seed.name, _mutate_bytes(rng, seed.content, times, seeds)
    parts = dict(seed.parts)
    for _ in range(rng.choice((1, 1, 1, 2))):
        part = _choose_part(rng, parts)
        parts[part] = _mutate_bytes(rng, parts[part], times, seeds)
    content = seed.pack(parts)
    return seed.name, _mutate_bytes(rng, content, 1, seeds) if rng.random() < 0.1 else content


def _choose_part(rng: Random, parts: Parts) -> str:
    sheets = [name for name in parts if "sheet1" in name or "sharedStrings" in name]
    return rng.choice(sheets) if sheets and rng.random() < 0.6 else rng.choice(list(parts))


def _mutate_bytes(rng: Random, content: bytes, times: int, seeds: tuple[Seed, ...]) -> bytes:
    data = bytearray(content)
    for _ in range(times):
        rng.choice(_MUTATIONS)(rng, data, seeds)
    return bytes(data[: 1 << 20])


def _place(rng: Random, data: bytearray) -> int:
    return rng.randrange(len(data) + 1)


def _span(rng: Random, data: bytearray) -> tuple[int, int]:
    begin = _place(rng, data)
    return begin, min(len(data), begin + rng.choice((1, 2, 4, 16, 64, 512)))


def _flip(rng: Random, data: bytearray, _: tuple[Seed, ...]) -> None:
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _replace(rng: Random, data: bytearray, _: tuple[Seed, ...]) -> None:
    if data:
        data[rng.randrange(len(data))] = rng.randrange(256)


def _insert(rng: Random, data: bytearray, _: tuple[Seed, ...]) -> None:
    at = _place(rng, data)
    data[at:at] = rng.randbytes(rng.choice((1, 1, 2, 4)))


def _delete(rng: Random, data: bytearray, _: tuple[Seed, ...]) -> None:
    begin, end = _span(rng, data)
    del data[begin:end]


def _put_token(rng: Random, data: bytearray, _: tuple[Seed, ...]) -> None:
    token = rng.choice(_BYTES)
    if rng.random() < 0.75:
        token = rng.choice(_TEXTS).encode(rng.choice(_CODECS), "replace")
    at = rng.choice((_place(rng, data), _place(rng, data), 0, len(data)))
    data[at : at + rng.choice((0, 0, len(token)))] = token * rng.choice((1, 1, 1, 1, 2, 3, 50))


def _duplicate(rng: Random, data: bytearray, _: tuple[Seed, ...]) -> None:
    begin, end = _span(rng, data)
    at = _place(rng, data)
    data[at:at] = bytes(data[begin:end]) * rng.choice((1, 1, 2, 20))


def _swap(rng: Random, data: bytearray, _: tuple[Seed, ...]) -> None:
    cuts = sorted(_place(rng, data) for _ in range(3))
    first, middle = data[cuts[0] : cuts[1]], data[cuts[1] : cuts[2]]
    data[cuts[0] : cuts[2]] = middle + first


def _truncate(rng: Random, data: bytearray, _: tuple[Seed, ...]) -> None:
    del data[_place(rng, data) :]


def _behead(rng: Random, data: bytearray, _: tuple[Seed, ...]) -> None:
    del data[: min(_place(rng, data), 200)]


def _splice(rng: Random, data: bytearray, seeds: tuple[Seed, ...]) -> None:
    other = rng.choice(list(rng.choice(seeds).parts.values()))
    data[_place(rng, data) :] = other[rng.randrange(len(other) + 1) :]


_MUTATIONS = (
    _flip, _flip, _replace, _insert, _insert, _delete, _delete, _put_token, _put_token, _put_token, _put_token,
    _duplicate, _swap, _truncate, _behead, _splice,
)  # fmt: skip
