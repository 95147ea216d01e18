import hashlib
import re
from datetime import date
from pathlib import Path

import phonenumbers
import polars as pl
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.dice import make_dice
from examples.drops import CHUNK
from examples.generator import main, make_drop, write_drop
from examples.layouts import NULL_WORDS, draw_layout
from examples.profiles import PROFILES

ROWS = 12_000
UNREADABLE_ON_PURPOSE = ("two_numbers", "no_area_code")


def find_shares(column: pl.Series) -> dict[str, float]:
    return {str(name): count / column.len() for name, count in column.drop_nulls().value_counts().rows()}


@pytest.mark.parametrize("profile", PROFILES)
def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(profile):
    drop = make_drop(profile, 300, 11)

    assert make_drop(profile, 300, 11).content == drop.content
    assert make_drop(profile, 300, 11).truth.equals(drop.truth)
    assert make_drop(profile, 300, 12).content != drop.content


@pytest.mark.parametrize(
    ("profile", "digest"),
    [
        ("uk_hand_kept", "1324cbf6ee39c77a"),
        ("api_payload", "e6b92c8aa1d713f9"),
    ],
)
def test_the_bytes_of_a_seed_never_change(profile, digest):
    content = make_drop(profile, 200, 7, day=date(2026, 3, 2)).content

    assert hashlib.sha256(content).hexdigest()[:16] == digest


@settings(max_examples=25, deadline=None)
@given(profile=st.sampled_from(sorted(PROFILES)), rows=st.integers(1, 150), seed=st.integers(0, 10**6))
def test_a_drop_has_a_truth_for_each_of_its_rows(read_rows, profile, rows, seed):
    drop = make_drop(profile, rows, seed)

    assert len(read_rows(drop)) == rows
    assert drop.truth["row_number"].to_list() == list(range(1, rows + 1))


@pytest.mark.parametrize("profile", PROFILES)
def test_the_truth_is_what_libphonenumber_reads_in_the_cell(read_rows, profile):
    drop = make_drop(profile, 3_000, 21)
    region = drop.layout.profile.region
    differing = []

    for row, truth in zip(read_rows(drop), drop.truth.rows(named=True), strict=True):
        if truth["fault"] in UNREADABLE_ON_PURPOSE:
            continue
        try:
            parsed = phonenumbers.parse(row["phone"], region)
            number = parsed.country_code * 10 ** len(str(parsed.national_number)) + parsed.national_number
            read = number if phonenumbers.is_valid_number(parsed) else None
        except phonenumbers.NumberParseException:
            read = None
        if read != truth["number"]:
            differing.append((row["phone"], truth["fault"], truth["number"]))

    assert differing == []


@pytest.mark.parametrize("profile", ["au_local", "us_local"])
def test_local_numbers_are_valid_under_the_files_area_code_and_not_without(read_rows, profile):
    seed = next(s for s in range(50) if draw_layout(PROFILES[profile], s, date(2026, 3, 2)).shares["no_area_code"] > 0)
    drop = make_drop(profile, 500, seed)
    code = {"AU": 61, "US": 1}[drop.layout.profile.region]
    local = [
        (re.sub(r"\D", "", row["phone"]), truth["number"])
        for row, truth in zip(read_rows(drop), drop.truth.rows(named=True), strict=True)
        if truth["fault"] == "no_area_code"
    ]

    assert len(local) > 400
    assert all(int(f"{code}{drop.area_code}{digits}") == number for digits, number in local)
    assert not any(
        phonenumbers.is_valid_number(phonenumbers.parse(digits, drop.layout.profile.region)) for digits, _ in local
    )


@pytest.mark.parametrize(
    ("profile", "fault", "low", "high"),
    [
        ("uk_register", "missing", 0.015, 0.023),
        ("uk_register", "invalid", 0.003, 0.007),
        ("uk_hand_kept", "missing", 0.18, 0.25),
        ("uk_hand_kept", "outer_space", 0.01, 0.04),
        ("uk_hand_kept", "nbsp", 0.001, 0.003),
        ("uk_hand_kept", "extension", 0.001, 0.003),
        ("uk_hand_kept", "placeholder", 0.003, 0.007),
        ("spreadsheet_damaged", "missing", 0.14, 0.86),
        ("us_directory", "letters", 0.002, 0.017),
        ("us_directory", "extension", 0.001, 0.003),
        ("us_directory", "unbalanced_bracket", 0.001, 0.003),
        ("us_directory", "two_numbers", 0.0004, 0.0018),
        ("us_directory", "short_code", 0.001, 0.003),
        ("api_payload", "short", 0.008, 0.022),
    ],
)
def test_faults_come_at_the_measured_rates(profile, fault, low, high):
    shares = [find_shares(make_drop(profile, ROWS, seed).truth["fault"]).get(fault, 0.0) for seed in (1, 2, 3)]

    assert low <= sum(shares) / 3 <= high


