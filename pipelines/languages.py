"""Languages as people write them, and their tags: what CLDR, as Babel has it, knows."""

import re
from functools import cache

from babel import Locale
from babel.core import get_global

from pipelines.errors import nearest

TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|[0-9]{3}))?")
# In which languages the names of languages are understood: those in which headers are.
NAMED_IN = ("en", "de", "fr", "es", "nl")
# Codes of ISO 639 that are no language: several, none, undetermined.
NO_LANGUAGE = {"mul", "zxx", "und", "root", "mis"}


def read_language(text: str) -> str | None:
    """Return the tag of a language: ``en`` for ``EN``, ``eng`` and ``English``, ``en-GB`` for ``en_gb``; else null.

    Codes are those of ISO 639 and ISO 3166; an old one becomes the one in use (``iw``: ``he``, ``en-UK``: ``en-GB``).
    """
    found = TAG.fullmatch(text)
    tag = _build_tag(*found.groups()) if found else None
    return tag or _names().get(text.casefold())


def suggest_language(text: str) -> str:
    """Return ``Did you mean 'en'?`` for the tag that is most likely meant, or an empty text."""
    meant = read_language(text)
    if meant:
        return f"Did you mean '{meant}'?"
    language = re.split(r"[-_]", text)[0]
    return nearest(text, sorted(_languages())) if len(language) == len(text) else suggest_language(language)


def _build_tag(language: str, script: str | None, region: str | None) -> str | None:
    aliases = get_global("territory_aliases")
    code = str(get_global("language_aliases").get(language.lower(), language.lower()))
    parts = [code] if code in _languages() else []
    english = Locale("en")
    if script is not None:
        parts.append(script.title() if script.title() in english.scripts else "")
    if region is not None:
        country = aliases.get(region.upper(), [region.upper()])[0]
        parts.append(country if country in english.territories else "")
    return "-".join(parts) if code in parts and all(parts) else None


@cache
def _languages() -> frozenset[str]:
    return frozenset(code for code in map(str, Locale("en").languages) if code.isalpha()) - NO_LANGUAGE


@cache
def _names() -> dict[str, str]:
    """Return code by name, folded; where two languages share a name in different languages, the English one's."""
    names: dict[str, str] = {}
    for locale in NAMED_IN:
        for code, name in Locale(locale).languages.items():
            if code in _languages():
                names.setdefault(name.casefold(), code)
    return names
