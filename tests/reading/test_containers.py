"""What is in gzip, zstd and zip wrappings, and what is refused by its content."""

import gzip
import io
import struct
import time
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from pipelines.errors import UserError
from pipelines.importing import import_drop
from pipelines.reading import archives, expanding
from pipelines.reading.drops import Drop, open_drop
from pipelines.reading.settings import FileSettings
from pipelines.reports.rejecting import write_rejects
from pipelines.templates.template import build_template

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LEADS = b"name,phone\nAnn,07700900123\nBob,07700900124\n"
MORE = b"name,phone\nCid,07700900125\n"


@pytest.fixture
def open_bytes(tmp_path: Path):
    def open_it(content: bytes, name: str = "acme.csv", **declared: object) -> Drop:
        path = tmp_path / name
        path.write_bytes(content)
        return open_drop(path, FileSettings(**declared))  # type: ignore[arg-type]

    return open_it


def pack(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return stream.getvalue()


def shrink(content: bytes) -> bytes:
    """Compress with gzip, the same bytes whenever it is done: they name tests."""
    return gzip.compress(content, mtime=0)


def squeeze(content: bytes) -> bytes:
    return pa.compress(content, codec="zstd", asbytes=True)


def read(drop: Drop) -> pl.DataFrame:
    return pl.concat(drop.chunks())


@pytest.mark.parametrize("name", ["acme.csv", "acme.csv.gz", "acme"])
@pytest.mark.parametrize(
    "content",
    [
        shrink(LEADS),
        shrink(LEADS[:20]) + shrink(LEADS[20:]),
        shrink(LEADS) + b"\x00" * 512,
        squeeze(LEADS),
        squeeze(LEADS[:20]) + squeeze(LEADS[20:]),
        pack({"leads.csv": LEADS}),
        pack({"leads.csv": LEADS}, zipfile.ZIP_STORED),
        pack({"leads.txt": LEADS}),
    ],
    ids=["gzip", "two gzips", "padded gzip", "zstd", "two zstds", "zip", "stored", "txt"],
)
def test_a_wrapping_is_known_by_its_content_whatever_the_name(open_bytes, content, name):
    drop = open_bytes(content, name)

    assert read(drop).select("c1", "c2").rows() == [("Ann", "07700900123"), ("Bob", "07700900124")]
    assert drop.found.expanded_bytes == len(LEADS)


def test_json_is_read_from_a_wrapping_too(open_bytes):
    assert open_bytes(pack({"leads.json": b'[{"phone": "1"}]'})).found.format == "json"


@pytest.mark.parametrize("wrap", [shrink, squeeze], ids=["gzip", "zstd"])
def test_what_is_cut_off_damaged_or_followed_by_something_is_refused(open_bytes, wrap):
    whole = wrap(LEADS * 1000)
    damaged = whole[:9] + b"\xff" * 6 + whole[15:]

    with pytest.raises(UserError, match="cut off"):
        open_bytes(whole[:-6])
    with pytest.raises(UserError, match="Something else stands behind"):
        open_bytes(whole + b"garbage")
    with pytest.raises(UserError, match="damaged"):
        open_bytes(damaged)


def test_a_wrong_checksum_is_refused(open_bytes):
    content = bytearray(shrink(LEADS))
    content[-8] ^= 1
    packed = bytearray(pack({"leads.csv": LEADS}, zipfile.ZIP_STORED))
    packed[packed.index(b"Ann")] ^= 1

    with pytest.raises(UserError, match="damaged"):
        open_bytes(bytes(content))
    with pytest.raises(UserError, match=r"acme\.csv/leads\.csv: .*damaged"):
        open_bytes(bytes(packed))


@pytest.mark.parametrize(
    ("content", "fact"),
    [
        (b"BZh91AY&SY", "bzip2"),
        (b"\xfd7zXZ\x00\x00", "xz"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"Rar!\x1a\x07\x01", "RAR"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"old Excel workbook \(.xls\) or an encrypted"),
        (b"\r\n <!DOCTYPE html><table>", "an HTML page"),
        ("\ufeff<HTML><table>".encode("utf-16-le"), "an HTML page"),
        (b"<?xml version='1.0'?><html xmlns='x'>", "an HTML page"),
        (b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'>", "Excel 2003 XML"),
        (b"{\\rtf1\\ansi", "RTF"),
        (struct.pack("<4B I HH", 3, 26, 11, 21, 5, 97, 40) + bytes(20), "dBase"),
        (b"x" * 257 + b"ustar\x0000", "tar"),
        (pack({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}), "OpenDocument"),
        (pack({"[Content_Types].xml": b"", "word/document.xml": b""}), "Office document"),
        (pack({"[Content_Types].xml": b"", "xl/workbook.bin": b""}), "binary Excel"),
        (pack({"leads.csv": LEADS})[:-30], "zip archive is cut off"),
        (pack({}), "no file at all"),
        (pack({"brochure.pdf": b"%PDF", "logo.png": b""}), r"no table. It holds: brochure.pdf, logo.png"),
        (pack({"leads.csv": b""}), "0 bytes"),
        (pack({"leads.csv": b"%PDF-1.7"}), r"acme\.csv/leads\.csv: .*PDF"),
    ],
)
def test_what_cannot_be_read_is_refused_by_what_it_is(open_bytes, content, fact):
    with pytest.raises(UserError, match=fact):
        open_bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        shrink(shrink(LEADS)),
        shrink(pack({"leads.csv": LEADS})),
        squeeze(shrink(LEADS)),
        pack({"inner.zip": pack({"leads.csv": LEADS}), "leads.csv": LEADS}),
        pack({"leads.csv": shrink(LEADS)}),
        pack({"leads.xlsx": b"PK", "leads.csv": LEADS}),
    ],
)
def test_an_archive_in_an_archive_is_refused(open_bytes, content):
    with pytest.raises(UserError, match="packed in"):
        open_bytes(content)


