r"""Derive the number blocks of ``blocks.csv`` from the patterns in libphonenumber's metadata.

A block is a run of leading digits after which *every* ending of the stated length is a valid number. Blocks are found
by expanding a pattern (digits, ``\d``, classes, groups, repeats: nothing else occurs there) into sequences of digit
sets and enumerating the leading ones: exact, with no probing. They are frozen in a file, so that a seed gives the same
bytes under any release of ``phonenumbers``; a test holds the file against the installed one. It has the blocks that
9.0.20 and 9.0.43 share. To derive them again: ``python -m examples.numbering > blocks.csv`` outside the package, with
the oldest and the newest release allowed, and keep what both have.
"""

import sys
from collections.abc import Iterator
from itertools import product

from phonenumbers import PhoneMetadata, PhoneNumberDesc

Digits = tuple[str, ...]  # one text of allowed digits for each position: ("7", "0123", "0123456789")

ANY = "0123456789"
KINDS = {
    "GB": ("five_six", "four_seven", "three_eight", "mobile"),
    "AU": ("landline", "mobile"),
    "US": ("any",),
    "ZA": ("landline", "mobile"),
    "IE": ("landline", "mobile"),
}
LEAD = {"GB": 4, "AU": 4, "US": 4, "ZA": 3, "IE": 3}  # leading digits that a block spells out
LENGTH = {"GB": 10, "AU": 9, "US": 10, "ZA": 9, "IE": 9}  # digits of a national number that the generator uses


def expand_pattern(pattern: str) -> list[Digits]:
    """Return every sequence of digit sets that the pattern stands for."""
    sequences, rest = _expand_choice(pattern)
    if rest:
        raise ValueError(f"{pattern}: cannot read the pattern from {rest!r} on.")
    return sequences


def _expand_choice(text: str) -> tuple[list[Digits], str]:
    found: list[Digits] = []
    while True:
        branch, text = _expand_branch(text)
        found += branch
        if not text.startswith("|"):
            return found, text
        text = text[1:]


def _expand_branch(text: str) -> tuple[list[Digits], str]:
    sequences: list[Digits] = [()]
    while text and text[0] not in "|)":
        piece, text = _expand_piece(text)
        low, high, text = _read_repeat(text)
        repeats = [sum(parts, ()) for n in range(low, high + 1) for parts in product(piece, repeat=n)]
        sequences = [head + tail for head in sequences for tail in repeats]
    return sequences, text


def _expand_piece(text: str) -> tuple[list[Digits], str]:
    if text.startswith("(?:"):
        inner, rest = _expand_choice(text[3:])
        return inner, rest[1:]
    if text.startswith("\\d"):
        return [(ANY,)], text[2:]
    if text[0] == "[":
        inside, rest = text[1:].split("]", 1)
        return [(_list_class(inside),)], rest
    if text[0].isdigit():
        return [(text[0],)], text[1:]
    raise ValueError(f"{text}: not a piece of a number pattern.")


def _list_class(inside: str) -> str:
    return "".join(
        digit
        for digit in ANY
        if digit in inside.replace("-", "")
        or any(inside[i - 1] < digit < inside[i + 1] for i, sign in enumerate(inside) if sign == "-")
    )


def _read_repeat(text: str) -> tuple[int, int, str]:
    if text.startswith("?"):
        return 0, 1, text[1:]
    if not text.startswith("{"):
        return 1, 1, text
    inside, rest = text[1:].split("}", 1)
    low, _, high = inside.partition(",")
    return int(low), int(high or low), rest


def find_blocks(desc: PhoneNumberDesc, lead: int, length: int) -> list[str]:
    """Return, sorted, the leads of that many digits after which every ending to the given length matches.

    A lead under which a shorter number matches as well is left out, so that a cut number is never valid by chance.
    """
    sequences = expand_pattern(desc.national_number_pattern or "")
    whole = {p for s in sequences if len(s) == length and _is_open(s, lead) for p in _list_leads(s, lead)}
    short = {p for s in sequences if lead <= len(s) < length for p in _list_leads(s, lead)}
    return sorted(whole - short)


def _is_open(sequence: Digits, lead: int) -> bool:
    return all(digits == ANY for digits in sequence[lead:])


def _list_leads(sequence: Digits, lead: int) -> Iterator[str]:
    return ("".join(digits) for digits in product(*sequence[:lead]))


def name_kind(region: str, lead: str, is_mobile: bool) -> str | None:
    """Name the kind of a block: in the UK by how its number is written, elsewhere landline or mobile; None drops it."""
    if region == "US":
        return "any"
    if region == "AU" and not is_mobile and lead[1] < "4":
        return None  # valid, but a local number seldom starts so
    if is_mobile or region != "GB":
        return "mobile" if is_mobile else "landline"
    if lead[0] == "2":
        return "three_eight"
    return "four_seven" if lead[1] == "1" or lead[2] == "1" else "five_six"


def derive_blocks() -> list[tuple[str, str, int, list[str]]]:
    """Return (region, kind, length, leads) for each region and kind, from the installed metadata."""
    rows = []
    for region, kinds in KINDS.items():
        metadata = PhoneMetadata.metadata_for_region(region)
        if metadata is None or metadata.fixed_line is None or metadata.mobile is None:
            raise LookupError(f"{region}: the installed phonenumbers has no metadata for it.")
        leads: dict[str, list[str]] = {kind: [] for kind in kinds}
        for desc, is_mobile in ((metadata.fixed_line, False), (metadata.mobile, True)):
            if region == "US" and is_mobile:
                continue  # one plan serves both there
            for lead in find_blocks(desc, LEAD[region], LENGTH[region]):
                kind = name_kind(region, lead, is_mobile)
                if kind is not None:
                    leads[kind].append(lead)
        rows += [(region, kind, LENGTH[region], leads[kind]) for kind in kinds]
    return rows


def main() -> None:
    """Write the blocks as CSV to the standard output."""
    sys.stdout.write("region,kind,length,leads\n")
    for region, kind, length, leads in derive_blocks():
        sys.stdout.write(f"{region},{kind},{length},{' '.join(leads)}\n")


if __name__ == "__main__":
    main()
