-- Which leads have no contact point left that their import asks for, after numbers were taken off them?
--
-- reads   taken (lead_id BIGINT)    numbers that were taken off
-- reads   leads (lead_id BIGINT, import_id VARCHAR, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR)    the leads as they stand after it
-- reads   imports (import_id VARCHAR, settings JSON)    the imports that made them
-- returns (lead_id BIGINT)    one row per lead; also where its import rejects leads for one number
SELECT leads.lead_id
FROM leads
SEMI JOIN taken ON leads.lead_id = taken.lead_id
LEFT JOIN imports ON leads.import_id = imports.import_id
WHERE
    coalesce(imports.settings ->> '$.dnc.on_match', '') = 'reject_lead'
    OR CASE coalesce(imports.settings ->> '$.contact', 'any')
        WHEN 'email' THEN leads.email IS NULL
        WHEN 'phone' THEN coalesce(leads.phone1, leads.phone2, leads.phone3, leads.phone4, leads.phone5) IS NULL
        ELSE coalesce(leads.phone1, leads.phone2, leads.phone3, leads.phone4, leads.phone5, leads.email) IS NULL
    END
ORDER BY leads.lead_id;
