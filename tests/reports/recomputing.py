"""The Supplier Summary in plain Python, row by row, from the published Parquet: it shares no SQL with the pipelines."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from pipelines.published.publishing import current_generation
from tests.reports.gathering import Import, Published, Row, gather

# The reports that tell of calls.
CALLS = {"attempts", "dispositions"}


def start_of_period(day: date, period: str) -> date | None:
    starts = {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}
    return starts.get(period)


def within(day: date, since: date | None, until: date | None) -> bool:
    return (since is None or day >= since) and (until is None or day <= until)


@dataclass
class Group:
    """The imports whose rows, and the calls, that one line of the summary counts."""

    brought: list[Import] = field(default_factory=list)
    failed: int = 0
    refused: int = 0
    calls: list[Row] = field(default_factory=list)
    days: list[date] = field(default_factory=list)


def group(imports: dict[str, Import], asked: Any) -> dict[tuple[Any, ...], Group]:
    groups: dict[tuple[Any, ...], Group] = defaultdict(Group)
    for of in imports.values():
        line, currency = of.line, of.price()["currency"]
        cut = [
            line[{"import": "import_id"}.get(name, name)] if name in asked.slices else None
            for name in ("list", "template", "import")
        ]

        def find(day: date, supplier: str = line["supplier"], currency: Any = currency, cut: Any = tuple(cut)) -> Group:
            found = groups[(supplier, start_of_period(day, asked.period), currency, *cut)]
            found.days.append(day)
            return found

        day = line["import_date"]
        if within(day, asked.since, asked.until):
            if line["status"] == "failed":
                find(day).failed += 1
            elif of.stands:
                find(day).brought.append(of)
        for refused_on in of.refused_on if of.stands else ():
            if within(refused_on, asked.since, asked.until):
                find(refused_on).refused += 1
        for call in of.calls if of.stands else ():
            if asked.basis == "received" and within(day, asked.since, asked.until):
                find(day).calls.append(call)
            elif asked.basis == "activity" and within(call["day"], asked.since, asked.until):
                found = find(call["day"])
                found.calls.append(call)
    return groups


def divide(top: Any, bottom: Any) -> float | None:
    return None if top is None or not bottom else float(top) / float(bottom)


def count_calls(calls: list[Row]) -> dict[str, int]:
    def leads(test: str | None = None, **more: bool) -> int:
        return len(
            {
                call["lead_id"]
                for call in calls
                if (test is None or call.get(test)) and (not more or call["is_credited"])
            }
        )

    return {
        "attempts": len(calls),
        "leads_dialled": leads(),
        "leads_contacted": leads("is_contact"),
        "leads_rpc": leads("is_right_party"),
        "sales": leads("is_sale", credited=True),
        "unworkable": leads("is_unworkable"),
        "bad_number_after_dial": leads("is_bad_number"),
    }


def sum_revenue(calls: list[Row], currency: str | None) -> Decimal | None:
    sold = [call["end"] for call in calls if call.get("is_sale") and call["end"]["sale_value"] is not None]
    return (
        None
        if any(end["currency"] != currency for end in sold)
        else sum((end["sale_value"] for end in sold), Decimal(0))
    )


def count_rejects(codes: dict[str, int]) -> dict[str, Any]:
    def of(*starts: str, but: str = "-") -> int:
        return sum(rows for code, rows in codes.items() if code.startswith(starts) and code != but)

    categories = {code.removeprefix("R_DNC_"): rows for code, rows in codes.items() if code.startswith("R_DNC_")}
    return {
        "rej_no_contact": of("R_NO_CONTACT"),
        "rej_phone_invalid": of("R_PHONE", but="R_PHONE_TYPE"),
        "rej_email_invalid": of("R_EMAIL"),
        "rej_field_invalid": of("R_FIELD"),
        "rej_dnc": of("R_DNC"),
        "rej_dnc_by_category": categories or None,
        "rej_dup_in_file": of("R_DUP_IN_FILE"),
        "rej_dup_existing_same_supplier": of("R_DUP_SAME"),
        "rej_dup_existing_other_supplier": of("R_DUP_OTHER"),
        "rej_policy": of("R_COOLDOWN", "R_TOO_OLD", "R_PHONE_TYPE"),
    }


def recompute(history: Any, asked: Any) -> list[Row]:
    """Return the Supplier Summary as the command answers it, in the same order."""
    folder = current_generation(history.home)
    assert folder
    published = Published(folder, history.now)
    imports = gather(published, history)
    suppliers = {row["name"]: row["supplier_id"] for row in published.read("suppliers")}
    leads = {row["lead_id"]: row for row in published.read("leads")}
    waiting = {row["lead_id"] for row in published.read("callbacks")} & leads.keys()
    kinds = {row["kind"] for row in published.read("dialler_loads")}
    taken = {
        lead
        for of in imports.values()
        if of.stands
        for effect in ("replaced", "deleted")
        for lead in of.effects[effect]
    }
    lines = []
    for (supplier, start, currency, *cut), of in group(imports, asked).items():
        line = {
            "supplier_id": suppliers[supplier],
            "supplier_name": supplier,
            "parent_supplier": None,
            "currency": currency,
        }
        line |= dict(zip(("list", "template", "import_id"), cut, strict=True))
        line |= dict(zip(("period_start", "period_end"), bound_period(start, of.days, asked.period), strict=True))
        line |= count_volume(of, leads, taken)
        line |= count_money(of)
        line |= count_worth(line, of, waiting, kinds)
        line["penetration_inventory"] = count_worked(of, leads, line["leads_live"]) if kinds & CALLS else None
        lines.append(line)
    return sorted(lines, key=order)


def order(line: Row) -> tuple[Any, ...]:
    names = ("supplier_name", "period_start", "currency", "list", "template", "import_id")
    return tuple((line[name] is None, line[name] or "") for name in names)


def bound_period(start: date | None, days: list[date], period: str) -> tuple[date, date]:
    if start is None:
        return min(days), max(days)
    ends = {"day": start, "week": start + timedelta(days=6)}
    return start, ends.get(period) or (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def count_volume(of: Group, leads: dict[int, Row], taken: set[int]) -> Row:
    codes: dict[str, int] = defaultdict(int)
    fates: dict[str, int] = defaultdict(int)
    made: set[int] = set()
    for brought in of.brought:
        made |= brought.made
        for code, rows in brought.codes.items():
            codes[code] += rows
        for fate, rows in brought.fates.items():
            fates[fate] += rows
    received = sum(fates.values())
    rejects = count_rejects(codes)
    accepted = fates["created"] + fates["updated"]
    there = [leads[lead] for lead in made if lead in leads]
    doubles = sum(rows for name, rows in rejects.items() if name.startswith("rej_dup"))
    bad = sum(
        rejects[name] for name in ("rej_no_contact", "rej_phone_invalid", "rej_email_invalid", "rej_field_invalid")
    )
    other = divide(rejects["rej_dup_existing_other_supplier"], received)
    ages = [age for brought in of.brought for age in brought.ages()]
    dates = [brought.line["import_date"] for brought in of.brought]
    return rejects | {
        "imports": len(of.brought),
        "files": len({brought.line["sha256"] for brought in of.brought}),
        "files_duplicate": of.refused,
        "files_failed": of.failed,
        "rows_received": received,
        "rows_blank": sum(brought.line["blank_lines"] for brought in of.brought),
        "rows_rejected": sum(codes.values()),
        "rows_quarantined": fates["quarantined"],
        "rej_unparseable": 0,
        "leads_created": fates["created"],
        "leads_updated": fates["updated"],
        "leads_replaced": sum(len(brought.effects["replaced"]) for brought in of.brought),
        "leads_reset": sum(len(brought.effects["reset"]) for brought in of.brought),
        "leads_accepted": accepted,
        "accept_rate": divide(accepted, received),
        "reject_rate": divide(sum(codes.values()), received),
        "dup_rate": divide(doubles, received),
        "dnc_rate": divide(rejects["rej_dnc"], received),
        "invalid_rate": divide(bad, received),
        "leads_live": sum(lead["status"] != "suppressed" for lead in there),
        "leads_suppressed_later": sum(lead["status"] == "suppressed" for lead in there),
        "leads_removed": len(made & taken),
        "leads_expired": len(made - leads.keys() - taken),
        "freshness_days_p50": float(median(ages)) if ages else None,
        "exclusivity": None if other is None else 1 - other,
        "first_received": min(dates, default=None),
        "last_received": max(dates, default=None),
        "reconciled": True,
    }


def count_worked(of: Group, leads: dict[int, Row], live: int) -> float | None:
    there = [leads[lead] for brought in of.brought for lead in brought.made if lead in leads]
    return divide(sum(lead["status"] != "suppressed" and lead["call_attempts"] > 0 for lead in there), live)


def count_money(of: Group) -> Row:
    prices = [(brought.price(), brought.rows_costed()) for brought in of.brought]
    is_known = bool(prices) and all(price["cost_unit"] is not None for price, _ in prices)
    total = sum((price["cost_unit"] * rows for price, rows in prices), Decimal(0)) if is_known else None
    back = (
        sum((refund["amount"] for brought in of.brought for refund in brought.refunds), Decimal(0))
        if is_known
        else None
    )
    rows = sum(rows for _, rows in prices)
    bases = {price["cost_basis"] for price, _ in prices}
    return {
        "unit_cost": total / rows if total is not None and rows else None,
        "cost_basis": bases.pop() if len(bases) == 1 else None,
        "cost_total": total,
        "cost_returned": back,
        "cost_net": None if total is None or back is None else total - back,
    }


def count_worth(line: Row, of: Group, waiting: set[int], kinds: set[str]) -> Row:
    told: dict[str, Any] = count_calls(of.calls)
    told["revenue"] = sum_revenue(of.calls, line["currency"])
    told["callbacks_open"] = sum(len(brought.made & waiting) for brought in of.brought)
    outcomes = set(told) - {"attempts", "leads_dialled", "callbacks_open"}
    if not kinds & CALLS:
        told |= dict.fromkeys(("attempts", "leads_dialled"))
    if "dispositions" not in kinds:
        told |= dict.fromkeys(outcomes)
    if "callbacks" not in kinds:
        told["callbacks_open"] = None
    net, revenue = line["cost_net"], told["revenue"]
    profit = None if net is None or revenue is None else revenue - net
    return told | {
        "cpl_received": divide(net, line["rows_received"]),
        "cpl_accepted": divide(net, line["leads_accepted"]),
        "penetration": divide(told["leads_dialled"], line["leads_accepted"]),
        "attempts_per_lead": divide(told["attempts"], told["leads_dialled"]),
        "contact_rate": divide(told["leads_contacted"], told["leads_dialled"]),
        "contact_rate_delivered": divide(told["leads_contacted"], line["leads_accepted"]),
        "conversion_rate": divide(told["sales"], told["leads_contacted"]),
        "lead_to_sale": divide(told["sales"], line["leads_accepted"]),
        "cost_per_contact": divide(net, told["leads_contacted"]),
        "cpa": divide(net, told["sales"]),
        "profit": profit,
        "roi": divide(profit, net),
    }
