"""The columns of the do-not-call tables, said once, as in pipelines/schema.py."""

# What is not to be called. `terms_id` is all else that is known of it: what a whole list has in common is kept once.
DNC_ENTRIES: dict[str, str] = {"value": "BIGINT", "terms_id": "BIGINT"}

# Which sets of the values there are beside the store, and how many numbers, keys and words each has. `terms_id`: it has
# the entries of these terms and no others, and those in DNC_ENDED; null for one that may have any.
DNC_SETS: dict[str, str] = {
    "name": "VARCHAR",
    "numbers": "BIGINT",
    "keys": "BIGINT",
    "words": "BIGINT",
    "terms_id": "BIGINT",
}
# Entries that ended since the set of their terms was written, or have other terms by now.
DNC_ENDED: dict[str, str] = dict(DNC_ENTRIES)

# `clock_from` is when a rule that counts days per number begins to count: the date that the list tells, else that of
# the list before, on which the number did not stand yet; null binds at once. `load_id` is the load that brought it.
DNC_TERMS: dict[str, str] = {
    "terms_id": "BIGINT",
    "category": "VARCHAR",
    "source": "VARCHAR",
    "listed_on": "DATE",
    "expires_on": "DATE",
    "clock_from": "DATE",
    "load_id": "BIGINT",
}

# Every number that begins so, by its E.164 digits; `digits` is how many `prefix` has.
DNC_PREFIXES: dict[str, str] = {
    "prefix": "BIGINT",
    "digits": "UTINYINT",
    **{name: kind for name, kind in DNC_TERMS.items() if name != "terms_id"},
}

# Numbers that a wash service found free of a list that never leaves it, and when.
DNC_WASHED: dict[str, str] = {"value": "BIGINT", "category": "VARCHAR", "washed_on": "DATE", "load_id": "BIGINT"}

# How fresh a category has to be; from <home>/dnc.yaml.
DNC_RULES: dict[str, str] = {
    "category": "VARCHAR",
    "max_age_days": "INTEGER",
    "clock_days": "INTEGER",
    "wash_days": "INTEGER",
}

DNC_LOADS: dict[str, str] = {
    "load_id": "BIGINT",
    "category": "VARCHAR",
    "file": "VARCHAR",
    "sha256": "VARCHAR",
    "source": "VARCHAR",
    "region": "VARCHAR",
    "as_of": "DATE",
    "is_replacement": "BOOLEAN",
    "lines": "BIGINT",
    "added": "BIGINT",
    "already_there": "BIGINT",
    "removed": "BIGINT",
    "unparsed": "BIGINT",
    "blank": "BIGINT",
    "loaded_at": "TIMESTAMPTZ",
    "mode": "VARCHAR",
    "prefixes": "BIGINT",
    "washed": "BIGINT",
}

# Which live leads were held against which version (`load_id`) of a category, and what that did. `kind` is 'load'
# (against what was new in it) or 'full' (against everything).
DNC_CHECKS: dict[str, str] = {
    "check_id": "VARCHAR",
    "category": "VARCHAR",
    "load_id": "BIGINT",
    "kind": "VARCHAR",
    "checked_on": "DATE",
    "leads_checked": "BIGINT",
    "points_checked": "BIGINT",
    "numbers_taken": "BIGINT",
    "leads_suppressed": "BIGINT",
    "checked_at": "TIMESTAMPTZ",
}
