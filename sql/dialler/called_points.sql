-- By what are the people known who were called, as the lead stands now, or stood when it went?
--
-- reads   touched (lead_id BIGINT)    the leads in question
-- reads   leads (lead_id BIGINT, list_id BIGINT, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_key BIGINT, phone2_key BIGINT, phone3_key BIGINT, phone4_key BIGINT, phone5_key BIGINT)    the leads
-- reads   lead_images (changed_by VARCHAR, lead_id BIGINT, list_id BIGINT, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_key BIGINT, phone2_key BIGINT, phone3_key BIGINT, phone4_key BIGINT, phone5_key BIGINT, updated_at TIMESTAMPTZ)    what is left of those that are gone
-- reads   row_evidence (row_number BIGINT, lead_base BIGINT, points BIGINT[])    by what those were found of which nothing else is left
-- reads   matches (lead_id BIGINT, list_id BIGINT)    on which list they stood
-- returns (lead_id BIGINT, list_id BIGINT, kind UTINYINT, value BIGINT, text VARCHAR)    one row per lead and contact point; text is the folded address
WITH gone AS (
    SELECT lead_images.*
    FROM lead_images
    SEMI JOIN touched ON lead_images.lead_id = touched.lead_id
    ANTI JOIN leads ON lead_images.lead_id = leads.lead_id
    QUALIFY
        row_number() OVER (
            PARTITION BY lead_images.lead_id ORDER BY lead_images.updated_at DESC, lead_images.changed_by DESC
        ) = 1
),

swept AS (
    SELECT DISTINCT
        matches.lead_id,
        matches.list_id,
        unnest(row_evidence.points) AS value
    FROM row_evidence
    INNER JOIN matches ON row_evidence.lead_base + row_evidence.row_number = matches.lead_id
    SEMI JOIN touched ON matches.lead_id = touched.lead_id
    ANTI JOIN leads ON matches.lead_id = leads.lead_id
    ANTI JOIN lead_images ON matches.lead_id = lead_images.lead_id
),

people AS (
    SELECT lead_id, list_id, email, phone1, phone2, phone3, phone4, phone5, phone1_key, phone2_key, phone3_key, phone4_key, phone5_key
    FROM leads
    WHERE lead_id IN (SELECT touched.lead_id FROM touched)
    UNION ALL
    SELECT lead_id, list_id, email, phone1, phone2, phone3, phone4, phone5, phone1_key, phone2_key, phone3_key, phone4_key, phone5_key
    FROM gone
),

phones AS (
    SELECT lead_id, list_id, phone1_key AS number, phone1 AS dial FROM people
    UNION ALL
    SELECT lead_id, list_id, phone2_key AS number, phone2 AS dial FROM people
    UNION ALL
    SELECT lead_id, list_id, phone3_key AS number, phone3 AS dial FROM people
    UNION ALL
    SELECT lead_id, list_id, phone4_key AS number, phone4 AS dial FROM people
    UNION ALL
    SELECT lead_id, list_id, phone5_key AS number, phone5 AS dial FROM people
)

SELECT DISTINCT
    lead_id,
    list_id,
    (CASE WHEN number IS NULL THEN 2 ELSE 1 END)::UTINYINT AS kind,
    coalesce(number, 3000000000000000000 + coalesce(nullif(ltrim(regexp_replace(dial, '[^0-9]', '', 'g'), '0'), ''), '0')::BIGINT) AS value,
    NULL::VARCHAR AS text
FROM phones
WHERE dial IS NOT NULL
UNION ALL
SELECT DISTINCT
    lead_id,
    list_id,
    3::UTINYINT AS kind,
    -1 - (md5_number(lower(email)) >> 82)::BIGINT AS value,
    lower(email) AS text
FROM people
WHERE email IS NOT NULL
UNION ALL
SELECT
    lead_id,
    list_id,
    (CASE WHEN value < 3000000000000000000 THEN 1 ELSE 2 END)::UTINYINT AS kind,
    value,
    NULL::VARCHAR AS text
FROM swept
WHERE value >= 0
ORDER BY lead_id, kind, value;
