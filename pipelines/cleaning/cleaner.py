"""The part of the walk that needs nothing but the row: map, tidy, numbers, e-mail, contact rule, call info.

Every step adds columns; none drops, reorders or overwrites. A verdict, once given, stays: the first code that applies
in the order of the walk.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.cleaning.call_info import render_call_info
from pipelines.cleaning.capturing import add_captured
from pipelines.cleaning.contact_data import NOTHING, add_contact_data, tell_misfits
from pipelines.cleaning.emails import add_email
from pipelines.cleaning.languages import add_language
from pipelines.cleaning.mapping import add_fields, map_fields
from pipelines.cleaning.numbers import add_number_zone, add_phones
from pipelines.phones.parsing import PathCounts
from pipelines.schema import PERSON_FIELDS, PHONE_SLOTS
from pipelines.tables.declared import MappedField, MappedTables
from pipelines.tables.field_types import spelling_of
from pipelines.templates.template import BY_NUMBER, Template


class Cleaner:
    """The row-wise part of the walk for one template and one file's columns."""

    def __init__(
        self,
        template: Template,
        headers: Sequence[str],
        file: str,
        profile: pl.DataFrame | None = None,
        contact_data: MappedTables = NOTHING,
    ) -> None:
        """Check the mapping and the call info against the file's headers; raises UserError where they do not fit.

        ``profile`` of the columns (see ``profile_columns``) helps to say which one a lost header is likely to be now;
        ``contact_data`` says of which types the mapped fields of contact data tables are.
        """
        self.template = template
        self.contact_data = contact_data.fields
        self.fields = map_fields(template, headers, file, profile)
        may_lack_columns = template.file.missing_columns == "empty"
        self.call_info = render_call_info(template.call_info, headers, file, may_lack_columns=may_lack_columns)
        self.phone_paths: list[PathCounts] = []

    def clean(self, chunk: pl.DataFrame) -> pl.DataFrame:
        """Return the cleaned rows of a chunk as the reader gives it, one for one and in order.

        Columns: ``row_number`` and ``line_number`` (Int64), ``code`` (String: why the row goes no further, or null),
        ``warnings`` (List of codes), ``raw_cells`` (String: JSON of emptied cells as they came, or null), the lead's
        text columns, ``phoneN`` (dial string), ``phoneN_key`` (Int64) and ``phoneN_type``, null where not usable, and
        ``phoneN_cell`` (String: the cell as it came, tidied; null without call info), ``detail`` (String: what a code
        is about, or null), ``captured_on`` (Date: null where not known); and per mapped field of contact
        data ``<table>.<field>`` (of its type), with ``….key`` (Int64) for a phone.
        """
        rows = add_fields(chunk, self.fields).pipe(add_phones, self.template.phone, self.phone_paths)
        if "numeric_cells" in chunk.columns:
            rows = add_numeric_warnings(rows, self.fields)
        rows = rows.pipe(add_email)
        is_mapped = "language" in self.template.mapping
        rows = rows.pipe(add_language, self.template.default_language, is_mapped=is_mapped)
        date_format = self.template.captured.date_format or self.template.file.date_format
        rows = rows.pipe(add_captured, date_format, is_mapped="captured_on" in self.template.mapping)
        if self.template.time_zone == BY_NUMBER:
            rows = add_number_zone(rows)
        rows = rows.pipe(add_contact_data, self.contact_data, spelling_of(self.template))
        rows = rows.with_columns(call_info=self.call_info).pipe(add_verdict, self.template, self.contact_data)
        return rows.pipe(add_warnings, self.contact_data).pipe(_select_cleaned, self.template, self.contact_data)


