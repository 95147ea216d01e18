"""A template for a new supplier, drafted from a file of theirs: what was found pinned, a mapping proposed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl
from babel import Locale, UnknownLocaleError
from babel.dates import get_date_format
from phonenumbers import SUPPORTED_REGIONS

from pipelines.columns.countries import Guess, guess_region
from pipelines.columns.headers import BLANKS, list_headers, show_header
from pipelines.columns.profile import list_columns, profile_columns
from pipelines.columns.scoring import MUCH
from pipelines.columns.suggesting import Proposal, Suggestion, name_source, propose_mapping
from pipelines.errors import UserError
from pipelines.home import Home, hash_file
from pipelines.reading.drops import Found, open_drop
from pipelines.reading.settings import FileSettings
from pipelines.schema import PHONE_SLOTS
from pipelines.staging import CHUNK_ROWS
from pipelines.tables.field_types import DEFAULT_DATE_FORMAT
from pipelines.templates.reading import COMMENT_AT, write_line
from pipelines.templates.saved import save_template, template_path

MAX_LISTED = 40


@dataclass(frozen=True)
class Draft:
    """A template's text, what it maps (field, source, confidence), and what was found in the file."""

    text: str
    mapping: list[dict[str, Any]]
    doubtful: list[dict[str, Any]]
    region: str
    region_reason: str  # why it was guessed; empty where it was given
    found: dict[str, Any]

    def describe(self) -> dict[str, Any]:
        """Return the draft for JSON, without its text."""
        return {"mapping": self.mapping, "doubtful": self.doubtful, "region": self.region, "found": self.found}


def draft_template(
    home: Home,
    name: str,
    file: Path,
    region: str | None = None,
    *,
    sheet: str | None = None,
    records: str | None = None,
) -> tuple[Path, Draft]:
    """Save a template drafted from a file under a name; return where, and the draft.

    Without ``region`` the country is guessed from the numbers; ``sheet`` and ``records`` are as in FileSettings.
    Holds headers and shares, no cell. Raises UserError for a name that is taken, a region that is none, a file that
    cannot be read, and one without phones and e-mails.
    """
    if template_path(home, name).exists():
        raise UserError("template", f"'{name}' is saved already.", "Choose another name, or delete it first.")
    if region is not None and region not in SUPPORTED_REGIONS:
        raise UserError("--region", f"'{region[:20]}' is not an ISO country with a telephone plan.", "Such as GB.")
    hash_file(file)  # says what is wrong with a path that is no file
    settings = FileSettings(sheet=sheet, records=records)
    drop = open_drop(file, settings)
    headers = list(drop.found.headers)
    chunk = next(drop.chunks(CHUNK_ROWS), None)
    if chunk is None:
        raise UserError(file.name, "The file has no rows to judge its columns by.", "Take a file with some.")
    guess = Guess(region, "") if region else guess_region(chunk, headers)
    profile = profile_columns(chunk, headers, guess.region)
    proposal = propose_mapping(profile, guess.region)
    if not {each.field for each in proposal.mapping} & {*PHONE_SLOTS, "email"}:
        fact = f"No column looks like phones or e-mail addresses. {list_headers(headers)}"
        remedy = "Name the country with --region, or begin with: leadmill templates new NAME, and map a column by hand."
        raise UserError(file.name, fact, remedy)
    text = _write(name, file.name, _pin_file(drop.found, settings), drop.found, profile, proposal, guess)
    draft = Draft(
        text,
        [_describe(each, headers) for each in proposal.mapping],
        [_describe(each, headers) for each in proposal.doubtful],
        guess.region,
        guess.reason,
        asdict(drop.found) | {"columns": list_columns(profile)},
    )
    return save_template(home, name, text), draft


def _describe(each: Suggestion, headers: Sequence[str]) -> dict[str, Any]:
    return {
        "field": each.field,
        "source": name_source(each.positions, headers),
        "confidence": round(each.confidence, 2),
    }


