"""How fresh each do-not-call category has to be: ``<home>/dnc.yaml``, a person's to change, and the store's copy."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from io import StringIO
from typing import Any

import duckdb
from ruamel.yaml import YAML

from pipelines.errors import UserError, nearest
from pipelines.home import Home, write_whole
from pipelines.published.publishing import mark_unpublished, publish
from pipelines.queries import execute
from pipelines.receipts import write_log
from pipelines.replaying.files import hash_files, keep_files
from pipelines.store import open_writer
from pipelines.templates.reading import read_file, read_yaml

FILE = "dnc.yaml"
LONGEST = 3660
HEAD = """\
# How fresh each do-not-call category has to be, in days; a category without a line has no such rule.
#   max_age_days   the list was loaded, or brought up to date, so many days ago at most; else imports are refused
#   clock_days     an entry binds once the number has been listed for so many days
#   wash_days      only numbers that a wash found free so many days ago at most may be called
"""


@dataclass(frozen=True)
class Rule:
    """How fresh a category has to be; null where nothing is asked."""

    max_age_days: int | None = None
    clock_days: int | None = None
    wash_days: int | None = None

    def __str__(self) -> str:
        told = {"list": self.max_age_days, "clock": self.clock_days, "wash": self.wash_days}
        return ", ".join(f"{what} {days} days" for what, days in told.items() if days is not None)


KEYS = tuple(field.name for field in fields(Rule))
Rules = dict[str, Rule]


def read_rules(home: Home) -> Rules:
    """Return the rules by category; none where the home has no such file.

    Raises UserError for a key that is not known, a number of days that is none, and a rule that asks nothing.
    """
    path = home.root / FILE
    if not path.exists():
        return {}
    text = read_file(path, "The rules of do-not-call categories")
    if not any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
        return {}
    values = read_yaml(text, FILE, "The rules of do-not-call categories")
    return {category: _check(category, rule) for category, rule in values.items()}


def _check(category: str, values: Any) -> Rule:  # noqa: ANN401  whatever YAML holds
    if not isinstance(values, dict) or not values:
        raise UserError(FILE, f"'{category}' has no rule.", f"Write {category}: {{max_age_days: 31}}.")
    for key, days in values.items():
        if key not in KEYS:
            remedy = nearest(str(key), KEYS) or f"Use {', '.join(KEYS)}."
            raise UserError(FILE, f"'{category}': there is no key '{key}'.", remedy)
        if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= LONGEST:
            fact = f"'{category}': {key} is no number of days from 1 to {LONGEST:,}."
            raise UserError(FILE, fact, f"Write {key}: 31.")
    return Rule(**values)


def write_rule(home: Home, category: str, rule: Rule | None) -> None:
    """Give a category its rule, in place of what it had, or none; comments and other rules stay as they are.

    Raises UserError as ``read_rules``, of the file as it was and as it would be.
    """
    before = read_rules(home)
    path = home.make().root / FILE
    yaml = YAML()
    values: Any = yaml.load(path.read_text(encoding="utf-8-sig")) if before else None
    text = StringIO()
    if values is None:
        text.write(HEAD)
        values = {}
    if rule is None:
        values.pop(category, None)
    else:
        asked = {key: days for key, days in asdict(rule).items() if days is not None}
        _check(category, asked)
        values[category] = asked
    if values:
        yaml.dump(values, text)
    write_whole(path, text.getvalue().encode())


def change_rule(home: Home, category: str, rule: Rule | None, *, user: str, now: datetime) -> None:
    """Write a category's rule, bring it before the readers, and note in the audit log who changed it."""
    if not category:
        raise UserError("category", "A category has a name.", "Such as TPS.")
    with open_writer(home) as connection:
        files = keep_files(home, hash_files(home))
        write_rule(home, category, rule)
        bring_rules(connection, read_rules(home))
        told = {"rule": asdict(rule) if rule else None, "files": files}
        write_log(connection, now, user, "dnc rule", category, str(rule) if rule else "none", told=told)
        publish(connection, home)


def bring_rules(connection: duckdb.DuckDBPyConnection, rules: Rules) -> None:
    """Bring the store's ``dnc_rules`` to what the file says."""
    rows = execute(connection, f"SELECT category, {', '.join(KEYS)} FROM dnc_rules").fetchall()
    if {row[0]: Rule(*row[1:]) for row in rows} == rules:
        return
    connection.execute("DELETE FROM dnc_rules")
    for category, rule in sorted(rules.items()):
        values = [category, *(getattr(rule, key) for key in KEYS)]
        connection.execute("INSERT INTO dnc_rules VALUES (?, ?, ?, ?)", values)
    mark_unpublished(connection, "dnc_rules")