def add_numeric_warnings(rows: pl.DataFrame, fields: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """Add W_PHONE_NUMERIC to the warnings of each phone slot whose cell is a number in the supplier's workbook.

    Reads ``numeric_cells`` (List(UInt32): positions from 1 of the cells that are numbers).
    """
    noted = []
    sources = {slot: fields[slot].meta.root_names() for slot in PHONE_SLOTS if slot in fields}
    for slot, columns in sources.items():
        if not columns:
            continue
        positions = [int(column[1:]) for column in columns]
        is_number = pl.any_horizontal(pl.col("numeric_cells").list.contains(position) for position in positions)
        known = pl.col(f"{slot}_warnings").fill_null([])
        is_noted = is_number & pl.col(slot).is_not_null()
        noted.append(pl.when(is_noted).then(pl.concat_list(known, pl.lit("W_PHONE_NUMERIC"))).otherwise(known))
    return rows.with_columns(noted)


def add_verdict(rows: pl.DataFrame, template: Template, contact_data: Sequence[MappedField] = ()) -> pl.DataFrame:
    """Add ``code`` (String): the flaw of the record, else the first rule of the row-wise walk that it breaks.

    Also ``detail`` (String): which strict fields of contact data a row is rejected for; that rule comes last. Sources:
    decisions, Phone numbers (contact points); checklist ML-037, ML-087, CM-022.
    """
    bad_email = pl.col("email_flaw")
    has_phone = pl.any_horizontal(pl.col(f"{slot}_dial").is_not_null() for slot in PHONE_SLOTS)
    has_email = pl.col("email").is_not_null() & bad_email.is_null()
    first_phone_flaw = pl.coalesce(f"{slot}_flaw" for slot in PHONE_SLOTS)
    no_contact = pl.lit("R_NO_CONTACT")
    has_contact, why = {
        "phone": (has_phone, pl.coalesce(first_phone_flaw, no_contact)),
        "email": (has_email, pl.coalesce(bad_email, no_contact)),
        "any": (has_phone | has_email, pl.coalesce(first_phone_flaw, bad_email, no_contact)),
    }[template.contact]
    # The order of the walk: numbers come before e-mail, so a row that fails by both says so by its number.
    is_phone_fault = ~has_contact & why.str.starts_with("R_PHONE_")
    rules: list[pl.Expr] = [pl.col("flaw"), pl.when(is_phone_fault).then(why)]
    if template.email.validate_:
        rules.append(bad_email)
    if template.email.required:
        rules += [pl.when(pl.col("email").is_null()).then(pl.lit("R_EMAIL_MISSING")), bad_email]
    rules.append(pl.when(~has_contact).then(why))
    misfits = tell_misfits([field for field in contact_data if field.field.strict])
    rules.append(pl.when(misfits.is_not_null()).then(pl.lit("R_FIELD_TYPE")))
    code = pl.coalesce(rules)
    return rows.with_columns(code=code, detail=pl.when(code == "R_FIELD_TYPE").then(misfits))


def add_warnings(rows: pl.DataFrame, contact_data: Sequence[MappedField] = ()) -> pl.DataFrame:
    """Add ``warnings`` (List of codes, sorted) and ``raw_cells`` (String: JSON object of the cells not kept whole)."""
    is_bad_phone = {slot: pl.col(f"{slot}_flaw").is_not_null() for slot in PHONE_SLOTS}
    is_bad_email = pl.col("email_flaw").is_not_null()
    cell_warnings = {slot: pl.col(f"{slot}_warnings") for slot in PHONE_SLOTS if rows[f"{slot}_warnings"].count()}
    is_kept_raw = is_bad_phone | {
        "email": is_bad_email,
        "language": pl.col("is_language_unknown"),
        "captured_on": pl.col("is_bad_capture"),
    }
    for slot, warnings in cell_warnings.items():
        is_kept_raw[slot] |= warnings.list.contains("W_SECOND_NUMBER").fill_null(value=False)
    is_misfit = {field.cell: pl.col(f"{field.name}.is_misfit") for field in contact_data}
    is_left_out = [is_misfit[field.cell] for field in contact_data if not field.field.strict]
    field_warnings = [pl.col(f"{field.name}.warnings") for field in contact_data]
    is_kept_raw |= {
        cell: misfit | (warnings.list.len() > 0)
        for (cell, misfit), warnings in zip(is_misfit.items(), field_warnings, strict=True)
    }
    dropped = pl.concat_list(
        pl.when(pl.any_horizontal(is_bad_phone.values())).then(pl.lit("W_PHONE_DROPPED")),
        pl.when(is_bad_email).then(pl.lit("W_EMAIL_DROPPED")),
        pl.when(pl.col("is_bad_capture")).then(pl.lit("W_CAPTURED_ON")),
        pl.when(pl.any_horizontal(pl.lit(False), *is_left_out)).then(pl.lit("W_FIELD_TYPE")),
        pl.when(pl.col("is_language_default")).then(pl.lit("W_LANGUAGE_DEFAULT")),
        pl.when(pl.col("is_language_unknown")).then(pl.lit("W_LANGUAGE_UNKNOWN")),
    ).list.drop_nulls()
    raw = pl.struct(pl.when(kept).then(pl.col(name)).alias(name) for name, kept in is_kept_raw.items())
    of_cells = [warnings.fill_null([]) for warnings in cell_warnings.values()]
    is_told = [pl.col("is_language_default"), *(warnings.list.len() > 0 for warnings in of_cells)]
    has_warning = rows.select(pl.any_horizontal(*is_kept_raw.values(), *is_told)).to_series()
    if not has_warning.any():
        none = pl.lit([], pl.List(pl.String))
        return rows.with_columns(warnings=none, raw_cells=pl.lit(None, pl.String))
    # Few rows have any: the lists and the JSON are made for those alone.
    noted = rows.filter(has_warning).select(
        warnings=pl.concat_list(dropped, *of_cells, *field_warnings).list.unique().list.sort(),
        raw_cells=pl.when(pl.any_horizontal(is_kept_raw.values())).then(raw.struct.json_encode()),
    )
    places = (has_warning.cum_sum().cast(pl.Int64) - 1).set(~has_warning, None)
    return rows.hstack(noted[places]).with_columns(pl.col("warnings").fill_null([]))


def _select_cleaned(rows: pl.DataFrame, template: Template, contact_data: Sequence[MappedField] = ()) -> pl.DataFrame:
    tags = pl.lit(template.tags, dtype=pl.List(pl.String))
    if rows["tags"].count():
        split = pl.col("tags").str.split(";").list
        own_tags = split.eval(pl.element().str.strip_chars().replace("", None)).list.drop_nulls()
        tags = pl.concat_list(tags, own_tags.fill_null([]))
    is_static = template.time_zone != BY_NUMBER
    static_zone = pl.lit(template.time_zone, pl.String) if is_static else pl.col("number_zone")
    skill_group = pl.coalesce(pl.col("skill_group"), pl.lit(template.skill_group, pl.String))
    return rows.select(
        "row_number",
        "line_number",
        "code",
        "detail",
        "warnings",
        "raw_cells",
        *PERSON_FIELDS,
        pl.when(pl.col("email_flaw").is_null()).then(pl.col("email")).alias("email"),
        *(pl.col(f"{slot}_dial").alias(slot) for slot in PHONE_SLOTS),
        *(f"{slot}_key" for slot in PHONE_SLOTS),
        *(f"{slot}_type" for slot in PHONE_SLOTS),
        *(_show_cell(slot, template).alias(f"{slot}_cell") for slot in PHONE_SLOTS),
        pl.coalesce(pl.col("time_zone"), static_zone).alias("time_zone"),
        skill_group.alias("skill_group"),
        "call_info",
        pl.col("language_used").alias("language"),
        tags.list.unique(maintain_order=True).alias("tags"),
        "notes",
        pl.col("captured_day").alias("captured_on"),
        *(field.name for field in contact_data),
        *(f"{field.name}.key" for field in contact_data if field.field.type == "phone"),
        has_own_skill_group=pl.col("skill_group").is_not_null(),
        has_own_language=pl.col("language_tag").is_not_null(),
    )


def _show_cell(slot: str, template: Template) -> pl.Expr:
    """Return a phone cell as it came: what is taken out of the call info with a number that is taken off the lead."""
    return pl.col(slot) if template.call_info else pl.lit(None, pl.String)