def test_an_encrypted_archive_is_refused(open_bytes):
    content = bytearray(pack({"leads.csv": LEADS}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1

    with pytest.raises(UserError, match="encrypted"):
        open_bytes(bytes(content))


def test_names_of_members_are_shown_and_never_used_as_paths(open_bytes, tmp_path):
    drop = open_bytes(pack({"../../evil.csv": LEADS, "/etc/x\x1b[31m.csv": MORE}))

    assert drop.found.records == 3
    assert drop.found.notices == ("Read from 2 members: ../../evil.csv 2 rows, /etc/x?[31m.csv 1 rows.",)
    assert [path.name for path in tmp_path.iterdir()] == ["acme.csv"]


def test_what_is_no_table_is_named_and_what_systems_leave_is_not(open_bytes):
    members = {"a/": b"", "a/leads.csv": LEADS, "__MACOSX/a/._leads.csv": b"x", ".DS_Store": b"x", "readme.txt": b"hi"}

    drop = open_bytes(pack(members))

    assert drop.found.records == 2
    assert drop.found.notices == ("Not read from the archive: readme.txt.",)


def test_members_are_one_drop_in_the_order_of_the_archive(open_bytes):
    drop = open_bytes(pack({"b.csv": b"List of May\n" + LEADS + b"\n", "a.csv": MORE, "c.csv": b"name,phone\n"}))

    assert read(drop).select("row_number", "line_number", "c1").rows() == [(1, 3, "Ann"), (2, 4, "Bob"), (3, 2, "Cid")]
    assert (drop.found.records, drop.found.preamble_lines, drop.found.blank_lines) == (3, 1, 1)
    assert drop.found.notices == ("Read from 3 members: b.csv 2 rows, a.csv 1 rows, c.csv 0 rows.",)
    assert drop.raw_records(pl.Series([3, 1])).rows() == [(3, b"Cid,07700900125\n"), (1, b"Ann,07700900123\n")]
    assert drop.header_bytes == b"name,phone\n"


def test_a_member_that_is_cut_off_marks_the_drop(open_bytes):
    assert open_bytes(pack({"a.csv": LEADS + b"Eve", "b.csv": MORE})).found.truncated


@pytest.mark.parametrize(
    ("other", "fact"),
    [
        (b"name,mobile\nCid,1\n", r"Column 2 is 'phone' in a\.csv and 'mobile' in b\.csv"),
        (b"name,phone,city\nCid,1,Ely\n", r"a\.csv has 2 columns and b\.csv has 3"),
        (b"name;phone\nCid;1\nDee;2\n", r"delimiter of a\.csv is ',', that of b\.csv is ';'"),
        (MORE.replace(b"Cid", "Zoë".encode("cp1252")), r"encoding of b\.csv is cp1252, that of a\.csv is utf-8"),
        (b'[{"name": "Cid", "phone": "1"}]', r"format of a\.csv is 'csv', that of b\.csv is 'json'"),
        (b"Cid,07700900125\nDee,07700900126\n", r"a\.csv has a header and b\.csv has none"),
    ],
)
def test_members_that_differ_are_refused_by_name(open_bytes, other, fact):
    with pytest.raises(UserError, match=fact):
        open_bytes(pack({"a.csv": LEADS.replace(b"Ann", "Anné".encode()), "b.csv": other}))


def test_headers_that_differ_and_hold_a_lead_are_not_shown(open_bytes):
    with pytest.raises(UserError, match=r"should be the header is not the same in a\.csv and b\.csv") as caught:
        open_bytes(pack({"a.csv": LEADS, "b.csv": b"Cid,07700900125\nDee,07700900126\n"}), has_header=True)

    assert "Cid" not in str(caught.value)
    assert "07700900125" not in str(caught.value)


def test_a_member_in_ascii_goes_with_any_encoding_of_single_bytes(open_bytes):
    drop = open_bytes(pack({"a.csv": LEADS, "b.csv": MORE.replace(b"Cid", "Zoë".encode("cp1252"))}))

    assert drop.found.encoding == "cp1252"
    assert read(drop)["c1"].to_list() == ["Ann", "Bob", "Zoë"]


def make_gzip_bomb(gibibytes: int) -> bytes:
    """Return a gzip of so many zeros without making them: one block of zeros, many times over."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(16 << 20)
    unit = packer.compress(block) + packer.flush()
    return unit * (gibibytes * 64)


def test_bombs_are_refused_soon_and_take_little_of_the_disk(open_bytes, monkeypatch):
    written = []
    spend = expanding.Allowance.spend
    monkeypatch.setattr(expanding.Allowance, "spend", lambda self, count: (written.append(count), spend(self, count)))
    bomb = make_gzip_bomb(10)
    squeezed = squeeze(bytes(64 << 20)) * 160
    started = time.process_time()

    for content in (bomb[: 1 << 20], squeezed, pack({"a.csv": bytes(256 << 20)}, zipfile.ZIP_DEFLATED)):
        with pytest.raises(UserError, match="expands to more than"):
            open_bytes(content)

    assert sum(written) < 700 << 20
    assert time.process_time() - started < 30


def test_members_that_are_bombs_together_are_refused(open_bytes):
    with pytest.raises(UserError, match="expands to more than"):
        open_bytes(pack({f"{number}.csv": bytes(8 << 20) for number in range(9)}))


def test_a_size_that_a_member_declares_does_not_count(open_bytes):
    content = bytearray(pack({"leads.csv": bytes(100 << 20)}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.index(mark) + at
        content[place : place + 4] = (10).to_bytes(4, "little")

    with pytest.raises(UserError, match="damaged"):
        open_bytes(bytes(content))


def test_an_archive_of_too_many_members_is_refused(open_bytes, monkeypatch):
    content = pack({f"{number}.csv": b"" for number in range(archives.MAX_MEMBERS + 1)})

    with pytest.raises(UserError, match="more than 1,000 members"):
        open_bytes(content)
    monkeypatch.setattr(archives, "MAX_DIRECTORY_BYTES", 1000)
    with pytest.raises(UserError, match="more than 1,000 members"):
        open_bytes(content)


def test_a_full_disk_is_said(open_bytes, monkeypatch):
    monkeypatch.setattr(expanding, "SPARE_DISK", 1 << 60)

    with pytest.raises(UserError, match="no room on the disk"):
        open_bytes(shrink(LEADS))


TEMPLATE = build_template(
    {
        "name": "acme",
        "supplier": "Acme",
        "list": {"name": "Warm"},
        "hold_above": 1.0,
        "mapping": {"phone1": "phone", "first_name": "name"},
    },
    "acme",
)


def test_the_reject_file_of_an_archive_holds_the_rows_of_all_members(home, tmp_path):
    path = tmp_path / "drop.zip"
    path.write_bytes(pack({"a.csv": b"name,phone\r\nAnn,07400 123456\r\nBob,1\r\n", "b.csv": b"name,phone\nCid,2"}))

    result = import_drop(path, TEMPLATE, home, now=NOW)
    rows = write_rejects(home, str(result.import_id), tmp_path / "rejects.csv", NOW)

    assert (result.status, result.created, result.rejected, rows) == ("completed", 1, 2, 2)
    lines = (tmp_path / "rejects.csv").read_bytes().splitlines()
    assert lines[0].startswith(b'name,phone,"row_number"')
    assert [line.split(b',"R_')[0] for line in lines[1:]] == [b'Bob,1,"2"', b'Cid,2,"3"']
    assert import_drop(tmp_path / "rejects.csv", TEMPLATE, home, now=NOW).rows_received == 2


def test_what_is_wrong_with_a_member_is_said_by_the_suppliers_names(home, tmp_path):
    path = tmp_path / "drop.zip"
    path.write_bytes(pack({"a.csv": b"%PDF-1.7"}))

    result = import_drop(path, TEMPLATE, home, now=NOW)

    assert result.status == "failed"
    assert result.message.startswith("drop.zip/a.csv: This is not text")


def test_limits_bind_what_an_archive_expands_to(home, tmp_path):
    path = tmp_path / "drop.csv.gz"
    path.write_bytes(shrink(LEADS + b"x,1\n" * (6 << 20)))

    result = import_drop(path, TEMPLATE, home, overrides={"file": {"limits": "leadlex"}}, now=NOW)

    assert "limits of leadlex allow" in result.message
