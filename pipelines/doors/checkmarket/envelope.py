"""What CheckMarket answers in: ``Meta``, ``Data`` and ``Links``, as JSON or XML. Source: checklist CM-031..036."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from starlette.datastructures import Headers

from pipelines.doors.answers import JSON, XML, Answer, RefusedError, answer_json
from pipelines.doors.checkmarket.durations import write_period
from pipelines.doors.xml_bodies import INSTANCE, write_xml

PREFIX = "/3/contacts/import"
CONFIGS = f"{PREFIX}/configs"
SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"
KINDS = {"application/json": JSON, "text/json": JSON, "application/xml": XML, "text/xml": XML}
# Their XML has local time, their JSON UTC: 23:14+01:00 and 22:14Z of one April day.
ZONE = ZoneInfo("Europe/London")
# What the elements of a list are called in XML.
ITEMS = {"ColumnMappings": "ImportColumnMapping", "Data": "ImportConfig", "Links": "Link", "Results": "ContactResult"}
# In XML by the alphabet, but these first: they are of the class that the others add to.
FIRST = ("FailureMessage", "Succeeded")
MAX_LIMIT, LIMIT, MAX_OFFSET = 1000, 100, 2**31 - 1
Link = dict[str, str]


@dataclass(frozen=True)
class Page:
    """Which rows are answered with, of how many: ``offset`` are left out, ``limit`` taken."""

    limit: int
    offset: int = 0
    total: int = 1
    is_filtered: bool = False

    def cut(self, rows: Sequence[Any]) -> list[Any]:
        """Return the rows of this page."""
        return list(rows[self.offset : self.offset + self.limit])

    def tell(self, status: int, at: str) -> dict[str, Any]:
        """Return ``Meta``: the status of the answer, the page, the time."""
        taken = max(0, min(self.limit, self.total - self.offset))
        return {
            "Status": status,
            "TotalRowCount": self.total,
            "Limit": self.limit,
            "Offset": self.offset,
            "TotalPageCount": -(-self.total // self.limit) if self.limit else 0,
            "StartRec": self.offset + 1 if taken else 0,
            "StopRec": self.offset + taken if taken else 0,
            "Timestamp": at,
            "IsFiltered": self.is_filtered,
        }


ONE, NONE = Page(1), Page(0, total=0)


def write_payload(
    kind: str, data: object, at: datetime, *, page: Page = ONE, links: Sequence[Link] = (), status: int = 200
) -> Answer:
    """Return an answer in its envelope."""
    meta = page.tell(status, _write_time(at, kind))
    payload = {"Meta": meta, "Data": data, "Links": list(links)}
    if kind == JSON:
        return answer_json(payload, status)
    # Plain attributes, so that they stand in the order of their documents.
    root = Element("Payload", {"xmlns:i": INSTANCE, "z:Id": "i1", "xmlns:z": SERIALIZATION})
    body = write_xml(root, _write_periods(payload), ITEMS.__getitem__, order=_order, null={"i:nil": "true"})
    return Answer(status, body, f"{XML}; charset=utf-8")


def _write_time(at: datetime, kind: str) -> str:
    """Return an instant as .NET writes it: with seven decimals, of which ours has six."""
    local = at.astimezone(UTC if kind == JSON else ZONE)
    return f"{local:%Y-%m-%dT%H:%M:%S.%f}0{'Z' if kind == JSON else local.isoformat()[-6:]}"


def _order(keys: Sequence[str]) -> list[str]:
    return sorted(keys, key=lambda key: (key not in FIRST, key))


def _write_periods(value: object) -> Any:  # noqa: ANN401  whatever is answered with
    """Return values with durations as XML has them."""
    if isinstance(value, list):
        return [_write_periods(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: write_period(each)
        if key in ("InvitationTime", "ExpirationTime") and each is not None
        else _write_periods(each)
        for key, each in value.items()
    }


def write_result(configuration_id: int | None, failure: str | None = None) -> dict[str, Any]:
    """Return ``Data`` of what was done to a configuration, or why it was not."""
    return {"ImportConfigId": configuration_id, "Succeeded": failure is None, "FailureMessage": failure}


def refuse(refusal: RefusedError, headers: Headers) -> Answer:
    """Word a refusal: ``Data.Succeeded`` false and ``Data.FailureMessage`` (checklist CM-033, CM-034)."""
    data = write_result(None, refusal.message)
    return write_payload(choose_kind(headers), data, refusal.at, page=NONE, status=refusal.status)


def choose_kind(headers: Headers) -> str:
    """Return what is answered with, JSON or XML: what is rather accepted, else as the request is."""
    weights = {JSON: 0.0, XML: 0.0}
    for each in headers.get("accept", "").split(","):
        media, *parameters = (part.strip().lower() for part in each.split(";"))
        if kind := KINDS.get(media):
            weights[kind] = max(weights[kind], _read_weight(parameters))
    if weights[JSON] != weights[XML]:
        return max(weights, key=lambda kind: weights[kind])
    return XML if read_kind(headers) == XML else JSON


def read_kind(headers: Headers) -> str | None:
    """Return what a request's body is, JSON or XML; null for anything else."""
    return KINDS.get(read_media(headers))


def read_media(headers: Headers) -> str:
    """Return the media type of a request's body, without parameters."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _read_weight(parameters: list[str]) -> float:
    told = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    try:
        return min(max(float(told), 0.0), 1.0)
    except ValueError:
        return 0.0


def link(rel: str, method: str, path: str, **query: object) -> Link:
    """Return one of ``Links``: an address of this server and what is done there."""
    told = {name: value for name, value in query.items() if value is not None}
    return {"Rel": rel, "Method": method, "Href": f"{path}?{urlencode(told)}" if told else path}


def link_pages(path: str, page: Page, **query: object) -> list[Link]:
    """Return where the page before and the next one are, if there are any."""
    links = []
    if page.offset:
        before = max(0, page.offset - page.limit)
        links.append(link("previous", "GET", path, Limit=page.limit, Offset=before, **query))
    if page.offset + page.limit < page.total:
        links.append(link("next", "GET", path, Limit=page.limit, Offset=page.offset + page.limit, **query))
    return links


def link_configuration(configuration_id: int) -> list[Link]:
    """Return what can be done with a configuration."""
    path = f"{CONFIGS}/{configuration_id}"
    return [
        link("self", "GET", path),
        link("update", "PUT", path),
        link("delete", "DELETE", path),
        link("import", "POST", f"{path}/contacts"),
    ]
