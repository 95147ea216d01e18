"""What a template may say, and what is said to its author."""

import json

import pytest

from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.templates.defaults import default_template, set_default
from pipelines.templates.reading import read_yaml
from pipelines.templates.saved import (
    clone_template,
    delete_template,
    find_template,
    load_template,
    render_schema,
    save_template,
)
from pipelines.templates.template import Template, build_template

MINIMAL = {"name": "acme", "supplier": "Acme", "list": {"name": "Warm"}, "mapping": {"phone1": "Tel"}}
CONTRACT = """
name: acme-daily
description: Acme's nightly file
supplier: Acme Data
user: imports
cost_per_lead: 0.45
currency: GBP
high_priority: false
list: {mode: named, name: Warm leads}
file: {format: auto, encoding: auto, delimiter: auto, row_delimiter: auto, has_header: auto, first_row: auto,
       date_format: dd/MM/yyyy, limits: none}
phone: {format: uk, region: GB, require: valid}
email: {validate: false, required: false}
contact: any
hold_above: 0.5
dnc: {categories: [IVR, Imported, Requested], on_match: drop_number}
dedupe: {keys: [phone, email], scope: [file, destination], lists: [], action: keep_existing, on_multiple: first,
         reset_updated: false, migrate: false}
delete_existing: false
keep_callbacks: true
clear_fetched: false
skill_group: null
time_zone: Europe/London
expiry: {in_days: 30}
call_info: "Name: {{first_name}} {{last_name}}"
tags: [spring]
response_url: null
request_format: json
ignore_secondary: false
mapping:
  first_name: First Name
  phone1: 7
  address: {columns: [Addr 1, Addr 2], separator: ", "}
"""


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home").make()


def complain(**changes) -> str:
    with pytest.raises(UserError) as caught:
        build_template({**MINIMAL, **changes}, "acme.yaml")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_contracts_template_is_understood_whole():
    template = build_template(read_yaml(CONTRACT, "acme.yaml"), "acme.yaml")

    assert str(template.cost_per_lead) == "0.45"
    assert template.phone.resolved_region == "GB"
    assert template.headers == ("First Name", "Addr 1", "Addr 2")


def test_settings_survive_being_kept_as_json():
    template = build_template(read_yaml(CONTRACT, "acme.yaml"), "acme.yaml")

    assert Template.model_validate_json(template.model_dump_json(by_alias=True)) == template


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"suplier": "x"}, "'suplier' is not a key of a template. Did you mean 'supplier'?"),
        ({"phone": {"formt": "uk"}}, "'phone.formt' is not a key of a template. Did you mean 'format'?"),
        ({"mapping": {"phon1": "Tel"}}, "there is no field 'phon1'. Did you mean 'phone1'?"),
        ({"mapping": {"phone1": {"columns": ["a"], "separatr": ","}}}, "Did you mean 'separator'?"),
        ({"mapping": {"first_name": "Name"}}, "maps neither a phone nor an e-mail"),
        ({"mapping": {"phone1": 0}}, "a position from 1"),
        ({"mapping": {"phone1": 1, "name": 2, "last_name": 3}}, "name is split into those two"),
        ({"list": {"mode": "named"}}, "list: has no name."),
        ({"list": {"mode": "per_day", "name": "x"}}, "names the list by prefix and date"),
        ({"list": {"name": "x", "prefix": "p"}}, "go with mode per_import or per_day"),
        ({"dedupe": {"keys": ["phone"]}}, "'dedupe.scope' is missing."),
        ({"dedupe": {"scope": ["file"]}}, "'dedupe.action' is missing."),
        ({"dedupe": {"scope": ["global", "destination"], "action": "update"}}, "cannot go with it"),
        ({"dedupe": {"scope": ["global", "lists"], "lists": ["x"], "action": "update"}}, "cannot go with it"),
        ({"dedupe": {"scope": ["lists"], "action": "update"}}, "name the lists to look in"),
        ({"dedupe": {"scope": ["file"], "lists": ["x"], "action": "update"}}, "name the lists to look in"),
        ({"dedupe": {"scope": ["file"], "action": "keep_new", "migrate": True}}, "migrate cannot go with keep_new"),
        ({"dedupe": {"scope": ["file"], "action": "keep_new", "reset_updated": True}}, "action update only"),
        ({"phone": {"format": "uk", "region": "US"}}, "region US contradicts format uk (GB)"),
        ({"phone": {"format": "uk", "max_length": 11}}, "max_length goes with format: advanced only"),
        ({"phone": {"format": "advanced", "truncate": True}}, "truncate needs max_length"),
        ({"phone": {"format": "advanced", "min_length": 9, "max_length": 8}}, "greater than max_length"),
        ({"phone": {"region": "XX"}}, "not an ISO country"),
        ({"expiry": {}}, "takes one of on"),
        ({"expiry": {"on": "2026-01-01", "in_days": 3}}, "takes one of on"),
        ({"currency": "GBX"}, "not an ISO currency code"),
        ({"time_zone": "Europe/Londn"}, "Did you mean 'Europe/London'?"),
        ({"contact": "email"}, "the mapping has none"),
        ({"email": {"required": True}}, "the mapping has none"),
        ({"delete_existing": "yes"}, "delete_existing: Input should be a valid boolean"),
        ({"cost_per_lead": -1}, "cost_per_lead: Input should be greater than or equal to 0"),
        ({"file": {"delimiter": "12345678901"}}, "file.delimiter"),
        ({"file": {"date_format": "dd/mm/yyyy"}}, "M large"),
        ({"file": {"date_format": "dd/MM"}}, "not a date format"),
        ({"file": {"quote": "ab"}}, "file.quote"),
        ({"file": {"escape": "slash"}}, "file.escape"),
        ({"file": {"footer_lines": -1}}, "file.footer_lines"),
    ],
)
def test_what_a_template_may_not_say_is_said_in_one_line(changes, said):
    assert said in complain(**changes)


