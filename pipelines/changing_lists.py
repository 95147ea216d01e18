"""What people do to lists themselves, each under the lock, on record and published."""

from datetime import datetime

from pipelines.home import Home
from pipelines.lists import Destination, clone_list, set_campaign
from pipelines.published.publishing import publish
from pipelines.receipts import write_log
from pipelines.store import open_writer


def make_clone(home: Home, name: str, new: str, *, user: str, now: datetime) -> Destination:
    """Make a list with another's settings and none of its leads, as ``clone_list``; return it."""
    with open_writer(home) as connection:
        publish(connection, home)  # a cloning that was killed is refused now: readers see it all the same
        made = clone_list(connection, name, new, now.date())
        write_log(connection, now, user, "list cloned", new, name, told={"list": name})
        publish(connection, home)
    return made


def change_campaign(home: Home, name: str, campaign: str | None, *, user: str, now: datetime) -> Destination:
    """Say to which campaign a list belongs, or to none; return the list as it was."""
    with open_writer(home) as connection:
        before = set_campaign(connection, name, campaign)
        detail = f"{before.campaign} → {campaign}"
        write_log(connection, now, user, "list campaign", name, detail, told={"campaign": campaign})
        publish(connection, home)
    return before
