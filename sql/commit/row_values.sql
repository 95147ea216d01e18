-- What does each row of the drop bring to its lead, without the numbers that may not be called?
--
-- reads   drop_rows (row_number BIGINT, title VARCHAR, first_name VARCHAR, last_name VARCHAR, company VARCHAR, address VARCHAR, city VARCHAR, region VARCHAR, postcode VARCHAR, country VARCHAR, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_key BIGINT, phone2_key BIGINT, phone3_key BIGINT, phone4_key BIGINT, phone5_key BIGINT, phone1_type VARCHAR, phone2_type VARCHAR, phone3_type VARCHAR, phone4_type VARCHAR, phone5_type VARCHAR, phone1_cell VARCHAR, phone2_cell VARCHAR, phone3_cell VARCHAR, phone4_cell VARCHAR, phone5_cell VARCHAR, time_zone VARCHAR, skill_group VARCHAR, call_info VARCHAR, language VARCHAR, tags VARCHAR[], notes VARCHAR, has_own_skill_group BOOLEAN, has_own_language BOOLEAN)    the cleaned rows
-- reads   verdicts (row_number BIGINT, fate VARCHAR, lead_id BIGINT)    what becomes of them
-- reads   dnc_verdicts (row_number BIGINT, slots VARCHAR[])    the slots to empty
-- returns (row_number BIGINT, lead_id BIGINT, fate VARCHAR, title VARCHAR, first_name VARCHAR, last_name VARCHAR, company VARCHAR, address VARCHAR, city VARCHAR, region VARCHAR, postcode VARCHAR, country VARCHAR, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_key BIGINT, phone2_key BIGINT, phone3_key BIGINT, phone4_key BIGINT, phone5_key BIGINT, phone1_type VARCHAR, phone2_type VARCHAR, phone3_type VARCHAR, phone4_type VARCHAR, phone5_type VARCHAR, time_zone VARCHAR, skill_group VARCHAR, call_info VARCHAR, language VARCHAR, tags VARCHAR[], notes VARCHAR, has_own_skill_group BOOLEAN, has_own_language BOOLEAN)    one row per row that makes or changes a lead, in no order
WITH hidden AS (
    -- An agent must not read a number either that was taken off the lead, in whatever spelling it was sent.
    SELECT
        drop_rows.row_number,
        drop_rows.call_info,
        CASE WHEN list_contains(taken.slots, 'phone1') THEN coalesce(drop_rows.phone1_cell, '') ELSE '' END AS cell1,
        CASE WHEN list_contains(taken.slots, 'phone1') THEN coalesce(drop_rows.phone1, '') ELSE '' END AS dial1,
        CASE WHEN list_contains(taken.slots, 'phone2') THEN coalesce(drop_rows.phone2_cell, '') ELSE '' END AS cell2,
        CASE WHEN list_contains(taken.slots, 'phone2') THEN coalesce(drop_rows.phone2, '') ELSE '' END AS dial2,
        CASE WHEN list_contains(taken.slots, 'phone3') THEN coalesce(drop_rows.phone3_cell, '') ELSE '' END AS cell3,
        CASE WHEN list_contains(taken.slots, 'phone3') THEN coalesce(drop_rows.phone3, '') ELSE '' END AS dial3,
        CASE WHEN list_contains(taken.slots, 'phone4') THEN coalesce(drop_rows.phone4_cell, '') ELSE '' END AS cell4,
        CASE WHEN list_contains(taken.slots, 'phone4') THEN coalesce(drop_rows.phone4, '') ELSE '' END AS dial4,
        CASE WHEN list_contains(taken.slots, 'phone5') THEN coalesce(drop_rows.phone5_cell, '') ELSE '' END AS cell5,
        CASE WHEN list_contains(taken.slots, 'phone5') THEN coalesce(drop_rows.phone5, '') ELSE '' END AS dial5
    FROM drop_rows
    INNER JOIN dnc_verdicts AS taken ON drop_rows.row_number = taken.row_number
    WHERE drop_rows.call_info IS NOT NULL
),

halfway AS (
    SELECT
        *,
        replace(
            replace(replace(replace(replace(
                call_info, cell1, ''
            ), cell2, ''), cell3, ''), cell4, ''), cell5, ''
        ) AS without_cells
    FROM hidden
),

shown AS (
    SELECT
        row_number,
        replace(
            replace(replace(replace(replace(
                without_cells, dial1, ''
            ), dial2, ''), dial3, ''), dial4, ''), dial5, ''
        ) AS call_info
    FROM halfway
)

SELECT
    verdicts.row_number,
    verdicts.lead_id,
    verdicts.fate,
    drop_rows.title,
    drop_rows.first_name,
    drop_rows.last_name,
    drop_rows.company,
    drop_rows.address,
    drop_rows.city,
    drop_rows.region,
    drop_rows.postcode,
    drop_rows.country,
    drop_rows.email,
    CASE WHEN list_contains(taken.slots, 'phone1') THEN NULL ELSE drop_rows.phone1 END AS phone1,
    CASE WHEN list_contains(taken.slots, 'phone2') THEN NULL ELSE drop_rows.phone2 END AS phone2,
    CASE WHEN list_contains(taken.slots, 'phone3') THEN NULL ELSE drop_rows.phone3 END AS phone3,
    CASE WHEN list_contains(taken.slots, 'phone4') THEN NULL ELSE drop_rows.phone4 END AS phone4,
    CASE WHEN list_contains(taken.slots, 'phone5') THEN NULL ELSE drop_rows.phone5 END AS phone5,
    CASE WHEN list_contains(taken.slots, 'phone1') THEN NULL ELSE drop_rows.phone1_key END AS phone1_key,
    CASE WHEN list_contains(taken.slots, 'phone2') THEN NULL ELSE drop_rows.phone2_key END AS phone2_key,
    CASE WHEN list_contains(taken.slots, 'phone3') THEN NULL ELSE drop_rows.phone3_key END AS phone3_key,
    CASE WHEN list_contains(taken.slots, 'phone4') THEN NULL ELSE drop_rows.phone4_key END AS phone4_key,
    CASE WHEN list_contains(taken.slots, 'phone5') THEN NULL ELSE drop_rows.phone5_key END AS phone5_key,
    CASE WHEN list_contains(taken.slots, 'phone1') THEN NULL ELSE drop_rows.phone1_type END AS phone1_type,
    CASE WHEN list_contains(taken.slots, 'phone2') THEN NULL ELSE drop_rows.phone2_type END AS phone2_type,
    CASE WHEN list_contains(taken.slots, 'phone3') THEN NULL ELSE drop_rows.phone3_type END AS phone3_type,
    CASE WHEN list_contains(taken.slots, 'phone4') THEN NULL ELSE drop_rows.phone4_type END AS phone4_type,
    CASE WHEN list_contains(taken.slots, 'phone5') THEN NULL ELSE drop_rows.phone5_type END AS phone5_type,
    drop_rows.time_zone,
    drop_rows.skill_group,
    coalesce(shown.call_info, drop_rows.call_info) AS call_info,
    drop_rows.language,
    drop_rows.tags,
    drop_rows.notes,
    drop_rows.has_own_skill_group,
    drop_rows.has_own_language
FROM verdicts
INNER JOIN drop_rows ON verdicts.row_number = drop_rows.row_number
LEFT JOIN dnc_verdicts AS taken ON verdicts.row_number = taken.row_number
LEFT JOIN shown ON verdicts.row_number = shown.row_number
WHERE verdicts.fate IN ('created', 'updated');
