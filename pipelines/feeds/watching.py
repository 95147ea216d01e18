"""What a person is to be told of the feeds of a home: which are late, and which imports are unusual."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pipelines.errors import UserError
from pipelines.feeds.figures import read_figures
from pipelines.feeds.lateness import LateFeed, find_late
from pipelines.feeds.unusual import Oddity, find_unusual
from pipelines.home import Home
from pipelines.templates.saved import list_names, load_template
from pipelines.templates.template import Template


def list_sound_templates(home: Home) -> Iterator[Template]:
    """Yield the saved templates, by name; one that is wrong is told where it is used."""
    for name in sorted(list_names(home)):
        try:
            yield load_template(home, name)[0]
        except UserError:
            continue


def find_late_feeds(home: Home, now: datetime) -> list[LateFeed]:
    """Return the feeds that are late now."""
    return find_late(list_sound_templates(home), read_figures(home, now), now)


def find_unusual_imports(home: Home, now: datetime) -> dict[str, list[Oddity]]:
    """Return what is unusual about the imports, by their ids, for those where anything is."""
    return find_unusual(read_figures(home, now))


def list_feeds(home: Home, now: datetime) -> list[dict[str, Any]]:
    """Return a line per template: from where its files come, when they are fetched and expected, the last, if late."""
    figures = read_figures(home, now)
    templates = list(list_sound_templates(home))
    last = {each.template: each.started_at for each in figures}
    late = {feed.template: str(feed) for feed in find_late(templates, figures, now)}
    return [
        {
            "template": template.name,
            "url": template.feed_url,
            "cron": template.feed.cron if template.feed and template.feed.url else None,
            "expected_by": template.feed.expected_by if template.feed else None,
            "last_file_at": last.get(template.name),
            "late": late.get(template.name),
        }
        for template in templates
    ]
