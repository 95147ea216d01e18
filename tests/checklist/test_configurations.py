"""What import configurations elsewhere say beside settings: a language, a mapping that is found, one use only."""

import pytest

LANGUAGES = "Tel,Lang\n07400 123456,EN\n07400 123457,\n07400 123458,Klingonese\n07400 123459,Deutsch\n"
MAPPED = {"phone1": "Tel", "language": "Lang"}


@pytest.mark.feature("CM-029")
def test_the_default_language_stands_where_the_cell_is_blank_or_no_language_and_every_such_row_says_so(world):
    result = world.bring(LANGUAGES, mapping=MAPPED, default_language="en_gb", call_info="{{language}}")

    assert world.ask("SELECT language, call_info FROM leads ORDER BY row_number") == [
        ("en", "en"),
        ("en-GB", "en-GB"),
        ("en-GB", "en-GB"),
        ("de", "de"),
    ]
    assert result["warnings"] == {"W_LANGUAGE_DEFAULT": 2, "W_LANGUAGE_UNKNOWN": 1}
    assert world.ask("SELECT raw_cells->>'language' FROM import_rows WHERE row_number = 3") == [("Klingonese",)]


@pytest.mark.feature("CM-029")
def test_without_a_language_column_every_lead_has_the_default_and_no_row_is_warned(world):
    result = world.bring(LANGUAGES, mapping={"phone1": "Tel"}, default_language="fr")

    assert world.ask("SELECT DISTINCT language FROM leads") == [("fr",)]
    assert result["warnings"] == {}


def test_without_a_default_a_blank_stays_blank_and_what_is_no_language_is_emptied(world):
    result = world.bring(LANGUAGES, mapping=MAPPED)

    assert world.ask("SELECT language FROM leads ORDER BY row_number") == [("en",), (None,), (None,), ("de",)]
    assert result["warnings"] == {"W_LANGUAGE_UNKNOWN": 1}


def test_a_default_language_never_overwrites_that_of_a_lead_that_is_updated(world):
    update = {"keys": ["phone"], "scope": ["destination"], "action": "update"}
    world.bring("Tel,Lang\n07400 123456,fr\n07400 123457,fr\n", mapping=MAPPED)

    world.bring("Tel,Lang\n07400 123456,\n07400 123457,nl\n", mapping=MAPPED, dedupe=update, default_language="en")

    assert world.ask("SELECT language FROM leads ORDER BY row_number") == [("fr",), ("nl",)]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("English", "Did you mean 'en'?"),
        ("en-QQ", "Did you mean 'en'?"),
        ("xx", "is not a language tag"),
        (1, "string"),
    ],
)
def test_a_default_that_is_no_language_tag_is_refused_in_one_line(world, language, said):
    answer = world.check(default_language=language)

    assert answer.code == 2
    assert said in answer.err
    assert answer.err.count("\n") == 1
