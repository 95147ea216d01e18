-- What does each row of the drop bring to its lead, without the numbers that may not be called?
--
-- reads   drop_rows (row_number BIGINT, title VARCHAR, first_name VARCHAR, last_name VARCHAR, company VARCHAR, address VARCHAR, city VARCHAR, region VARCHAR, postcode VARCHAR, country VARCHAR, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_key BIGINT, phone2_key BIGINT, phone3_key BIGINT, phone4_key BIGINT, phone5_key BIGINT, phone1_type VARCHAR, phone2_type VARCHAR, phone3_type VARCHAR, phone4_type VARCHAR, phone5_type VARCHAR, time_zone VARCHAR, skill_group VARCHAR, call_info VARCHAR, language VARCHAR, tags VARCHAR[], notes VARCHAR, has_own_skill_group BOOLEAN, has_own_language BOOLEAN)    the cleaned rows
-- reads   verdicts (row_number BIGINT, fate VARCHAR, lead_id BIGINT)    what becomes of them
-- reads   dnc_verdicts (row_number BIGINT, slots VARCHAR[])    the slots to empty
-- reads   call_infos (row_number BIGINT, call_info VARCHAR)    what an agent may still read of rows that lost a number
-- returns (row_number BIGINT, lead_id BIGINT, fate VARCHAR, title VARCHAR, first_name VARCHAR, last_name VARCHAR, company VARCHAR, address VARCHAR, city VARCHAR, region VARCHAR, postcode VARCHAR, country VARCHAR, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_key BIGINT, phone2_key BIGINT, phone3_key BIGINT, phone4_key BIGINT, phone5_key BIGINT, phone1_type VARCHAR, phone2_type VARCHAR, phone3_type VARCHAR, phone4_type VARCHAR, phone5_type VARCHAR, time_zone VARCHAR, skill_group VARCHAR, call_info VARCHAR, language VARCHAR, tags VARCHAR[], notes VARCHAR, has_own_skill_group BOOLEAN, has_own_language BOOLEAN)    one row per row that makes or changes a lead, in no order
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
    coalesce(call_infos.call_info, drop_rows.call_info) AS call_info,
    drop_rows.language,
    drop_rows.tags,
    drop_rows.notes,
    drop_rows.has_own_skill_group,
    drop_rows.has_own_language
FROM verdicts
INNER JOIN drop_rows ON verdicts.row_number = drop_rows.row_number
LEFT JOIN dnc_verdicts AS taken ON verdicts.row_number = taken.row_number
LEFT JOIN call_infos ON verdicts.row_number = call_infos.row_number
WHERE verdicts.fate IN ('created', 'updated');
