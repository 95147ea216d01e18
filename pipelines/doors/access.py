"""Who may come in by HTTP: API keys and users with passwords, kept as digests only.

A key is 256 random bits, so one SHA-256 of it cannot be turned around; a password is a person's, so it is stretched by
scrypt (RFC 7914). Source: issue 8, Access; checklist LL-012, LL-024, LL-025, AM-005, CM-002.
"""

import base64
import hashlib
import hmac
import json
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.doors.state import open_state, read_state, read_time, write_time
from pipelines.errors import UserError, nearest
from pipelines.home import Home
from pipelines.templates.reading import NAME

KEY_PREFIX = "wbk_"
WRITE, READ = "write:contacts", "read:contacts"
DEFAULT_TENANT = "default"
SCOPES = (WRITE, READ)
# The same right, as others call it (checklist CM-002).
CALLED = {"contacts (write)": WRITE, "contacts (read)": READ}
# Cost of scrypt: 16 MiB and some 40 ms for each guess.
SCRYPT = {"n": 1 << 14, "r": 8, "p": 1}
MIN_PASSWORD = 8


@dataclass(frozen=True)
class Caller:
    """Who sent a request: its name, its tenant, what it may do, and by which templates (all, where none is named)."""

    name: str
    tenant: str
    scopes: tuple[str, ...]
    templates: tuple[str, ...]

    def may_use(self, template: str) -> bool:
        """Tell whether drops of this caller may be imported by a template."""
        return not self.templates or template in self.templates


def read_scopes(named: list[str] | tuple[str, ...]) -> list[str]:
    """Return scopes by our names, each once. Raises UserError for one that is not there."""
    scopes = [CALLED.get(scope.strip().casefold(), scope.strip()) for scope in named]
    for scope in scopes:
        if scope not in SCOPES:
            remedy = nearest(scope, SCOPES) or f"Known: {', '.join(SCOPES)}."
            raise UserError("scope", f"'{scope[:60]}' is none.", remedy)
    return sorted(set(scopes))


def new_key() -> str:
    """Return a key that nobody can guess."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def create_key(
    home: Home,
    name: str,
    key: str,
    *,
    scopes: list[str],
    now: datetime,
    expires_at: datetime | None = None,
    tenant: str = DEFAULT_TENANT,
    templates: tuple[str, ...] = (),
) -> None:
    """Let whoever holds a key in. Raises UserError where the name is taken or the expiry has passed."""
    line = _line("key", name, _digest_key(key), scopes, now, expires_at, tenant, templates)
    _add(home, line, "See: leadmill keys rotate NAME.")


def create_user(
    home: Home,
    name: str,
    password: str,
    *,
    scopes: list[str],
    now: datetime,
    expires_at: datetime | None = None,
    tenant: str = DEFAULT_TENANT,
    templates: tuple[str, ...] = (),
) -> None:
    """Let a user in by password. Raises UserError where the name is taken, holds a colon, or the password is short."""
    if len(password) < MIN_PASSWORD:
        raise UserError("password", f"It has fewer than {MIN_PASSWORD} characters.", "Choose a longer one.")
    digest = digest_password(password, secrets.token_bytes(16))
    line = _line("user", name, digest, scopes, now, expires_at, tenant, templates)
    _add(home, line, "Revoke it first: leadmill users revoke NAME.")


def rotate_key(home: Home, name: str, key: str, *, now: datetime, old_until: datetime) -> None:
    """Give a name a new key with the same rights; the old one goes on until an instant."""
    with open_state(home) as connection:
        old = _find_active(connection, "key", name, now)
        if old is None:
            raise UserError("key", f"None in force is called '{name}'.", "See: leadmill keys list.")
        connection.execute(
            "UPDATE credentials SET expires_at = min(coalesce(expires_at, ?2), ?2)"
            " WHERE kind = 'key' AND name = ?1 AND revoked_at IS NULL",
            (name, write_time(old_until)),
        )
        line = {**old, "digest": _digest_key(key), "created_at": write_time(now)}
        del line["credential_id"]
        _insert(connection, line)


def revoke(home: Home, kind: str, name: str, now: datetime) -> None:
    """Let nobody in by this name any more. Raises UserError where there is none."""
    with open_state(home) as connection:
        done = connection.execute(
            "UPDATE credentials SET revoked_at = ? WHERE kind = ? AND name = ? AND revoked_at IS NULL",
            (write_time(now), kind, name),
        )
        if not done.rowcount:
            known = [row["name"] for row in connection.execute("SELECT name FROM credentials WHERE kind = ?", (kind,))]
            remedy = nearest(name, known) or f"See: leadmill {kind}s list."
            raise UserError(kind, f"None in force is called '{name[:60]}'.", remedy)


def list_credentials(home: Home, kind: str, now: datetime) -> list[dict[str, Any]]:
    """Return keys or users, by name and age, with their state; never a digest."""
    columns = "name, tenant, scopes, templates, created_at, expires_at, revoked_at"
    with read_state(home) as connection:
        sql = f"SELECT {columns} FROM credentials WHERE kind = ? ORDER BY name, credential_id"
        rows = [dict(row) for row in connection.execute(sql, (kind,))]
    for row in rows:
        row["scopes"], row["templates"] = json.loads(row["scopes"]), json.loads(row["templates"])
        is_over = row["expires_at"] and read_time(row["expires_at"]) <= now
        row["state"] = "revoked" if row["revoked_at"] else "expired" if is_over else "in force"
    return rows


def has_credentials(home: Home, now: datetime) -> bool:
    """Tell whether anybody may come in."""
    return any(row["state"] == "in force" for kind in ("key", "user") for row in list_credentials(home, kind, now))


def find_key(home: Home, key: str, now: datetime) -> Caller | None:
    """Return who holds a key; null for one that is unknown, expired or revoked."""
    with read_state(home) as connection:
        sql = "SELECT * FROM credentials WHERE kind = 'key' AND digest = ?"
        line = connection.execute(sql, (_digest_key(key),)).fetchone()
    return _caller(line) if line is not None and _is_active(line, now) else None


def find_user(home: Home, name: str, now: datetime) -> tuple[Caller, str] | None:
    """Return a user who may come in, and the digest of the password; null where there is none."""
    with read_state(home) as connection:
        line = _find_active(connection, "user", name, now)
    return (_caller(line), str(line["digest"])) if line else None


def digest_password(password: str, salt: bytes) -> str:
    """Return what is kept of a password: scrypt's parameters, the salt and its digest."""
    digest = hashlib.scrypt(password.encode(), salt=salt, **SCRYPT)
    figures = "$".join(str(SCRYPT[name]) for name in ("n", "r", "p"))
    return f"scrypt${figures}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def is_password(password: str, kept: str) -> bool:
    """Tell whether a password is the one of which this was kept."""
    _, n, r, p, salt, digest = kept.split("$")
    figures = {"n": int(n), "r": int(r), "p": int(p)}
    found = hashlib.scrypt(password.encode(), salt=base64.b64decode(salt), **figures)
    return hmac.compare_digest(found, base64.b64decode(digest))


