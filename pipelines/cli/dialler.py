"""The command ``leadmill dialler``: what the dialler reports back."""

from pathlib import Path
from typing import Any

import click

from pipelines.cli.options import Home, current_time, with_home, with_json
from pipelines.cli.output import echo_json, print_rows, show_text


@click.group()
def dialler() -> None:
    """What the dialler reports back."""


@dialler.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--kind",
    required=True,
    type=click.Choice(["attempts", "callbacks", "fetched", "dispositions"]),
    help="Calls made, open callbacks, leads in the dialler's buffer, or outcomes of calls.",
)
@click.option(
    "--region", default="GB", show_default=True, metavar="R", help="Country of numbers without a country code."
)
@click.option("--time-zone", metavar="Z", help="Of times without a zone. Default: that of the lead's list.")
@click.option("--replace", is_flag=True, help="Callbacks, fetched: the file is all there is; remove the rest.")
@click.option(
    "-o",
    "--rejects-to",
    "left_out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the rows that could not be loaded here, as they came, each with the reason.",
)
@click.option("--user", default="operator", metavar="NAME", help="Who loads it, for the log.")
@with_json
@with_home
def load(
    home: Home,
    file: Path,
    kind: str,
    region: str,
    time_zone: str | None,
    replace: bool,
    left_out: Path | None,
    user: str,
    as_json: bool,
) -> int:
    """Load a report: a table with a lead_id or a number in each row. Loaded twice it changes nothing."""
    from pipelines.dialler.loading import load_report

    done = load_report(
        home,
        file,
        kind,
        region=region,
        time_zone=time_zone,
        replace=replace,
        left_out=left_out,
        user=user,
        now=current_time(),
    ).to_dict()
    if as_json:
        echo_json(done)
    else:
        click.echo(describe_load(done))
        for line in list_doubts(done, left_out):
            click.echo(line, err=True)
    return 0


@dialler.command()
@with_json
@with_home
def outcomes(home: Home, as_json: bool) -> int:
    """Show what each outcome code means; change it in outcomes.yaml in the home."""
    from pipelines.dialler.outcomes import list_outcomes

    rows = list_outcomes(home)
    if as_json:
        echo_json(rows)
    else:
        print_rows("Outcome codes", rows)
    return 0


def describe_load(done: dict[str, Any]) -> str:
    """Return one line on what a load did, for people; parts that are nought are left out."""
    matched = [f"{done[name]:,} by {word}" for name, word in (("by_id", "id"), ("by_number", "number")) if done[name]]
    parts = [f"{done['added']:,} added"]
    parts += [f"{done[name]:,} {name}" for name in ("corrected", "removed") if done[name]]
    if done["repeated"]:
        parts.append(f"{done['repeated']:,} known already")
    if done["late"]:
        parts.append(f"{done['late']:,} too old to count as a lead's attempts")
    earlier = f" This file was loaded on {done['already_loaded_at'][:10]} already." if done["already_loaded_at"] else ""
    found = f"matched {' and '.join(matched)}" if matched else "none matched"
    name = show_text(done["file"])
    return f"{name} → {done['kind']}: {', '.join(parts)}; {_rows(done['lines'])}, {found}.{earlier}"


def list_doubts(done: dict[str, Any], left_out: Path | None) -> list[str]:
    """Return what a person may want to look at, one line each."""
    from pipelines.dialler.flaws import FLAWS

    doubts = [f"  {_rows(rows)} left out ({code}): {FLAWS[code].meaning}" for code, rows in done["reasons"].items()]
    if doubts:
        doubts.append(f"  They are in {left_out}." if left_out else "  To see them, load it again with -o FILE.")
    if unknown := done["unknown_outcomes"]:
        codes = ", ".join(f"{show_text(code)} ({rows:,})" for code, rows in list(unknown.items())[:12])
        doubts.append(f"  Outcomes without a meaning: {codes}. Add them to outcomes.yaml in the home; load again.")
    return doubts


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
