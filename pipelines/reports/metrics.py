"""Figures for a monitoring system, as Prometheus reads them from a text file: counts by template, never a person."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from pipelines.feeds.watching import list_feeds
from pipelines.home import Home
from pipelines.queries import read_query
from pipelines.reports.looking_back import ask
from pipelines.schema import FATES


def write_metrics(home: Home, now: datetime) -> str:
    """Return the metrics of a home. Source: the text format of Prometheus, version 0.0.4."""
    lines = ask(home, now, read_query("reports/metrics"))
    imports = [({"template": line["template"], "status": line["status"]}, line["imports"]) for line in lines]
    done = [line for line in lines if line["status"] == "completed"]
    rows = [({"template": line["template"], "fate": fate}, line[fate]) for line in done for fate in FATES]
    last = [({"template": line["template"]}, line["last_at"]) for line in done]
    late = [({"template": feed["template"]}, int(feed["late"] is not None)) for feed in list_feeds(home, now)]
    families = (
        _describe("leadmill_imports", "Imports by template and status.", imports),
        _describe("leadmill_rows", "Rows of completed imports by template and fate.", rows),
        _describe("leadmill_last_import_seconds", "When a template last brought a file, since 1970.", last),
        _describe("leadmill_feed_late", "1 where a template's feed is late.", late),
    )
    return "".join(f"{line}\n" for family in families for line in family)


def _describe(name: str, meaning: str, values: Sequence[tuple[dict[str, str], float]]) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} gauge"
    for labels, value in values:
        told = ",".join(f'{label}="{_escape(text)}"' for label, text in labels.items())
        yield f"{name}{{{told}}} {value}"


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
