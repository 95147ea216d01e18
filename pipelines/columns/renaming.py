"""Which column a lost header is likely to be now: a suggestion for a person, never applied."""

from collections.abc import Sequence

import polars as pl

from pipelines.columns.headers import BLANKS, fold_header, show_header
from pipelines.columns.scoring import ENOUGH, FEW_CELLS, LITTLE, score_field
from pipelines.columns.words import PHRASES
from pipelines.errors import nearest
from pipelines.schema import PHONE_SLOTS

KINDS = {"phone": "phone numbers", "email": "e-mail addresses", "postcode": "postcodes"}


def suggest_column(
    lost: str,
    field: str,
    headers: Sequence[str],
    taken: Sequence[str] = (),
    profile: pl.DataFrame | None = None,
    region: str | None = None,
) -> str:
    """Return ``Did you mean 'Tel' (column 3; 97 % of its cells are phone numbers)?``, or '' where nothing is likely.

    The nearest by spelling goes first; else the column that suits the field best by its name and its cells. Columns
    that the mapping takes for something else (``taken``, by header) and those whose cells contradict the field are
    left out. ``profile`` is that of ``profile_columns``.
    """
    kind = "phone" if field in PHONE_SLOTS else field
    mapped = set(map(fold_header, taken))
    free = [at for at, h in enumerate(headers) if fold_header(h) not in mapped]
    if profile is None:
        return nearest(show_header(lost), [show_header(headers[at]) for at in free if headers[at].strip(BLANKS)])
    columns = profile.to_dicts()
    if kind in ("phone", "email"):
        free = [at for at in free if columns[at]["cells"] < FEW_CELLS or columns[at][kind] >= LITTLE]
    near = nearest(show_header(lost), [show_header(headers[at]) for at in free if headers[at].strip(BLANKS)])
    if near:
        at = next(at for at in free if f"'{show_header(headers[at])}'" in near)
    else:
        scores = [(score_field(kind, columns[at], region), -at) for at in free] if kind in PHRASES else []
        best, place = max(scores, default=(0.0, 0))
        if best < ENOUGH:
            return ""
        at = -place
    name = f"'{show_header(headers[at])}' (column {at + 1}" if headers[at].strip(BLANKS) else f"column {at + 1} ("
    share = columns[at][kind] if kind in KINDS else 0.0
    proof = f"{share:.0%} of its cells are {KINDS[kind]}" if share >= LITTLE else ""
    link = "; " if proof and headers[at].strip(BLANKS) else ""
    return f"Did you mean {name}{link}{proof})?".replace(" ()", "")
