-- Which leads have no contact point left that their import asks for, after numbers were taken off them?
--
-- reads   taken_leads (lead_id BIGINT, import_id VARCHAR, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR)    the leads that numbers were taken off, as they stand after it
-- reads   imports (import_id VARCHAR, settings JSON)    the imports that made them
-- returns (lead_id BIGINT)    one row per lead; also where its import rejects leads for one number
WITH asked AS (
    SELECT
        import_id,
        coalesce(settings ->> '$.dnc.on_match', '') = 'reject_lead' AS is_whole,
        coalesce(settings ->> '$.contact', 'any') AS contact
    FROM imports
)

SELECT taken_leads.lead_id
FROM taken_leads
LEFT JOIN asked ON taken_leads.import_id = asked.import_id
WHERE
    coalesce(asked.is_whole, FALSE)
    OR CASE coalesce(asked.contact, 'any')
        WHEN 'email' THEN taken_leads.email IS NULL
        WHEN 'phone' THEN coalesce(taken_leads.phone1, taken_leads.phone2, taken_leads.phone3, taken_leads.phone4, taken_leads.phone5) IS NULL
        ELSE coalesce(taken_leads.phone1, taken_leads.phone2, taken_leads.phone3, taken_leads.phone4, taken_leads.phone5, taken_leads.email) IS NULL
    END
ORDER BY taken_leads.lead_id;
