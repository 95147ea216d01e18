"""Why a row of a report was not loaded: each reason once, with what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Flaw:
    """What is so, and what to do; whole sentences without anybody's data."""

    meaning: str
    remedy: str


UNREADABLE = "unreadable_row"
NO_LEAD, BAD_NUMBER, ROUNDED_ID = "no_lead", "bad_number", "rounded_id"
BAD_TIME, FUTURE_TIME = "bad_time", "future_time"
NO_OUTCOME, BAD_AMOUNT, BAD_CURRENCY, BAD_STATE = "no_outcome", "bad_amount", "bad_currency", "bad_state"
UNKNOWN_LEAD, GONE_LEAD = "unknown_lead", "gone_lead"

# Rows that cannot be read.
BAD = {
    UNREADABLE: Flaw("The row itself cannot be read.", "Correct its quotes and delimiters."),
    NO_LEAD: Flaw("It has neither a lead id nor a number.", "Fill in one of them."),
    BAD_NUMBER: Flaw("The number cannot be read, and there is no lead id.", "Correct the number, or check --region."),
    ROUNDED_ID: Flaw(
        "A spreadsheet has rounded the lead ids, and there is no number.", "Export again, with the ids as text."
    ),
    BAD_TIME: Flaw("The time is missing or not ISO, such as 2026-03-02T09:30:00Z.", "Write it so."),
    FUTURE_TIME: Flaw("The time lies more than a day ahead.", "Check the dialler's clock."),
    NO_OUTCOME: Flaw("The outcome is missing.", "Fill in the dialler's code."),
    BAD_AMOUNT: Flaw("The sale value is no amount such as 199.50.", "Write digits and a point, without a currency."),
    BAD_CURRENCY: Flaw("The currency is no ISO code.", "Write it as GBP."),
    BAD_STATE: Flaw("The state is neither open nor closed.", "Write open or closed."),
}
# Rows that can be read and are about nobody here.
UNMATCHED = {
    UNKNOWN_LEAD: Flaw("No lead here has this id or number.", "Import the leads first, or leave the row out."),
    GONE_LEAD: Flaw("The lead was ours and is gone.", "Nothing: what is gone is not called back."),
}
FLAWS = BAD | UNMATCHED
