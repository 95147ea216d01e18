-- By what can rows of the drop be recognised whose numbers have no E.164 form? Apart, as few drops have any.
--
-- reads   drop_rows (row_number BIGINT, code VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_key BIGINT, phone2_key BIGINT, phone3_key BIGINT, phone4_key BIGINT, phone5_key BIGINT)    the cleaned rows
-- returns (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    one row per contact point, in no order
WITH live AS (
    SELECT *
    FROM drop_rows
    WHERE code IS NULL
),

keyless AS (
    SELECT row_number, 'phone1' AS slot, phone1 AS dial FROM live WHERE phone1_key IS NULL AND phone1 IS NOT NULL
    UNION ALL
    SELECT row_number, 'phone2' AS slot, phone2 AS dial FROM live WHERE phone2_key IS NULL AND phone2 IS NOT NULL
    UNION ALL
    SELECT row_number, 'phone3' AS slot, phone3 AS dial FROM live WHERE phone3_key IS NULL AND phone3 IS NOT NULL
    UNION ALL
    SELECT row_number, 'phone4' AS slot, phone4 AS dial FROM live WHERE phone4_key IS NULL AND phone4 IS NOT NULL
    UNION ALL
    SELECT row_number, 'phone5' AS slot, phone5 AS dial FROM live WHERE phone5_key IS NULL AND phone5 IS NOT NULL
)

SELECT
    row_number,
    slot,
    2::UTINYINT AS kind,
    3000000000000000000 + coalesce(nullif(ltrim(regexp_replace(dial, '[^0-9]', '', 'g'), '0'), ''), '0')::BIGINT AS value
FROM keyless;
