"""Tables on disk: torn, foreign, old or concurrently written files are rebuilt, never trusted."""

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import phonenumbers
import polars as pl
import pytest

from pipelines.phones import numbering, parsing, storing
from pipelines.phones.building import KINDS_SCHEMA, READINGS_SCHEMA, build_kinds, build_readings
from pipelines.phones.library import parse_by_library
from pipelines.phones.parsing import parse_phones
from pipelines.phones.patterns import UnsupportedPatternError
from pipelines.phones.shipping import SHIPPED_REGIONS
from pipelines.phones.storing import find_cache, load_table, read_table, write_table

TABLE = pl.DataFrame([(0, 4, 0), (100, 0, 44)], schema=READINGS_SCHEMA, orient="row")


class Builder:
    """Builds TABLE and counts how often."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> pl.DataFrame:
        self.calls += 1
        return TABLE


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a table in an empty cache."""
    monkeypatch.setenv("LEADMILL_CACHE_DIR", str(tmp_path))
    return tmp_path / "phones" / f"{phonenumbers.__version__}-{storing.TABLE_FORMAT}" / "trial.parquet"


def test_a_table_is_built_once_and_then_read(cache: Path) -> None:
    build = Builder()

    first, second = (load_table("trial", READINGS_SCHEMA, build) for _ in range(2))

    assert build.calls == 1
    assert first.equals(second)
    assert cache.exists()
    assert [path.name for path in cache.parent.iterdir()] == ["trial.parquet"]


