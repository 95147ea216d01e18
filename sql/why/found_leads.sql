-- Which leads have, or had, the contact point that is asked about?
--
-- reads   asked (kind VARCHAR, value BIGINT, e164 VARCHAR, digits VARCHAR, email VARCHAR)    one row: a phone, an e-mail or a lead's id
-- reads   standing_leads (lead_id BIGINT, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_e164 VARCHAR, phone2_e164 VARCHAR, phone3_e164 VARCHAR, phone4_e164 VARCHAR, phone5_e164 VARCHAR)    the leads, also those that have expired
-- reads   effects (lead_id BIGINT, points BIGINT[])    by what leads were found before imports changed them
-- reads   import_rows (fate VARCHAR, lead_id BIGINT, points BIGINT[])    by what rows are found whose leads do not have it
-- returns (lead_id BIGINT)    one row per lead
WITH standing AS (
    SELECT standing_leads.lead_id
    FROM standing_leads
    INNER JOIN asked
        ON
            asked.e164 IN (
                standing_leads.phone1_e164,
                standing_leads.phone2_e164,
                standing_leads.phone3_e164,
                standing_leads.phone4_e164,
                standing_leads.phone5_e164
            )
            OR asked.email = lower(standing_leads.email)
            OR (asked.digits IS NOT NULL AND (
                (standing_leads.phone1_e164 IS NULL AND asked.digits = ltrim(regexp_replace(standing_leads.phone1, '[^0-9]', '', 'g'), '0'))
                OR (standing_leads.phone2_e164 IS NULL AND asked.digits = ltrim(regexp_replace(standing_leads.phone2, '[^0-9]', '', 'g'), '0'))
                OR (standing_leads.phone3_e164 IS NULL AND asked.digits = ltrim(regexp_replace(standing_leads.phone3, '[^0-9]', '', 'g'), '0'))
                OR (standing_leads.phone4_e164 IS NULL AND asked.digits = ltrim(regexp_replace(standing_leads.phone4, '[^0-9]', '', 'g'), '0'))
                OR (standing_leads.phone5_e164 IS NULL AND asked.digits = ltrim(regexp_replace(standing_leads.phone5, '[^0-9]', '', 'g'), '0'))
            ))
),

changed AS (
    SELECT effects.lead_id
    FROM effects
    INNER JOIN asked ON list_contains(effects.points, asked.value)
),

made AS (
    SELECT import_rows.lead_id
    FROM import_rows
    INNER JOIN asked ON list_contains(import_rows.points, asked.value)
    WHERE import_rows.fate = 'created' AND import_rows.lead_id IS NOT NULL
),

named AS (
    SELECT asked.value AS lead_id
    FROM asked
    WHERE asked.kind = 'lead'
)

SELECT lead_id FROM standing
UNION
SELECT lead_id FROM changed
UNION
SELECT lead_id FROM made
UNION
SELECT lead_id FROM named
ORDER BY lead_id;