@pytest.mark.parametrize(
    ("fault", "low", "high"),
    [
        ("local_only", 0.02, 0.036),
        ("wrong_length", 0.008, 0.016),
        ("minus_sign", 0.001, 0.006),
        ("scientific", 0.001, 0.08),
        ("lost_zero", 0.60, 0.84),
    ],
)
def test_a_spreadsheet_damages_the_filled_cells_at_the_measured_rates(fault, low, high):
    shares = []
    for seed in range(1, 7):
        faults = make_drop("spreadsheet_damaged", ROWS, seed).truth["fault"]
        shares.append(find_shares(faults.filter(faults.ne_missing("missing"))).get(fault, 0.0))

    assert low <= sum(shares) / 6 <= high


@pytest.mark.parametrize(
    ("profile", "pattern", "low", "high"),
    [
        ("uk_register", r"\d{5} \d{6}", 0.55, 0.66),
        ("uk_register", r"\d{4} \d{7}", 0.18, 0.28),
        ("uk_register", r"\d{3} \d{8}", 0.12, 0.20),
        ("uk_hand_kept", r"\d{5} \d{6}", 0.48, 0.56),
        ("uk_hand_kept", r"\d{4} \d{3} \d{4}", 0.17, 0.23),
        ("uk_hand_kept", r"\d{3} \d{4} \d{4}", 0.09, 0.15),
        ("uk_hand_kept", r"\d{5} \d{3} \d{3}", 0.07, 0.11),
        ("uk_hand_kept", r"\(\d{5}\) \d{6}", 0.006, 0.015),
        ("us_directory", r"\(\d{3}\) \d{3}-\d{4}", 0.89, 0.94),
        ("api_payload", r"\+44.*", 0.16, 0.22),
        ("api_payload", r"0044.*", 0.18, 0.24),
        ("api_payload", r"0\d{10}", 0.17, 0.23),
        ("api_payload", r"0(?!044).* .*", 0.36, 0.44),
    ],
)
def test_spellings_come_in_the_measured_shares(read_rows, profile, pattern, low, high):
    drop = make_drop(profile, ROWS, 4)
    cells = [row["phone"] for row in read_rows(drop)]
    filled = [c for c, fault in zip(cells, drop.truth["fault"], strict=True) if fault != "missing"]

    matching = sum(re.fullmatch(pattern, cell) is not None for cell in filled)

    assert low <= matching / len(filled) <= high


@pytest.mark.parametrize(
    ("profile", "low", "high"),
    [("uk_register", 0.12, 0.17), ("uk_hand_kept", 0.10, 0.16), ("us_directory", 0.12, 0.41)],
)
def test_numbers_repeat_at_the_measured_rate_but_no_row_does(read_rows, profile, low, high):
    drop = make_drop(profile, ROWS, 6)
    rows = [tuple(row.values()) for row in read_rows(drop)]
    numbers = drop.truth.drop_nulls("number")

    assert low <= numbers["duplicate_of"].is_not_null().mean() <= high
    assert len(set(rows)) == len(rows)


def test_a_repeat_names_the_first_row_with_its_number():
    truth = make_drop("us_directory", 2_000, 2).truth
    repeats = truth.drop_nulls("duplicate_of")

    first = repeats.join(truth, left_on="duplicate_of", right_on="row_number", suffix="_of_first")

    assert first.height == repeats.height > 100
    assert first["number"].equals(first["number_of_first"])
    assert first["duplicate_of_of_first"].null_count() == first.height
    assert truth.filter(pl.col("duplicate_of").is_null())["number"].drop_nulls().is_unique().all()


def test_emails_are_good_or_bad_as_the_truth_says(read_rows):
    drop = make_drop("uk_hand_kept", 3_000, 9)

    for row, truth in zip(read_rows(drop), drop.truth.rows(named=True), strict=True):
        if truth["email"]:
            assert row["email"].casefold() == truth["email"]
            validate_email(row["email"], check_deliverability=False)
        elif row["email"]:
            assert truth["email_fault"] == "invalid"
            with pytest.raises(EmailNotValidError):
                validate_email(row["email"], check_deliverability=False)


