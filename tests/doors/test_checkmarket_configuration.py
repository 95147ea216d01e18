"""What a configuration of CheckMarket comes to: the template by which its contacts are imported."""

import pytest

from pipelines.doors.access import Caller
from pipelines.doors.checkmarket.configuration import read_configuration, read_elements
from pipelines.doors.checkmarket.durations import read_duration, write_period
from pipelines.doors.checkmarket.fields import map_names
from pipelines.doors.checkmarket.keeping import Configuration
from pipelines.doors.checkmarket.templates import make_template, map_file, override_file
from pipelines.doors.xml_bodies import INSTANCE, read_xml

MAPPING = {"mapping": {"email": "Email"}}
SURVEY = {"SurveyId": 1}
COOLED = {"SurveyCooldownAfterInvitation": 30, "AccountCooldownAfterResponse": 7, "AccountCooldownAfterInvitation": 0}


def make(home, tenant="default", templates=(), contact_lists=None, **values):
    """Return what a template says of a configuration, as plain values."""
    config = read_configuration({"Name": "Spring", **values}, is_typed=True)
    caller = Caller("acme", tenant, ("write:contacts",), templates)
    made, _ = make_template(home, caller, Configuration(7, tenant, config), contact_lists or {}, MAPPING)
    return made.model_dump(mode="json", by_alias=True)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, {"name": "checkmarket-7", "description": "Spring", "supplier": "acme", "reusable": True, "dedupe": None}),
        ({"IsReusable": False}, {"reusable": False}),
        ({"EmailIsRequired": True}, {"email": {"validate": False, "required": True}}),
        ({"DefaultLanguageCode": "EN-gb"}, {"default_language": "en-GB"}),
        ({"SurveySettings": SURVEY, "UpdateTypeId": 2}, {"survey": {"id": 1, "invite_in_days": 0, "invite_at": "00:00", "expire_in_days": None, "expire_at": None, "update_existing": False}, "cooldown": None}),  # noqa: E501
        ({"SurveySettings": SURVEY | COOLED}, {"cooldown": None}),
        ({"SurveySettings": SURVEY | COOLED | {"ConsiderCooldownPeriod": True}}, {"cooldown": {"survey": {"after_invitation": 30, "after_response": None}, "list": None, "account": {"after_invitation": None, "after_response": 7}}}),  # noqa: E501
    ],
)  # fmt: skip
def test_each_field_is_said_by_a_key_of_the_template(home, values, told):
    made = make(home, **values)

    assert {key: made[key] for key in told} == told


@pytest.mark.feature("CM-019", "CM-020", "CM-021")
@pytest.mark.parametrize(
    ("flags", "scope", "action"),
    [
        (["Account"], ["global"], "update"),
        (["Group"], ["destination"], "update"),
        (["File"], ["file"], "keep_existing"),
        (["Account", "Group"], ["global"], "update"),
        (["File", "Group"], ["file", "destination"], "update"),
        (["Account", "Group", "File"], ["file", "global"], "update"),
    ],
)
def test_the_flags_of_uniqueness_say_where_e_mails_are_compared_and_what_happens(home, flags, scope, action):
    dedupe = make(home, **{f"EmailMustBeUniqueWithin{flag}": True for flag in flags})["dedupe"]

    assert (dedupe["keys"], dedupe["scope"], dedupe["action"]) == (["email"], scope, action)


@pytest.mark.feature("CM-005", "CM-006")
@pytest.mark.parametrize(
    ("tenant", "values", "name"),
    [
        ("default", {}, "CheckMarket"),
        ("default", {"ContactListId": 5}, "CheckMarket 5"),
        ("default", {"ContactListId": 5, "ContactGroupId": 6}, "CheckMarket 5"),
        ("default", {"ContactListId": 0, "ContactGroupId": 6}, "CheckMarket group 6"),
        ("default", {"ContactListId": 1}, "Warm"),
        ("other", {}, "CheckMarket (other)"),
        ("other", {"ContactListId": 5}, "CheckMarket 5 (other)"),
    ],
)
def test_the_list_is_called_by_its_number_and_tenant_or_as_the_settings_call_it(home, tenant, values, name):
    assert make(home, tenant, contact_lists={1: "Warm"}, **values)["list"]["name"] == name