def _write(
    name: str,
    file: str,
    pins: dict[str, Any],
    found: Found,
    profile: pl.DataFrame,
    proposal: Proposal,
    guess: Guess,
) -> str:
    headers = found.headers
    lines = [
        "# yaml-language-server: $schema=template.schema.json",
        f"# Drafted from {show_header(file)}: look through it, then preview the file by it.",
        write_line("name", name),
        write_line("supplier", name, "who is paid for the leads"),
        write_line(
            "list", {"mode": "named", "name": name}, "or {mode: per_import | per_day, clone_from: ..., prefix: ...}"
        ),
        write_line("file", pins, _tell_confidence(found)),
        write_line("phone", *_pin_phone(profile, proposal, guess)),
        *_pin_dates(proposal, guess),
        write_line("dnc", {"categories": ["IVR", "Imported", "Requested"]}),
        write_line("dedupe", {"keys": ["phone", "email"], "scope": ["file", "destination"], "action": "keep_existing"}),
        "mapping:".ljust(COMMENT_AT) + "  # field: header or position from 1; behind it, how sure that is (0 to 1)",
    ]
    for each in proposal.mapping:
        comment = f"{each.confidence:.2f}"
        if not all(headers[position - 1].strip(BLANKS) for position in each.positions):
            comment += ", by what the cells look like"
        lines.append("  " + write_line(each.field, name_source(each.positions, headers), comment))
    lines += [
        "  # " + write_line(each.field, _name(each, headers), f"{each.confidence:.2f}") for each in proposal.doubtful
    ]
    told = {position for each in (*proposal.mapping, *proposal.doubtful) for position in each.positions}
    left = [f"{show_header(h)} ({i})" if h.strip(BLANKS) else str(i) for i, h in enumerate(headers, 1) if i not in told]
    if left:
        more = f", and {len(left) - MAX_LISTED} more" if len(left) > MAX_LISTED else ""
        lines += [f"# Not mapped: {', '.join(left[:MAX_LISTED])}{more}"]
    return "\n".join(lines) + "\n"


def _pin_dates(proposal: Proposal, guess: Guess) -> list[str]:
    """Return the line that says how capture dates are written, by the country, where one is mapped."""
    if not any(each.field == "captured_on" for each in proposal.mapping):
        return []
    written = guess_date_format(guess.region)
    return [write_line("captured", {"date_format": written}, "guessed by the country: look; ISO dates fit as well")]


def guess_date_format(region: str) -> str:
    """Return how days are mostly written in a country, as ``file.date_format``; as in the United Kingdom if not known.

    Source: the short dates of Unicode CLDR.
    """
    try:
        short = get_date_format("short", Locale.parse(f"und_{region}")).pattern
    except (ValueError, UnknownLocaleError):
        return DEFAULT_DATE_FORMAT
    order = list(dict.fromkeys(letter for letter in short if letter in "dMy"))
    mark = next((letter for letter in short if letter in "/.-"), "/")
    return mark.join({"d": "dd", "M": "MM", "y": "yyyy"}[letter] for letter in order)


def _name(each: Suggestion, headers: Sequence[str]) -> str | int:
    """Return a column for a comment: on one line, whatever its header holds."""
    source = name_source(each.positions, headers)
    return show_header(source) if isinstance(source, str) else each.positions[0]


def _pin_file(found: Found, settings: FileSettings) -> dict[str, Any]:
    pins: dict[str, Any] = {"format": found.format}
    pins |= {"encoding": found.encoding} if found.format != "xlsx" else {}
    pins |= {key: value for key in ("sheet", "records") if (value := getattr(settings, key))}
    if found.format in ("csv", "xlsx"):
        pins |= {"delimiter": found.delimiter} if found.delimiter and found.format == "csv" else {}
        pins["has_header"] = found.has_header
        # With a header its names tell where the table begins, however long the preamble is next time.
        pins |= {"first_row": found.first_row} if not found.has_header and found.first_row != 1 else {}
        pins |= {"quote": found.quote or "none"} if found.quote != '"' else {}
        pins |= {"escape": found.escape} if found.escape not in (None, "doubled") else {}
    return pins


def _tell_confidence(found: Found) -> str:
    return "as found: " + ", ".join(f"{what} {share:.2f}" for what, share in found.confidence.items())


def _pin_phone(profile: pl.DataFrame, proposal: Proposal, guess: Guess) -> tuple[dict[str, str], str]:
    value = {"format": "uk"} if guess.region == "GB" else {"region": guess.region}
    told = [f"guessed, {show_header(guess.reason)}"] if guess.reason else []
    positions = [each.positions[0] for each in proposal.mapping if each.field in PHONE_SLOTS]
    if positions:
        first = profile.row(positions[0] - 1, named=True)
        told.append(f"{first['phone']:.0%} of the cells in column {positions[0]} are valid numbers of {guess.region}")
        if first["possible"] >= MUCH:
            told.append(f"{first['possible']:.0%} may lack their area code: see area_code")
    return value, "; ".join(told)
