"""What became of a row, in the result codes of CheckMarket: one per row, for every row.

Their codes tell fewer things apart than ours and some that we do not know; where nothing of theirs fits, the nearest
stands, with a word why. A test holds that each of our codes is here. Source: checklist, "Also known of this API".
"""

from pipelines.codes import CODES

# What their codes say, for those that we give.
MEANINGS = {
    "R0300": "Updated.",
    "R0301": "Created.",
    "R0302": "Invalid date or value.",
    "R0306": "Invalid language.",
    "R0307": "No e-mail address.",
    "R0308": "Invalid e-mail address.",
    "R0309": "Opted out.",
    "R0310": "On the global bounce list.",
    "R0311": "In a cool-down period.",
    "R0315": "Duplicate in the file.",
    "R0316": "Duplicate among the contacts.",
    "R0317": "No identifying value.",
    "R0318": "Created with the default language.",
    "R0322": "Invalid phone number.",
}
# Theirs by our code, or by our fate where a row has none.
RESULT_CODES = {
    "created": "R0301",
    "updated": "R0300",
    "W_LANGUAGE_DEFAULT": "R0318",
    "W_LANGUAGE_UNKNOWN": "R0306",
    "R_NO_CONTACT": "R0317",
    "R_PHONE_INVALID": "R0322",
    "R_PHONE_TOO_SHORT": "R0322",
    "R_PHONE_TOO_LONG": "R0322",
    "R_PHONE_NO_AREA_CODE": "R0322",
    "R_PHONE_PLACEHOLDER": "R0322",
    "R_PHONE_SPREADSHEET": "R0322",
    "R_PHONE_TYPE": "R0322",
    "R_EMAIL_INVALID": "R0308",
    "R_EMAIL_MISSING": "R0307",
    "R_FIELD_TYPE": "R0302",  # an invalid date of birth is their only value that does not fit its type
    "R_DNC": "R0309",
    "R_DNC_Bounce": "R0310",
    "R_TOO_OLD": "R0302",  # a date that is not accepted; they have no word for old
    "R_COOLDOWN": "R0311",
    "R_DUP_IN_FILE": "R0315",
    "R_DUP_SAME_SUPPLIER": "R0316",
    "R_DUP_OTHER_SUPPLIER": "R0316",
    # A row that cannot be read identifies nobody.
    "Q_RAGGED_SHORT": "R0317",
    "Q_RAGGED_LONG": "R0317",
    "Q_STRAY_QUOTE": "R0317",
    "Q_UNCLOSED_QUOTE": "R0317",
    "Q_BAD_BYTES": "R0317",
    "Q_CONTROL": "R0317",
    "Q_TOO_LONG": "R0317",
    "Q_NOT_AN_OBJECT": "R0317",
    "Q_DUPLICATE_KEY": "R0317",
    "Q_MULTIPLE_MATCHES": "R0316",
}
# Warnings of which their one code per row leaves no room to speak: the row went in.
PASSED_OVER = {
    "W_PHONE_DROPPED",
    "W_EMAIL_DROPPED",
    "W_FIELD_TYPE",
    "W_CAPTURED_ON",
    "W_DNC_DROPPED",
    "W_TRUNCATED",
    "W_SECOND_NUMBER",
    "W_SPREADSHEET_REPAIRED",
    "W_PHONE_NUMERIC",
    "W_AREA_CODE_ADDED",
    "W_EXTENSION",
    "W_SHARED_PHONE",
    "W_MULTIPLE_MATCHES",
}


def list_results() -> list[tuple[str, str, str]]:
    """Return our code or fate, theirs, and a message: what theirs says, then what ours does."""
    rows = []
    for code, result in RESULT_CODES.items():
        ours = CODES.get("R_DNC" if code.startswith("R_DNC_") else code)
        rows.append((code, result, f"{MEANINGS[result]} {ours.meaning}" if ours else MEANINGS[result]))
    return rows
