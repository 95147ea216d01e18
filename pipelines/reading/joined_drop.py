"""Several tables of one archive, read as one drop."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from pipelines.columns.headers import holds_contact, show_header
from pipelines.errors import UserError
from pipelines.reading.containers import Content
from pipelines.reading.drops import Drop, Found

MAX_LISTED = 12
# Encodings in which an ASCII text is what it is in UTF-8.
_ASCII_LIKE = ("utf-8", "cp1252", "iso8859-1")
_SPLIT = "Send them as drops of their own."
_PIECE = 16 << 20


def join_drops(name: str, contents: Sequence[Content], drops: Sequence[Drop]) -> "JoinedDrop":
    """Read the members of an archive as one drop, in its order.

    Raises UserError, naming two members and what differs, where they are not written alike or their headers differ.
    """
    names = [content.name.removeprefix(f"{name}/") for content in contents]
    first = drops[0].found
    for member, drop in zip(names[1:], drops[1:], strict=True):
        _require_alike(name, names[0], first, member, drop.found)
    encoding = _settle_encoding(name, contents, drops, names)
    return JoinedDrop(names, drops, encoding)


class JoinedDrop:
    """Members of an archive in a row; see pipelines.reading.drops.Drop. Line numbers are within their member."""

    def __init__(self, names: Sequence[str], drops: Sequence[Drop], encoding: str) -> None:
        self._drops = drops
        self.header_bytes, self.footer_bytes = drops[0].header_bytes, drops[0].footer_bytes
        founds = [drop.found for drop in drops]
        ends = {found.row_delimiter for found in founds}
        listed = ", ".join(
            f"{member} {found.records:,} rows" for member, found in list(zip(names, founds, strict=True))[:MAX_LISTED]
        )
        more = f" and {len(names) - MAX_LISTED:,} more" if len(names) > MAX_LISTED else ""
        inner = tuple(
            f"{member}: {text}" for member, found in zip(names, founds, strict=True) for text in found.notices
        )
        self.found = replace(
            founds[0],
            encoding=encoding,
            row_delimiter=ends.pop() if len(ends) == 1 else "mixed",
            confidence={key: min(found.confidence.get(key, 1.0) for found in founds) for key in founds[0].confidence},
            preamble_lines=sum(found.preamble_lines for found in founds),
            blank_lines=sum(found.blank_lines for found in founds),
            footer_lines=sum(found.footer_lines for found in founds),
            records=sum(found.records for found in founds),
            truncated=any(found.truncated for found in founds),
            notices=(f"Read from {len(names):,} members: {listed}{more}.", *inner),
        )

    def chunks(self, rows: int = 250_000) -> Iterator[pl.DataFrame]:
        """Yield the data rows of all members; row numbers run on. See pipelines.reading.drops.Drop."""
        before = 0
        for drop in self._drops:
            for chunk in drop.chunks(rows):
                yield chunk.with_columns(pl.col("row_number") + before)
            before += drop.found.records

    def raw_records(self, row_numbers: pl.Series) -> pl.DataFrame:
        """Return the supplier's own bytes of these rows; see pipelines.reading.drops.Drop."""
        wanted = row_numbers.cast(pl.Int64).alias("row_number")
        parts, before = [], 0
        for drop in self._drops:
            mine = wanted.filter((wanted > before) & (wanted <= before + drop.found.records)).unique()
            parts.append(drop.raw_records(mine - before).with_columns(pl.col("row_number") + before))
            before += drop.found.records
        return wanted.to_frame().join(pl.concat(parts), on="row_number", how="left", maintain_order="left")


def _require_alike(file: str, one: str, first: Found, other: str, found: Found) -> None:
    """Refuse members of which one is written in another way, or has other columns."""
    for what, a, b in (
        ("format", first.format, found.format),
        ("delimiter", first.delimiter, found.delimiter),
        ("quote", first.quote, found.quote),
        ("escape of quotes", first.escape, found.escape),
    ):
        if a != b:
            raise UserError(file, f"The {what} of {one} is {a!r}, that of {other} is {b!r}.", _SPLIT)
    if first.has_header != found.has_header:
        with_one, without = (one, other) if first.has_header else (other, one)
        raise UserError(file, f"{with_one} has a header and {without} has none.", "Or declare file.has_header.")
    if len(first.headers) != len(found.headers):
        fact = f"{one} has {len(first.headers)} columns and {other} has {len(found.headers)}."
        raise UserError(file, fact, _SPLIT)
    is_lead = any(map(holds_contact, (*first.headers, *found.headers)))
    for place, (a, b) in enumerate(zip(first.headers, found.headers, strict=True), start=1):
        if a != b and is_lead:
            raise UserError(file, f"What should be the header is not the same in {one} and {other}.", _SPLIT)
        if a != b:
            fact = f"Column {place} is '{show_header(a)}' in {one} and '{show_header(b)}' in {other}."
            raise UserError(file, fact, _SPLIT)


def _settle_encoding(file: str, contents: Sequence[Content], drops: Sequence[Drop], names: Sequence[str]) -> str:
    """Return the encoding that holds for all members: their raw rows stand together in the reject file."""
    found = [drop.found.encoding for drop in drops]
    common = Counter(encoding for encoding in found if encoding != "utf-8").most_common(1)
    settled = common[0][0] if common else "utf-8"
    for number, encoding in enumerate(found):
        is_neutral = encoding == "utf-8" and settled in _ASCII_LIKE and _is_ascii(contents[number])
        if encoding != settled and not is_neutral:
            model = names[found.index(settled)]
            fact = f"The encoding of {model} is {settled}, that of {names[number]} is {encoding}."
            raise UserError(file, fact, "Declare file.encoding, or send them as drops of their own.")
    return settled


def _is_ascii(content: Content) -> bool:
    work = content.work
    return all(work[at : at + _PIECE].tobytes().isascii() for at in range(0, len(work), _PIECE))
