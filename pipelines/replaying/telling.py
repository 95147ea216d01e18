"""What the log has to say of an import, so that a replay can make it again."""

from datetime import date
from typing import Any

from pipelines.order import Order
from pipelines.replaying.files import keep_files
from pipelines.templates.filling import THIS_DROP
from pipelines.templates.saved import FIRST_IMPORT


def tell_import(order: Order, day: date) -> dict[str, Any]:
    """Return what is needed to make an import again, of this day; called under the lock.

    Raises UserError where a file that it goes by was changed meanwhile.
    """
    if order.is_rehearsal:
        return {}
    keep_files(order.home, order.files)
    told = {"is_released": order.is_released, "allow_stale_dnc": order.allows_stale_dnc, "files": order.files}
    if order.is_released:
        return told
    # A mapping that was found in this drop is found again; one that the template was given meanwhile is told.
    is_found = order.origins.get("mapping") in (FIRST_IMPORT, THIS_DROP)
    template, origins = order.asked if is_found else (order.template, order.origins)
    return told | {
        "template": template.model_dump(mode="json", by_alias=True),
        "origins": origins,
        "sha256": order.sha256,
        "file": order.name,
        "on": day.isoformat(),
        "notes": order.notes,
        "force": order.is_forced,
    }
