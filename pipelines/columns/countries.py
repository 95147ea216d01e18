"""Which country a file's numbers are from, where nobody has said so."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl
from babel import Locale
from phonenumbers import SUPPORTED_REGIONS, PhoneMetadata

from pipelines.cleaning.numbers import find_local_lengths
from pipelines.columns.headers import BLANKS, fold_header
from pipelines.columns.postcodes import POSTCODES
from pipelines.columns.profile import FLOAT_TAIL, PHONE_LIKE, sample_rows
from pipelines.columns.scoring import MUCH, judge_header, split_words
from pipelines.columns.words import list_words
from pipelines.phones.parsing import parse_phones

# Where a new supplier's numbers may be from, the likeliest first; one further on has to be better by MARGIN.
REGIONS = ("GB", "US", "AU", "ZA", "IE", "CA", "NZ", "FR", "NL", "ES", "BE", "CH", "IT", "IN", "AT", "DE")
MARGIN = 0.05
# Below this nothing speaks for a country.
LEAST = 0.3
# A number without the 0 that is dialled before it in its country may be another country's as well, and so may one that
# lacks its area code.
HALF_TOLD = 0.7
POSTCODE_WEIGHT = 0.25
NEARLY_ALL = 0.8
LANGUAGES = ("en", "de", "fr", "es", "nl")
SHORT_NAMES = {"usa": "US", "uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "great britain": "GB"}
# Words of headers that say in which language, and so most likely where, a file was made; they count a little.
LANGUAGE_WEIGHT = 0.15
# Addresses under a country's own domain (``.com.au``) count in proportion to the share of addresses that have it.
DOMAIN_WEIGHT = 0.3
DOMAIN = r"(?i)(?:@|^https?://|^www\.)[\pL\pN.-]+\.([a-z]{2})(?:[/:?#].*)?$"
OTHER_DOMAINS = {"UK": "GB"}
HEADER_WORDS = {
    "DE": list_words("telefon rufnummer handy plz postleitzahl vorname nachname anrede strasse hausnummer ort firma"),
    "FR": list_words("prenom nom civilite ville rue courriel portable societe entreprise cp"),
    "NL": list_words("voornaam achternaam aanhef telefoon mobiel plaats woonplaats straat bedrijf"),
    "ES": list_words("nombre apellido apellidos telefono movil correo direccion calle ciudad empresa"),
    "IT": list_words("nome cognome telefono cellulare indirizzo citta cap azienda"),
}


@dataclass(frozen=True)
class Guess:
    """A country (ISO code) and why it was chosen: a few words that hold no cell."""

    region: str
    reason: str


def guess_region(chunk: pl.DataFrame, headers: Sequence[str]) -> Guess:
    """Guess the country of a file's numbers: from its country column, else from which plan has most of its numbers.

    ``chunk`` is as the reader gives it. International numbers tell their country themselves. Postcodes written as a
    country writes them, under a header that says so, and e-mail and web addresses under its domain count a little.
    Where nothing tells, the answer is GB.
    """
    sample = sample_rows(chunk)
    words = [split_words(header) for header in headers]
    for at, header in enumerate(headers):
        named = _name_country(sample, at, judge_header("country", words[at]))
        if named:
            return Guess(named, f"the cells under '{header.strip(BLANKS)}' say so")
    columns = [at for at in range(len(headers)) if judge_header("phone", words[at]) >= MUCH]
    is_named = bool(columns)
    cells = [_list_numbers(sample, at) for at in (columns or range(len(headers)))]
    cells = [column for column in cells if len(column)]
    abroad = _name_international(pl.concat(cells)) if cells else None
    if abroad:
        return Guess(abroad, "the numbers are international")
    best, most = REGIONS[0], 0.0
    postcodes = [at for at in range(len(headers)) if judge_header("postcode", words[at]) >= MUCH]
    domains = _share_domains(sample, len(headers))
    for region in REGIONS:
        shares = [_share_told(column, region) for column in cells]
        score = (sum(shares) / len(shares) if is_named else max(shares)) if shares else 0.0
        score += POSTCODE_WEIGHT * max((_share_postcodes(sample, at, region) for at in postcodes), default=0.0)
        score += DOMAIN_WEIGHT * domains.get(region, 0.0) if score else 0.0
        is_spoken = any(HEADER_WORDS.get(region, frozenset()) & set(each) for each in words)
        score += LANGUAGE_WEIGHT if is_spoken and score else 0.0
        if score > most + (MARGIN if region != REGIONS[0] else 0.0):
            best, most = region, score
    if most < LEAST:
        return Guess(REGIONS[0], "nothing tells the country: correct it")
    is_told = most >= HALF_TOLD + POSTCODE_WEIGHT
    return Guess(best, "most numbers fit" if is_told else "not all numbers fit: check the country")


def _cells(sample: pl.DataFrame, at: int) -> pl.Series:
    cells = sample[f"c{at + 1}"].drop_nulls().str.strip_chars(BLANKS)
    return cells.filter(cells != "")


@cache
def list_countries() -> dict[str, str]:
    """Return ISO codes by the folded names and codes of the countries. Source: CLDR, as Babel packages it."""
    names = {code.casefold(): code for code in SUPPORTED_REGIONS if len(code) == 2}
    for language in LANGUAGES:
        territories = Locale(language).territories
        names |= {fold_header(name): code for code, name in territories.items() if code in SUPPORTED_REGIONS}
    return names | SHORT_NAMES


def _name_country(sample: pl.DataFrame, at: int, named: float) -> str | None:
    cells = _cells(sample, at) if named >= MUCH else pl.Series([], dtype=pl.String)
    if not len(cells):
        return None
    top = cells.value_counts(sort=True).row(0)
    return list_countries().get(fold_header(top[0])) if top[1] >= NEARLY_ALL * len(cells) else None


def _list_numbers(sample: pl.DataFrame, at: int) -> pl.Series:
    """Return the cells that may be numbers, where half of a column may."""
    cells = _cells(sample, at)
    likely = cells.str.replace_all(FLOAT_TAIL, "")
    likely = likely.filter(likely.str.contains(PHONE_LIKE) & (likely.str.count_matches(r"[0-9]") >= 7)).rename("cell")
    return likely if len(likely) >= MUCH * len(cells) else likely.clear()


def _name_international(cells: pl.Series) -> str | None:
    if cells.str.contains(r"^\+").mean() < NEARLY_ALL:  # type: ignore[operator]
        return None
    regions = parse_phones(cells, None)["region"].drop_nulls()
    return str(regions.value_counts(sort=True)[0, 0]) if len(regions) else None


def _share_told(cells: pl.Series, region: str) -> float:
    """Return which share of the cells a region's plan has; those that it has but in part count in part."""
    prefix = (PhoneMetadata.metadata_for_region(region) or PhoneMetadata).national_prefix
    is_valid = pl.col("is_valid").fill_null(value=False)
    digits = cells.str.replace_all(r"[^0-9]", "")
    is_bare = (pl.col("national_number") == pl.lit(digits)) & pl.lit(prefix == "0")
    is_short = digits.str.len_chars().is_in(find_local_lengths(region)) & ~cells.str.contains(r"^[^0-9]*[+0]")
    is_local = (pl.col("possible") == "IS_POSSIBLE_LOCAL_ONLY") | pl.lit(is_short)
    told = pl.when(is_valid & ~is_bare.fill_null(value=False)).then(1.0).when(is_valid | is_local).then(HALF_TOLD)
    return float(parse_phones(cells, region).select(told.otherwise(0.0).mean()).item())


def _share_postcodes(sample: pl.DataFrame, at: int, region: str) -> float:
    cells = _cells(sample, at)
    if not len(cells) or region not in POSTCODES:
        return 0.0
    return float(cells.str.to_uppercase().str.contains(f"^(?:{POSTCODES[region]})$").mean())  # type: ignore[arg-type]


def _share_domains(sample: pl.DataFrame, columns: int) -> dict[str, float]:
    """Return by country which share of the e-mail and web addresses stands under its domain."""
    cells = pl.concat([_cells(sample, at).rename("cell") for at in range(columns)])
    addresses = cells.filter(cells.str.contains(r"(?i)^[^@\s]+@[^@\s]+\.[a-z]{2,}$|^(?:https?://|www\.)\S+$"))
    if not len(addresses):
        return {}
    ends = addresses.str.extract(DOMAIN).str.to_uppercase().drop_nulls().replace(OTHER_DOMAINS)
    return {str(end): count / len(addresses) for end, count in ends.value_counts().iter_rows()}
