"""The guides for those who come from another system name every field that its documents name."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUIDES = ROOT / "docs/coming-from"
SEEDS = ROOT.parent / "shared/seeds"

# What the documents of each system call its fields, and the beginning of the documents' names.
MAXCONTACT = """File|Notes|List|Supplier|Cost per lead|Ad-hoc|Load previous settings|Name|My default|Format
|Delete existing records|Validate email addresses|Check DNC|Deduplication|Scope
|Action|Default Skill Group|Clear Fetched Data|Static time zone
|Define time zone|Calling code|Enable import expiry|Expire option|Expire on date|Expire in days|Load previous mappings
|Mapping name|Headers|Fields|Mapping|Draggable fields|Preview call info|Call info|Field name|Field description|Data type
|Default value|Default UK|International UK|International AUS|International SA|Advanced|File uploaded|Global
|Dedupe against the destination list|Dedupe against additional lists|Keep existing|Keep new|Reset older|Start import
|Do another import|import history|Summary|Create table|Create field"""
API_MAPPING = """New|Clone|Save|Name|Description|High priority|Supplier|User|Specified list|Create new list per import
|Create new list per day|Response URL|Request format|Call info|Delete existing records|Keep existing callbacks
|Add leading zero|Remove non-digits|Min phone number length|Max phone number length|Truncate extra digits|Check DNC
|Deduplication|Default Skill Group|Clear Fetched Data|Static time zone|Calling code|Enable Import Expiry|Expire option
|Expire on date|Expire in days|File header|Field name|Ignore secondary mapping|Secondary table|Primary key field
|Third party|Default time zone"""
AMEYO = """cc-list|process-list|leads|contact-upload-tasks|accept|authorization|content-type|origin|file|user_id
|update_duplicate|churn_updated_records|migrate|header_mapping|twitter|timezone|facebook|phone1|phone2|phone3|phone4|phone5
|name|email|metadata|method|response|data|task_id|http_code|error_data|request_id"""
LEADLEX = """rows|csv|has_header|mapping|update_existing|tags|job_id|status|created_count|updated_count|skipped_count
|errors|data|Authorization|Content-Type|Idempotency-Key|full_name|email|validation_error|invalid_key|insufficient_permissions
|payload_too_large|rate_limited|X-RateLimit-Limit|X-RateLimit-Remaining|X-RateLimit-Reset|X-Request-ID|import.completed"""
CHECKMARKET = """Name|ContactGroupId|ContactListId|SurveySettings|SurveyId|InvitationDelayInDays|InvitationTime
|ExpirationAfterDays|ExpirationTime|ConsiderCooldownPeriod|SurveyCooldownAfterInvitation|SurveyCooldownAfterResponse
|AccountCooldownAfterInvitation|AccountCooldownAfterResponse|ColumnMappings|SourceColumnNumber|TargetColumnName
|EmailMustBeUniqueWithinAccount|EmailMustBeUniqueWithinGroup|EmailMustBeUniqueWithinFile|EmailIsRequired|DateFormat|FirstRow
|FieldDelimiter|RowDelimiter|SendNotificationMail|IsReusable|DefaultLanguageCode|UpdateTypeId|ImportConfigId|Succeeded
|FailureMessage|Meta|Data|Links|Status|TotalRowCount|Limit|Offset|TotalPageCount|StartRec|StopRec|Timestamp|IsFiltered"""
FIELDS = [
    ("maxcontact", "001", MAXCONTACT),
    ("maxcontact", "000", API_MAPPING),
    ("ameyo", "002", AMEYO),
    ("leadlex", "003", LEADLEX),
    ("checkmarket", "004", CHECKMARKET),
]


def read_seed(number: str) -> str:
    (path,) = SEEDS.glob(f"{number}_*.txt")
    return path.read_text(encoding="utf-8")


def list_fields(text: str) -> list[str]:
    return [field.strip() for field in text.split("|")]


@pytest.mark.parametrize(("guide", "seed", "fields"), FIELDS, ids=lambda value: value[:12])
def test_a_guide_names_every_field_in_the_first_column_of_a_table_and_says_where_it_is_here(guide, seed, fields):
    lines = re.findall(r"^\| (.+?) \| (.+?) \|$", (GUIDES / f"{guide}.md").read_text(encoding="utf-8"), re.MULTILINE)
    told = " ".join(there for there, here in lines if here).casefold()

    missing = [field for field in list_fields(fields) if not re.search(rf"\b{re.escape(field.casefold())}\b", told)]

    assert missing == []


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the documents are not beside the checkout")
@pytest.mark.parametrize(("guide", "seed", "fields"), FIELDS, ids=lambda value: value[:12])
def test_the_fields_are_those_of_the_documents(guide, seed, fields):
    text = read_seed(seed).casefold()

    assert [field for field in list_fields(fields) if field.casefold() not in text] == []


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the documents are not beside the checkout")
def test_no_field_of_the_documents_tables_and_samples_is_left_out():
    in_tables = set(re.findall(r"^\| ([A-Z][^|*]+?)(?: \*)? \|", read_seed("000"), re.MULTILINE))
    of_leadlex = set(re.findall(r'^\s*"(\w+)":', read_seed("003"), re.MULTILINE))
    of_ameyo = set(re.findall(r"[“\"](\w+)[”\"]:", read_seed("002")))
    of_checkmarket = set(re.findall(r'^\s*"(\w+)":', read_seed("004"), re.MULTILINE))

    headings = {"Control", "Field", "Option", "Setting"}
    assert in_tables - headings - set(list_fields(API_MAPPING)) == set()
    assert of_leadlex - set(list_fields(LEADLEX)) == set()
    assert of_ameyo - set(list_fields(AMEYO)) == set()
    assert of_checkmarket - set(list_fields(CHECKMARKET)) == set()


def test_every_key_and_command_that_the_guides_name_is_there():
    from pipelines.cli.main import COMMANDS
    from pipelines.templates.template import Template

    for guide in GUIDES.glob("*.md"):
        text = guide.read_text(encoding="utf-8")
        commands = set(re.findall(r"`leadmill ([a-z]+)", text))
        keys = set(re.findall(r"`([a-z_]+)\.[a-z_]+[:`]", text)) - {"import", "secondary"}
        assert commands <= set(COMMANDS), guide
        assert keys <= set(Template.model_fields), guide
