"""Why an import waits for a person."""

from pipelines.codes import find_code
from pipelines.columns.fingerprint import Comparison
from pipelines.committing import Ledger
from pipelines.order import Order
from pipelines.staging import CleanedDrop
from pipelines.templates.template import Template


def why_held(order: Order, cleaned: CleanedDrop, ledger: Ledger, columns: Comparison) -> str:
    """Return why a person has to look before this import goes on, or an empty text."""
    reasons = () if order.is_forced else columns.hold_reasons
    rest = _why_rows_held(order.template, ledger, is_cut=cleaned.drop.found.truncated)
    if reasons and not rest:
        rest = "Release the import to load it as it is, or cancel it."
    return " ".join((*reasons, rest))


def _why_rows_held(template: Template, ledger: Ledger, *, is_cut: bool) -> str:
    """Return what is wrong with the rows as a whole, or an empty text."""
    if is_cut:
        return (
            "The file seems cut off in the middle of its last row. Ask the supplier for the whole file; release the"
            " import to load what is here, or cancel it."
        )
    if ledger.rejected_share <= template.hold_above:
        return ""
    reasons = sorted(((rows, code) for fate, code, rows in ledger.by_fate if fate == "rejected"), reverse=True)
    worst = ", ".join(f"{code} {rows:,}" for rows, code in reasons[:3])
    return (
        f"{ledger.fates['rejected']:,} of {ledger.rows:,} rows ({ledger.rejected_share:.0%}) would be rejected, more"
        f" than hold_above ({template.hold_above:.0%}): {worst}. {find_code(reasons[0][1]).remedy}"
        " Release the import to load the rest as it is, or cancel it."
    )
