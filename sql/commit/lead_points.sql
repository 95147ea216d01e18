-- By what can leads be recognised?
--
-- reads   near_leads (lead_id BIGINT, list_id BIGINT, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_key BIGINT, phone2_key BIGINT, phone3_key BIGINT, phone4_key BIGINT, phone5_key BIGINT)    those in question; without the texts of numbers that have a key, perhaps
-- returns (kind UTINYINT, value BIGINT, lead_id BIGINT, list_id BIGINT, slot VARCHAR)    one row per contact point, in no order
WITH phones AS (
    SELECT lead_id, list_id, 'phone1' AS slot, phone1_key AS number, phone1 AS dial FROM near_leads
    UNION ALL
    SELECT lead_id, list_id, 'phone2' AS slot, phone2_key AS number, phone2 AS dial FROM near_leads
    UNION ALL
    SELECT lead_id, list_id, 'phone3' AS slot, phone3_key AS number, phone3 AS dial FROM near_leads
    UNION ALL
    SELECT lead_id, list_id, 'phone4' AS slot, phone4_key AS number, phone4 AS dial FROM near_leads
    UNION ALL
    SELECT lead_id, list_id, 'phone5' AS slot, phone5_key AS number, phone5 AS dial FROM near_leads
)

SELECT
    (CASE WHEN number IS NULL THEN 2 ELSE 1 END)::UTINYINT AS kind,
    coalesce(number, 3000000000000000000 + coalesce(nullif(ltrim(regexp_replace(dial, '[^0-9]', '', 'g'), '0'), ''), '0')::BIGINT) AS value,
    lead_id,
    list_id,
    slot
FROM phones
WHERE number IS NOT NULL OR dial IS NOT NULL
UNION ALL
SELECT
    3::UTINYINT AS kind,
    -1 - (md5_number(lower(email)) >> 82)::BIGINT AS value,
    lead_id,
    list_id,
    'email' AS slot
FROM near_leads
WHERE email IS NOT NULL;