@pytest.mark.parametrize(
    ("fault", "low", "high"), [("invalid", 0.017, 0.025), ("capitals", 0.01, 0.04), ("shared", 0.0, 0.37)]
)
def test_emails_are_damaged_at_the_measured_rates(fault, low, high):
    shares = []
    for seed in (1, 2, 3, 4):
        faults = make_drop("uk_hand_kept", ROWS, seed).truth["email_fault"]
        shares.append(find_shares(faults.filter(faults.ne_missing("missing"))).get(fault, 0.0))

    assert low <= sum(shares) / 4 <= high


def test_cells_have_outer_space_text_nulls_and_foreign_letters_at_the_measured_rates(read_rows):
    cells = [
        cell
        for seed in (1, 2, 3, 4, 5, 6)
        for row in read_rows(make_drop("uk_hand_kept", 4_000, seed))
        for cell in row.values()
        if cell
    ]
    text_nulls = sum(cell.strip() in NULL_WORDS for cell in cells)

    assert 0.01 < sum(cell != cell.strip() for cell in cells) / len(cells) < 0.05
    assert 0 < text_nulls / len(cells) < 0.04  # two of twelve columns, in half of the files
    assert 0.0001 < sum(not cell.replace("\u00a0", " ").isascii() for cell in cells) / len(cells) < 0.0013


def test_faults_cluster_in_a_part_of_the_file():
    marked = make_dice(3, "cluster").mark_rows(40_000, 0.02)

    spared_runs = (marked.reshape(-1, 40).sum(axis=1) == 0).mean()

    assert abs(marked.mean() - 0.02) < 0.003
    assert spared_runs > 0.7  # sprinkled evenly, it would be 0.45


def test_files_differ_in_dialect_as_real_ones_do():
    uk = [draw_layout(PROFILES["uk_register"], seed, date(2026, 3, 2)).dialect for seed in range(400)]
    us = [draw_layout(PROFILES["us_directory"], seed, date(2026, 3, 2)) for seed in range(400)]

    assert sum(d.delimiter != "," for d in uk) < 16
    assert 70 < sum(layout.dialect.delimiter != "," for layout in us) < 130
    assert 30 < sum(not layout.dialect.has_header for layout in us) < 75
    assert 25 < sum(bool(layout.dialect.preamble) for layout in us) < 72
    assert 15 < sum(len(set(layout.header)) < len(layout.header) for layout in us) < 50
    assert 75 < sum(layout.shares["ragged"] > 0 for layout in us) < 135
    assert {layout.dialect.encoding for layout in us} == {"utf-8", "cp1252", "utf-16-le"}


def test_a_plain_drop_is_plain_whatever_the_seed():
    drops = [make_drop("us_directory", 20, seed, plain=True) for seed in range(30)]

    assert {drop.content.split(b"\n")[0] for drop in drops} == {",".join(drops[0].header).encode()}
    assert not any(drop.truth["is_ragged"].any() for drop in drops)


def test_a_streamed_drop_has_the_bytes_of_one_made_at_once(tmp_path: Path):
    rows = CHUNK + 500

    write_drop(tmp_path / "streamed.csv", "us_local", rows, 8)

    made = make_drop("us_local", rows, 8)
    assert (tmp_path / "streamed.csv").read_bytes() == made.content
    assert made.truth.height == rows
    assert made.truth.tail(500)["duplicate_of"].drop_nulls().min() < CHUNK  # a later chunk repeats an earlier one


def test_people_of_another_drop_come_again_in_other_spellings(read_rows):
    first = make_drop("uk_hand_kept", 400, 1, plain=True)

    second = make_drop("api_payload", 400, 2, known=first.people, known_share=0.3)

    shared = set(first.truth["number"].drop_nulls()) & set(second.truth["number"].drop_nulls())
    spelled = {row["phone"] for row in read_rows(first)} & {row["phone"] for row in read_rows(second)}
    assert len(shared) > 50
    assert len(spelled) < len(shared) / 4


def test_the_command_writes_a_drop_or_a_do_not_call_list(tmp_path: Path):
    main(["--profile", "uk_hand_kept", "--rows", "2000", "--seed", "5", "--out", str(tmp_path / "drop.csv")])
    main(
        ["--profile", "uk_hand_kept", "--rows", "2000", "--seed", "5", "--dnc", "5000", "--out", str(tmp_path / "dnc")]
    )

    listed = (tmp_path / "dnc").read_text(encoding="ascii").splitlines()
    made = make_drop("uk_hand_kept", 2000, 5)
    numbers = {
        int(phonenumbers.format_number(phonenumbers.parse(line, "GB"), phonenumbers.PhoneNumberFormat.E164)[1:])
        for line in listed
    }
    assert (tmp_path / "drop.csv").read_bytes() == made.content
    assert len(listed) == 5000
    assert len(numbers & set(made.truth["number"].drop_nulls())) >= 240
