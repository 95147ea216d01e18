"""A CSV drop: its index, and its rows through Polars' parser."""

from collections.abc import Collection, Iterator

import numpy as np
import polars as pl

from pipelines.errors import UserError
from pipelines.reading import flaws
from pipelines.reading.dialects import split_cells
from pipelines.reading.drops import Found
from pipelines.reading.flaws import name_flaws
from pipelines.reading.footers import FOOTER_MOST, count_footers
from pipelines.reading.frames import name_columns, parse_rows
from pipelines.reading.index import Block, Index, build_index, good_rows
from pipelines.reading.layout import Layout, find_layout
from pipelines.reading.records import Records
from pipelines.reading.settings import FileSettings
from pipelines.reading.source import Source
from pipelines.reading.threads import work_ahead


def open_csv(source: Source, settings: FileSettings, mapped_headers: Collection[str]) -> "CsvDrop":
    """Find the layout of a CSV drop and index its records. Raises UserError as open_drop says."""
    layout = find_layout(source, settings, mapped_headers)
    index = build_index(source, layout.dialect, layout.width, layout.data_start, layout.data_line)
    notices = _take_footers(index, settings)
    return CsvDrop(layout, index, notices)


def _take_footers(index: Index, settings: FileSettings) -> tuple[str, ...]:
    """Part the footers from the rows, as declared or as found; return a notice that says where they stand."""
    if settings.footer_lines == 0 or not index.rows:
        return ()
    content, records = index.open_block(index.blocks[-1])
    data = np.flatnonzero(~records.is_blank)
    if isinstance(settings.footer_lines, int):
        if settings.footer_lines > len(data):
            fact = f"file.footer_lines is {settings.footer_lines}, but only {len(data)} records stand at the end."
            raise UserError(index.source.name, fact, "Correct footer_lines.")
        footers = settings.footer_lines
    else:
        tail = data[-FOOTER_MOST:]
        has_blank_before = [bool(number and records.is_blank[number - 1]) for number in tail.tolist()]
        cells = [_decode_cells(index, content, records, number) for number in tail.tolist()]
        footers = count_footers(cells, has_blank_before, index.width)
    if not footers:
        return ()
    line = index.blocks[-1].first_line + int(records.line[data[-footers]])
    index.take_footers(footers)
    if footers == 1:
        return (f"The last record, on line {line}, is no data: counted apart as a footer.",)
    return (f"The last {footers} records, from line {line} on, are no data: counted apart as footers.",)


def _decode_cells(index: Index, content: memoryview, records: Records, number: int) -> list[str]:
    """Return a record's cells, none where it is damaged."""
    if records.flaw[number] not in (flaws.GOOD, flaws.SHORT):
        return []
    piece = np.frombuffer(content[records.start[number] : records.end[number]], np.uint8)
    return [cell.decode(index.source.work_encoding, "replace") for cell in split_cells(piece, index.dialect)]


class CsvDrop:
    """An opened CSV file; see pipelines.reading.drops.Drop."""

    footer_bytes = b""

    def __init__(self, layout: Layout, index: Index, notices: tuple[str, ...]) -> None:
        source = index.source
        self._index = index
        header = source.work[layout.header_start : layout.data_start].tobytes()
        self.header_bytes = source.to_file_bytes(header)
        self.found = Found(
            format="csv",
            encoding=source.encoding,
            delimiter=layout.delimiter,
            row_delimiter=layout.row_delimiter,
            quote=layout.dialect.quote.decode() or None,
            escape="backslash" if layout.dialect.has_escapes else "doubled",
            has_header=layout.has_header,
            first_row=layout.first_row,
            confidence=layout.confidence,
            headers=layout.headers,
            preamble_lines=layout.preamble_lines,
            blank_lines=layout.blank_lines + index.blank_lines,
            records=index.rows,
            truncated=index.is_truncated,
            footer_lines=index.footer_lines,
            notices=notices,
        )

    def chunks(self, rows: int = 250_000) -> Iterator[pl.DataFrame]:
        """Yield the data rows in file order; see pipelines.reading.drops.Drop."""
        return work_ahead(self._read, self._cut_pieces(rows))

    def _cut_pieces(self, rows: int) -> Iterator[tuple[Block, int, memoryview, Records]]:
        for block in self._index.blocks:
            content, records = self._index.open_block(block)
            data = np.flatnonzero(~records.is_blank)
            for begin in range(0, len(data), rows):
                part = _select(records, int(data[begin]), int(data[min(begin + rows, len(data)) - 1]) + 1)
                yield block, block.first_row + begin, content, part

    def _read(self, block: Block, first_row: int, content: memoryview, records: Records) -> pl.DataFrame:
        index = self._index
        is_data = ~records.is_blank
        is_good = good_rows(records, is_padded=index.is_padded)
        flaw = np.where(is_good, np.uint8(flaws.GOOD), records.flaw)[is_data]
        count = int(np.count_nonzero(is_data))
        numbers = pl.DataFrame(
            {
                "row_number": pl.Series(np.arange(first_row, first_row + count, dtype=np.int64)),
                "line_number": pl.Series(block.first_line + records.line[is_data]),
                "flaw": name_flaws(flaw),
            }
        )
        cells = (
            parse_rows(index.source, index.dialect, index.width, content, records, is_good)
            if is_good.any()
            else pl.DataFrame(schema=dict.fromkeys(name_columns(index.width), pl.String))
        )
        if cells.height < count:
            places = pl.Series(np.where(flaw == flaws.GOOD, np.cumsum(flaw == flaws.GOOD) - 1, -1))
            cells = cells.select(pl.all().gather(places.replace(-1, None).cast(pl.UInt32)))
        return numbers.hstack(cells)

    def raw_records(self, row_numbers: pl.Series) -> pl.DataFrame:
        """Return the supplier's own bytes of these rows; see pipelines.reading.drops.Drop."""
        wanted = row_numbers.cast(pl.Int64).to_numpy()
        raw: dict[int, bytes] = {}
        tail = self._index.source.odd_tail
        for block in self._index.blocks:
            mine = np.unique(wanted[(wanted >= block.first_row) & (wanted < block.first_row + block.rows)])
            if not len(mine):
                continue
            content, records = self._index.open_block(block)
            places = np.flatnonzero(~records.is_blank)[mine - block.first_row]
            spans = zip(mine.tolist(), records.start[places].tolist(), records.next[places].tolist(), strict=True)
            raw.update((number, self._index.source.to_file_bytes(bytes(content[a:b]))) for number, a, b in spans)
            if tail and block.is_last and records.next[places[-1]] == len(content):
                raw[int(mine[-1])] += tail  # half a character, right behind the row
        return pl.DataFrame(
            {"row_number": wanted, "raw": [raw[number] for number in wanted.tolist()]},
            schema={"row_number": pl.Int64, "raw": pl.Binary},
        )


def _select(records: Records, begin: int, end: int) -> Records:
    part = slice(begin, end)
    return Records(
        records.start[part], records.end[part], records.next[part], records.line[part], records.fields[part],
        records.flaw[part], records.is_blank[part], records.lines, records.consumed,
    )  # fmt: skip