def spoil(path: Path, how: str) -> None:
    """Damage a table's file."""
    content = path.read_bytes()
    match how:
        case "torn":
            path.write_bytes(content[: len(content) // 2])
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("not a table")
        case "flipped":
            path.write_bytes(content[:30] + bytes([content[30] ^ 0xFF]) + content[31:])
        case "other rows":
            TABLE.with_columns(shift=pl.col("shift") + 1).write_parquet(path, metadata=pl.read_parquet_metadata(path))
        case "other schema":
            write_table(path, "trial", TABLE.with_columns(extra=pl.lit(1)))
        case "other table":
            write_table(path, "region-XX", TABLE)
        case "no note":
            TABLE.write_parquet(path)
        case "a folder":
            path.unlink()
            path.mkdir()


@pytest.mark.parametrize(
    "how", ["torn", "empty", "text", "flipped", "other rows", "other schema", "other table", "no note", "a folder"]
)
def test_a_file_that_is_not_the_table_is_not_trusted(cache: Path, how: str) -> None:
    build = Builder()
    load_table("trial", READINGS_SCHEMA, build)
    spoil(cache, how)

    table = load_table("trial", READINGS_SCHEMA, build)

    assert build.calls == 2
    assert table.equals(TABLE)
    if how != "a folder":
        assert read_table(cache, "trial", READINGS_SCHEMA) is not None


@pytest.mark.parametrize(("name", "value"), [("__version__", "0.0.1"), ("TABLE_FORMAT", 0)])
def test_a_table_of_another_version_or_format_is_not_read(
    cache: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    write_table(cache, "trial", TABLE)

    monkeypatch.setattr(phonenumbers if name == "__version__" else storing, name, value)

    assert read_table(cache, "trial", READINGS_SCHEMA) is None


def test_without_a_place_to_write_tables_are_built_and_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("LEADMILL_CACHE_DIR", str(tmp_path / "file"))
    build = Builder()

    tables = [load_table("trial", READINGS_SCHEMA, build) for _ in range(2)]

    assert build.calls == 2
    assert all(table.equals(TABLE) for table in tables)


def test_a_failed_write_leaves_nothing_behind(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Path, target: Path) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", fail)

    load_table("trial", READINGS_SCHEMA, Builder())

    assert list(cache.parent.iterdir()) == []


def test_processes_that_build_at_once_all_get_the_table(tmp_path: Path) -> None:
    code = (
        "import polars as pl; from pipelines.phones.parsing import parse_phones;"
        "print(parse_phones(pl.Series(['21 12 34 56']), 'TN')['e164'][0])"
    )
    environment = {**os.environ, "LEADMILL_CACHE_DIR": str(tmp_path)}

    running = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, cwd=Path.cwd())
        for _ in range(3)
    ]
    answers = [process.communicate(timeout=120)[0].decode().strip() for process in running]

    assert answers == ["+21621123456"] * 3
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert {"region-TN.parquet"} <= left <= {"region-TN.parquet", "world.parquet", "kinds.parquet"}


def test_a_region_that_does_not_ship_is_built_at_first_use(
    cache: Path, forgotten_tables: None, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = pl.Series(["71 123 456", "+216 71 123 456"])

    frame = parse_phones(raw, "TN")

    assert frame.equals(parse_by_library(raw, "TN"))
    assert (cache.parent / "region-TN.parquet").exists()
    assert capsys.readouterr().err == ""


def test_a_person_who_watches_is_told_what_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)

    storing.build_aloud("trial", lambda: TABLE)

    assert (
        terminal.getvalue()
        == f"leadmill: building phone table trial for phonenumbers {phonenumbers.__version__} … 2 rows\n"
    )


def test_a_pattern_that_is_not_understood_sends_its_region_to_the_library(
    cache: Path, forgotten_tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = pl.Series(["71 123 456", "+216 71 123 456", "12"])
    monkeypatch.setattr(numbering, "build_readings", _refuse_region)

    frame = parse_phones(raw, "TN")

    assert frame.equals(parse_by_library(raw, "TN"))
    assert not (cache.parent / "region-TN.parquet").exists()


def test_a_calling_code_whose_patterns_are_not_understood_goes_to_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = pl.Series(["020 7946 0000", "+353 1 234 5678", "00353 1 234 5678 x4", "+1 212 555 0123", "nothing"])
    table = load_table("kinds", KINDS_SCHEMA, build_kinds)
    without = table.with_columns(pl.when(pl.col("country_code").ne_missing(353)).then(pl.exclude("first")))
    kinds = numbering.frame_kinds(without)
    monkeypatch.setattr(parsing, "load_kinds", lambda: kinds)

    frame = parse_phones(raw, "GB")

    assert frame.equals(parse_by_library(raw, "GB"))


def _refuse_region(region: str | None) -> pl.DataFrame:
    raise UnsupportedPatternError("(?=1)2")


needs_pinned = pytest.mark.skipif(
    read_table(storing.SHIPPED / "world.parquet", "world", READINGS_SCHEMA) is None,
    reason=f"the shipped tables are not of phonenumbers {phonenumbers.__version__}",
)


@needs_pinned
@pytest.mark.parametrize("region", SHIPPED_REGIONS)
def test_a_shipped_region_is_read_not_built(region: str | None) -> None:
    name = numbering.name_region_table(region)

    table = read_table(storing.SHIPPED / f"{name}.parquet", name, READINGS_SCHEMA)

    assert table is not None


@needs_pinned
@pytest.mark.parametrize("region", ["GB", "US", None])
def test_shipped_tables_are_what_would_be_built(region: str | None) -> None:
    name = numbering.name_region_table(region)

    shipped = read_table(storing.SHIPPED / f"{name}.parquet", name, READINGS_SCHEMA)

    assert shipped is not None
    assert shipped.equals(build_readings(region))


@needs_pinned
def test_shipped_tables_are_small() -> None:
    assert read_table(storing.SHIPPED / "kinds.parquet", "kinds", KINDS_SCHEMA) is not None
    assert sum(path.stat().st_size for path in storing.SHIPPED.iterdir()) < 1_100_000


def test_the_cache_is_under_the_users_cache_directory_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEADMILL_CACHE_DIR")

    usual = find_cache()
    monkeypatch.setenv("LEADMILL_CACHE_DIR", "/somewhere")

    assert usual.parts[-2:] == ("leadmill", "phones")
    assert find_cache() == Path("/somewhere/phones")


def test_tables_work_from_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    copy = tmp_path / "world.parquet"
    shutil.copy(storing.SHIPPED / "world.parquet", copy)
    copy.chmod(0o400)

    assert (read_table(copy, "world", READINGS_SCHEMA) is None) == (
        read_table(storing.SHIPPED / "world.parquet", "world", READINGS_SCHEMA) is None
    )
