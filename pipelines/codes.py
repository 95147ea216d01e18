"""The codes that say why a row ended as it did: what each means and what to do about it.

A code is stable. `R…` rejected, `Q…` quarantined, `W…` a warning that rides along with any fate. docs/codes.md is
checked against this table.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """What a code means and what the supplier or the importer can do."""

    meaning: str
    remedy: str


_RESEND = "Correct the row and send it again."

CODES: dict[str, Code] = {
    # Rejected: the row gives no lead.
    "R_NO_CONTACT": Code("The row has no contact point of the kind the template asks for.", "Send a phone or e-mail."),
    "R_PHONE_INVALID": Code("No telephone plan has this number.", "Check the number with the person."),
    "R_PHONE_TOO_SHORT": Code("The number has too few digits.", "Check for digits lost in a spreadsheet."),
    "R_PHONE_TOO_LONG": Code("The number has too many digits.", "Check for two numbers in one cell."),
    "R_PHONE_NO_AREA_CODE": Code(
        "The number is local: it has no area code.", "Send the area code, or set phone.area_code in the template."
    ),
    "R_PHONE_PLACEHOLDER": Code("The cell holds a filler instead of a number.", "Leave the cell empty."),
    "R_PHONE_SPREADSHEET": Code(
        "A spreadsheet rounded the number: digits are lost.", "Export the column as text and send it again."
    ),
    "R_PHONE_TYPE": Code(
        "The number is of a type that the template refuses, such as premium rate.",
        "Send another number of the person, or change phone.types in the template.",
    ),
    "R_EMAIL_INVALID": Code("The e-mail address is not well formed.", "Correct the address."),
    "R_EMAIL_MISSING": Code("The template asks for an e-mail address.", "Send one."),
    "R_FIELD_TYPE": Code(
        "A value does not fit the type of a strict field of a contact data table.",
        "Correct the value, or take strict off the field.",
    ),
    "R_TOO_OLD": Code(
        "The lead was captured more days before the import than the template allows.",
        "Send newer leads, or change captured.max_age_days in the template.",
    ),
    "R_COOLDOWN": Code(
        "The person was invited or called, or answered, less than a cool-down of the template ago.",
        "Nothing to correct. Send the person again after the day in the detail.",
    ),
    "R_DNC": Code(
        "The number stands on a do-not-call list; the code goes on with the category, as in R_DNC_Requested.",
        "Do not call. Nothing to correct.",
    ),
    "R_DUP_IN_FILE": Code("An earlier or later row of the file is the same person.", "Nothing to correct."),
    "R_DUP_SAME_SUPPLIER": Code("The same supplier has delivered this person before.", "Ask for a credit."),
    "R_DUP_OTHER_SUPPLIER": Code("Another supplier delivered this person first.", "Nothing to correct."),
    # Quarantined: a person has to look.
    "Q_RAGGED_SHORT": Code("The row has fewer fields than the header.", _RESEND),
    "Q_RAGGED_LONG": Code("The row has more fields than the header.", "Quote fields that hold the delimiter."),
    "Q_STRAY_QUOTE": Code("A quote stands in the middle of a field.", "Double quotes inside quoted fields."),
    "Q_UNCLOSED_QUOTE": Code("A quoted field never ends.", "Close the quote; check that the file is whole."),
    "Q_BAD_BYTES": Code("The row has bytes that its encoding does not know.", "Declare the encoding or send UTF-8."),
    "Q_CONTROL": Code("The row has control characters.", "Export the row as plain text."),
    "Q_TOO_LONG": Code("A field is longer than any lead field can be.", _RESEND),
    "Q_NOT_AN_OBJECT": Code("The item is not an object of field names and values.", _RESEND),
    "Q_DUPLICATE_KEY": Code("The record names a field twice.", _RESEND),
    "Q_MULTIPLE_MATCHES": Code(
        "The row matches several different leads.", "Say which one it is, or set dedupe.on_multiple: first."
    ),
    # Warnings: the row goes on.
    "W_PHONE_DROPPED": Code("A phone cell was not usable and was emptied.", "The raw text is in raw_cells."),
    "W_EMAIL_DROPPED": Code("The e-mail cell was not usable and was emptied.", "The raw text is in raw_cells."),
    "W_LANGUAGE_UNKNOWN": Code(
        "The language cell names no language and was emptied.",
        "Send a tag such as en or en-GB; the raw text is in raw_cells.",
    ),
    "W_LANGUAGE_DEFAULT": Code(
        "The row has no language: a new lead gets the template's default_language.", "Nothing to correct."
    ),
    "W_FIELD_TYPE": Code(
        "A value does not fit the type of its field in a contact data table and was left out.",
        "The raw text is in raw_cells.",
    ),
    "W_CAPTURED_ON": Code(
        "The capture date is no date as the template writes them, or lies in the future: the age is not known.",
        "Set captured.date_format in the template; the raw text of what is no date is in raw_cells.",
    ),
    "W_DNC_DROPPED": Code("A number on a do-not-call list was taken off the lead.", "Nothing to correct."),
    "W_TRUNCATED": Code("Digits beyond phone.max_length were cut off.", "Check that it is still the same number."),
    "W_SECOND_NUMBER": Code("More text stood behind the number; the first was kept.", "Map a second phone column."),
    "W_SPREADSHEET_REPAIRED": Code("Spreadsheet damage was undone; no digit was lost.", "Export the column as text."),
    "W_PHONE_NUMERIC": Code(
        "The phone cell is a number, not text: a spreadsheet may have dropped a leading zero.",
        "Format the column as text and send it again.",
    ),
    "W_AREA_CODE_ADDED": Code("The template's area code was put before a local number.", "Nothing to correct."),
    "W_EXTENSION": Code("The number has an extension; the dial string has none.", "Nothing to correct."),
    "W_SHARED_PHONE": Code(
        "The number stands on more rows of the file than one person has: nobody is the same by it.",
        "Send the person's own number; see dedupe.shared_phone_above.",
    ),
    "W_MULTIPLE_MATCHES": Code("The row matches several leads; the best was updated.", "Merge the leads."),
}


def find_code(code: str) -> Code:
    """Return what a code means; a do-not-call code is found by its family.

    Raises KeyError where no such code is known, which is a bug and not the user's doing.
    """
    if code.startswith("R_DNC_"):
        return Code(f"The number stands on the do-not-call list {code[6:]}.", CODES["R_DNC"].remedy)
    return CODES[code]