def test_what_is_not_configured_is_as_the_operators_template_says(home):
    home.make()
    (home.templates / "checkmarket.yaml").write_text(
        "supplier: Acme\nlist: {mode: named, name: Surveys}\ndnc: {categories: [Bounce]}\ncost_per_lead: 0.1\n"
        "dedupe: {keys: [phone], scope: [file], action: keep_existing}\nmapping: {phone1: 1}\n"
    )

    made = make(home)
    flagged = make(home, EmailMustBeUniqueWithinFile=True)

    assert (made["supplier"], made["list"]["name"], made["dnc"]["categories"]) == ("Acme", "Surveys", ["Bounce"])
    assert (made["dedupe"]["keys"], flagged["dedupe"]["keys"]) == (["phone"], ["email"])
    assert (made["name"], made["mapping"]) == ("checkmarket-7", {"email": "Email"})


@pytest.mark.feature("CM-018", "CM-024", "CM-025", "CM-026")
def test_a_file_is_read_as_the_configuration_says(home):
    columns = [{"SourceColumnNumber": 3, "TargetColumnName": "email"}]
    told = {"Name": "x", "FirstRow": 2, "FieldDelimiter": "||", "RowDelimiter": "\\n", "ColumnMappings": columns}
    config = read_configuration(told, is_typed=True)
    written = {"file.format": "csv", "file.delimiter": "||", "file.row_delimiter": "\\n"}

    assert map_file(Configuration(1, "default", config)) == {"email": 3}
    assert override_file(config, is_mapped=True) == written | {"file.has_header": False, "file.first_row": 2}
    assert override_file(config, is_mapped=False) == written | {"file.has_header": True, "file.first_row": 1}


def test_what_is_nil_in_xml_is_not_said_and_what_is_blank_may_be_a_delimiter():
    elements = (
        f'<c:BaseImportConfig xmlns:i="{INSTANCE}" xmlns:c="urn:any"><c:Name> Sp<!-- -->r<![CDATA[in]]>g </c:Name>'
        '<c:FirstRow i:nil="true"/>'
        "<c:FieldDelimiter>\t</c:FieldDelimiter><c:DateFormat/><c:IsReusable>0</c:IsReusable></c:BaseImportConfig>"
    )

    config = read_configuration(read_elements(read_xml(elements.encode("utf-16"))), is_typed=False)

    assert (config.Name, config.FirstRow, config.FieldDelimiter, config.IsReusable) == ("Spring", None, "\t", False)
    assert not config.DateFormat


@pytest.mark.feature("CM-010", "CM-012")
@pytest.mark.parametrize(
    ("clock", "period"),
    [
        ("00:00:00.1234567", "PT0.1234567S"),
        ("00:00:00", "PT0S"),
        ("09:30:00", "PT9H30M"),
        ("23:59:59.5000000", "PT23H59M59.5S"),
    ],
)
def test_a_time_of_day_is_one_duration_in_json_and_another_in_xml(clock, period):
    assert (read_duration(clock), read_duration(period), write_period(clock)) == (clock, clock, period)


@pytest.mark.parametrize("text", ["24:00:00", "1.00:00:00", "9:30", "PT", "PT24H", "P1D", "-PT1H", "PT1.S", "", "PT٣H"])
def test_what_is_no_time_of_one_day_is_refused(text):
    with pytest.raises(ValueError, match="time of day"):
        read_duration(text)


def test_columns_are_known_by_the_names_of_either_system():
    names = ["EMAIL", "e-mail", "First Name", "LastName", "full_name", "Mobile", "ZipCode", "Ref"]

    assert map_names(names) == {
        "email": "EMAIL",
        "first_name": "First Name",
        "last_name": "LastName",
        "phone2": "Mobile",
        "postcode": "ZipCode",
    }
