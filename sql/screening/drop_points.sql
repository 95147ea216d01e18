-- By what can each row of the drop be recognised, but for numbers that have no E.164 form?
--
-- reads   drop_rows (row_number BIGINT, code VARCHAR, email VARCHAR, phone1_key BIGINT, phone2_key BIGINT, phone3_key BIGINT, phone4_key BIGINT, phone5_key BIGINT)    the cleaned rows
-- returns (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    one row per contact point, in no order
WITH live AS (
    SELECT *
    FROM drop_rows
    WHERE code IS NULL
),

keyed AS (
    -- By its key alone: a number that has one has a dial string, whose bytes need not be read.
    SELECT row_number, 'phone1' AS slot, phone1_key AS value FROM live WHERE phone1_key IS NOT NULL
    UNION ALL
    SELECT row_number, 'phone2' AS slot, phone2_key AS value FROM live WHERE phone2_key IS NOT NULL
    UNION ALL
    SELECT row_number, 'phone3' AS slot, phone3_key AS value FROM live WHERE phone3_key IS NOT NULL
    UNION ALL
    SELECT row_number, 'phone4' AS slot, phone4_key AS value FROM live WHERE phone4_key IS NOT NULL
    UNION ALL
    SELECT row_number, 'phone5' AS slot, phone5_key AS value FROM live WHERE phone5_key IS NOT NULL
)

SELECT
    row_number,
    slot,
    1::UTINYINT AS kind,
    value
FROM keyed
UNION ALL
SELECT
    row_number,
    'email' AS slot,
    3::UTINYINT AS kind,
    -1 - (md5_number(lower(email)) >> 82)::BIGINT AS value
FROM live
WHERE email IS NOT NULL;