def _digest_key(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _line(
    kind: str,
    name: str,
    digest: str,
    scopes: list[str],
    now: datetime,
    expires_at: datetime | None,
    tenant: str,
    templates: tuple[str, ...],
) -> dict[str, Any]:
    for what, text in ((kind, name), ("tenant", tenant)):
        if not NAME.fullmatch(text):
            raise UserError(what, f"'{text[:60]}' cannot be a name.", "Use letters, digits, blanks, and . + - _.")
    if expires_at is not None and expires_at <= now:
        raise UserError(kind, "It would have expired already.", "Choose a later --expires.")
    return {
        "kind": kind,
        "name": name,
        "digest": digest,
        "tenant": tenant,
        "scopes": json.dumps(read_scopes(scopes)),
        "templates": json.dumps(templates),
        "created_at": write_time(now),
        "expires_at": write_time(expires_at) if expires_at else None,
        "revoked_at": None,
    }


def _add(home: Home, line: dict[str, Any], remedy: str) -> None:
    home.make()
    with open_state(home) as connection:
        if _find_active(connection, line["kind"], line["name"], read_time(line["created_at"])):
            raise UserError(line["kind"], f"'{line['name']}' is in force already.", remedy)
        _insert(connection, line)


def _insert(connection: sqlite3.Connection, line: dict[str, Any]) -> None:
    names = ", ".join(line)
    marks = ", ".join("?" * len(line))
    connection.execute(f"INSERT INTO credentials ({names}) VALUES ({marks})", tuple(line.values()))


def _find_active(connection: sqlite3.Connection, kind: str, name: str, now: datetime) -> dict[str, Any] | None:
    sql = "SELECT * FROM credentials WHERE kind = ? AND name = ? ORDER BY credential_id DESC"
    lines = [dict(line) for line in connection.execute(sql, (kind, name))]
    return next((line for line in lines if _is_active(line, now)), None)


def _is_active(line: dict[str, Any] | sqlite3.Row, now: datetime) -> bool:
    return line["revoked_at"] is None and (line["expires_at"] is None or read_time(line["expires_at"]) > now)


def _caller(line: dict[str, Any] | sqlite3.Row) -> Caller:
    scopes, templates = tuple(json.loads(line["scopes"])), tuple(json.loads(line["templates"]))
    return Caller(line["name"], line["tenant"], scopes, templates)
