"""Settings of the second stage: how numbers are written, which are not called, which addresses are taken."""

import pytest

UK = {"format": "advanced", "region": "GB"}


def bring_number(world, text, **phone):
    """Import one number; return its dial string and key, or its code."""
    result = world.bring(f"Name,Tel,Mail\nAnn,{text},\n", phone=phone)
    if result["created"]:
        return world.ask("SELECT phone1, phone1_e164 FROM leads")[0]
    return world.fates(result)[0]


@pytest.mark.parametrize(
    ("phone", "text", "expected"),
    [
        pytest.param(*case, marks=pytest.mark.feature(*ids))
        for ids, *case in [
            (("ML-026", "ML-027"), {"format": "uk"}, "7400 123456", ("07400123456", "+447400123456")),
            (("ML-026", "ML-028"), {"format": "intl_uk"}, "07400 123456", ("00447400123456", "+447400123456")),
            (("ML-026", "ML-029"), {"format": "intl_aus"}, "03 8174 9123", ("0061381749123", "+61381749123")),
            (("ML-026", "ML-030"), {"format": "intl_sa"}, "011 978 5313", ("0027119785313", "+27119785313")),
            (("ML-031", "MA-021"), {**UK, "add_leading_zero": True}, "7400123456", ("07400123456", "+447400123456")),
            (("ML-031", "MA-021"), {**UK, "add_leading_zero": True}, "07400123456", ("07400123456", "+447400123456")),
            (("ML-031", "MA-022"), {**UK}, "#+44-7400-123456#", ("07400123456", "+447400123456")),
            (
                ("ML-031", "MA-022"),
                {**UK, "remove_non_digits": False},
                "07400-123456",
                ("07400-123456", "+447400123456"),
            ),
            (("ML-031", "MA-023"), {**UK, "min_length": 12}, "07400123456", "R_PHONE_TOO_SHORT"),
            (("ML-031", "MA-024"), {**UK, "max_length": 10}, "07400123456", "R_PHONE_TOO_LONG"),
            (
                ("ML-031", "MA-025"),
                {**UK, "max_length": 11, "truncate": True, "require": "possible"},
                "0740012345699",
                ("07400123456", "+447400123456"),
            ),
            (("ML-061",), {**UK, "calling_code": "0"}, "7400123456", ("07400123456", "+447400123456")),
            (("ML-062",), {"format": "uk", "calling_code": "0"}, "7400123456", ("07400123456", "+447400123456")),
            (
                ("ML-062",),
                {"format": "intl_uk", "calling_code": "44"},
                "07400123456",
                ("00447400123456", "+447400123456"),
            ),
            (("MA-034",), {**UK, "calling_code": "44"}, "07400123456", ("447400123456", "+447400123456")),
            (("MA-034",), {**UK, "calling_code": "44"}, "447400123456", ("447400123456", "+447400123456")),
        ]
    ],
)
def test_a_number_is_written_as_the_format_says_and_compared_by_its_key(world, phone, text, expected):
    assert bring_number(world, text, **phone) == expected


@pytest.mark.feature("ML-008")
def test_with_and_without_the_country_code_it_is_the_same_person(world):
    rule = {"keys": ["phone"], "scope": ["destination"], "action": "keep_existing"}
    world.bring("Name,Tel,Mail\nAnn,+447400123456,\n")

    result = world.bring("Name,Tel,Mail\nAnn,07400123456,\n", dedupe=rule)

    assert world.fates(result) == ["R_DUP_SAME_SUPPLIER"]


@pytest.mark.feature("ML-037", "ML-038")
@pytest.mark.parametrize(("validates", "fates"), [(True, ["R_EMAIL_INVALID"]), (False, ["created"])])
def test_a_bad_address_rejects_a_lead_with_a_good_phone_only_if_addresses_are_validated(world, validates, fates):
    result = world.bring("Name,Tel,Mail\nAnn,07400 123456,ann@\n", email={"validate": validates})

    assert world.fates(result) == fates


DNC_DROP = "Name,Tel,Mail\nAnn,07400 123456,\nBob,07400 123457,\nCy,07400 123458,\nDi,07400 123459,\n"


@pytest.mark.feature("ML-039", "ML-040", "ML-041", "ML-042", "MA-026")
@pytest.mark.parametrize(
    ("dnc", "fates"),
    [
        (None, ["created"] * 4),
        ({}, ["R_DNC_IVR", "R_DNC_Requested", "created", "created"]),
        ({"categories": ["IVR"]}, ["R_DNC_IVR", "created", "created", "created"]),
        ({"categories": ["IVR", "House"]}, ["R_DNC_IVR", "created", "R_DNC_House", "created"]),
    ],
)
def test_only_the_categories_that_are_chosen_keep_numbers_out(world, dnc, fates):
    there = [row["category"] for row in world.lm("dnc", "status", "--json").json]
    for category, number in (("IVR", "+447400123456"), ("Requested", "0044 7400 123457"), ("House", "7400123458")):
        world.lm("dnc", "load", world.write("dnc.txt", f"{number}\n"), "--category", category)

    result = world.bring(DNC_DROP, dnc=dnc)

    assert there == ["IVR", "Imported", "Requested"]
    assert world.fates(result) == fates
    assert "House" in [row["category"] for row in world.lm("dnc", "status", "--json").json]
