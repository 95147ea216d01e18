"""The command ``leadmill demo``: a small world of three suppliers, imported as real drops are."""

import shutil
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import click

from pipelines.cli.options import ISO_DATE, Home, current_time, with_home, with_json
from pipelines.cli.output import echo_json, open_console

# The dialler rings on the two days after the drops.
DIALLED_DAYS = timedelta(days=3)


@click.command()
@click.option("--seed", default=7, show_default=True, help="Another seed makes other drops.")
@click.option("--on", type=ISO_DATE, metavar="DATE", help="The day of the drops. Default: three days ago.")
@with_json
@with_home
def demo(home: Home, seed: int, on: date | None, as_json: bool) -> int:
    """Make sample drops, do-not-call lists and dialler results of three suppliers, and load them all."""
    from examples.samples import make_samples
    from pipelines.cli.dialler import describe_load
    from pipelines.cli.imports import print_result
    from pipelines.cli.reports import print_summary
    from pipelines.dialler.loading import load_report
    from pipelines.dnc.loading import load_dnc
    from pipelines.importing import import_drop
    from pipelines.published.summarising import ReportPeriod
    from pipelines.reports.reporting import summarise
    from pipelines.templates.saved import save_template

    now = current_time()
    day = on or now.date() - DIALLED_DAYS
    samples = make_samples(home.make().root / "demo", seed=seed, on=day)
    console = open_console()

    def say(text: str) -> None:
        if not as_json:
            console.print(text)

    say(f"[bold]Three suppliers' drops, do-not-call lists and dialler results are in {samples.folder}.[/bold]\n")
    for name, template in samples.templates.items():
        save_template(home, name, template.read_text(encoding="utf-8"), replace=True)
    loads = [load_dnc(home, path, name, source="demo", now=now) for name, path in samples.dnc.items()]
    for load in loads:
        say(f"Do-not-call {load.category}: {load.added:,} numbers")
    results = []
    for drop in samples.drops:
        landed = home.landing / drop.template / drop.path.name
        landed.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(drop.path, landed)
        results.append(import_drop(landed, drop.template, home, on=drop.day, now=current_time()))
        if not as_json:
            print_result(results[-1])
    # The dialler reports when its two days are over, also in a demo of tomorrow.
    reported_at = max(now, datetime.combine(day + DIALLED_DAYS, time(), UTC))
    reports = [load_report(home, path, kind, user="demo", now=reported_at) for kind, path in samples.dialler.items()]
    for report in reports:
        say(f"Dialler: {describe_load(report.to_dict())}")
    if any(report.unmatched for report in reports):
        say("[dim]Rows that match nobody are calls to people of whom no lead was left.[/dim]\n")
    summary = summarise(home, ReportPeriod(), now)
    if as_json:
        echo_json(
            {
                "imports": [r.to_dict() for r in results],
                "dnc": [load.to_dict() for load in loads],
                "dialler": [report.to_dict() for report in reports],
                "supplier_summary": summary.to_dicts(),
            }
        )
        return 0
    print_summary(summary, "all")
    _say_what_next(home, results[0].import_id or "")
    return 0


def _say_what_next(home: Home, import_id: str) -> None:
    option = f" --home {home.root}" if home.root != Path("leadmill-home").absolute() else ""
    click.echo("Try next:")
    for command in (
        f"leadmill lists{option}",
        f"leadmill show {import_id}{option}",
        f"leadmill rejects {import_id} -o rejects.csv{option}",
        f"leadmill export 'Warm leads' -o leads.csv --for dialler{option}",
        f"leadmill query 'SELECT code, sum(rows) FROM import_reasons GROUP BY code ORDER BY 2 DESC'{option}",
        f"leadmill query 'SELECT outcome, count(*) AS calls FROM dispositions GROUP BY 1 ORDER BY 2 DESC'{option}",
        f"leadmill report supplier-summary --by day --format html -o summary.html{option}",
        f"leadmill dev{option}",
    ):
        click.echo(f"  {command}")