def test_keys_that_yaml_1_1_would_read_as_booleans_are_text():
    values = read_yaml("expiry: {on: 2026-12-31}\nsupplier: NO\n", "acme.yaml")

    assert values["supplier"] == "NO"
    assert list(values["expiry"]) == ["on"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: [", "line"),
        ("name: a\nname: b\n", "line 2"),
        ("- a list", "is a YAML mapping"),
        ("a: &x [1]\nb: *x\n", "no YAML aliases"),
        ("a: !!python/object:os.system x\n", "not YAML"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_with_its_place(text, said):
    with pytest.raises(UserError, match=said):
        read_yaml(text, "acme.yaml")


def test_a_currency_is_known_from_the_region_where_a_cost_has_none():
    assert build_template({**MINIMAL, "cost_per_lead": 1}, "t").cost_currency == "GBP"
    assert build_template({**MINIMAL, "cost_per_lead": 1, "phone": {"region": "US"}}, "t").cost_currency == "USD"
    assert build_template(MINIMAL, "t").cost_currency is None


def test_overrides_win_over_the_template_and_say_so(home):
    save_template(home, "acme", CONTRACT.replace("acme-daily", "acme"))

    template, origins = load_template(home, "acme", {"supplier": "Other", "list": {"mode": "named", "name": "Cold"}})

    assert (template.supplier, template.list.name) == ("Other", "Cold")
    assert (origins["supplier"], origins["list.name"], origins["user"]) == ("override", "override", "template")
    assert "cost_basis" not in origins


def test_a_clone_keeps_comments_and_takes_the_new_name(home):
    save_template(home, "acme", "# ours\n" + CONTRACT)

    clone_template(home, "acme", "bolt")

    assert "# ours" in find_template(home, "bolt").read_text()
    assert load_template(home, "bolt")[0].name == "bolt"


def test_the_default_template_goes_with_its_template(home):
    save_template(home, "acme", CONTRACT)
    set_default(home, "acme")

    assert default_template(home) == "acme"

    delete_template(home, "acme")
    assert default_template(home) is None


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "x" * 200, "a\nb"])
def test_a_name_that_leaves_the_folder_is_refused(home, name):
    with pytest.raises(UserError):
        save_template(home, name, CONTRACT)


def test_the_schema_for_editors_knows_every_key():
    schema = json.loads(render_schema())

    assert set(schema["properties"]) == set(Template.model_fields)
    assert schema["additionalProperties"] is False
