-- Which later rows were turned away for leads that now go, have expired, move or are recognised by something else?
--
-- reads   single_rows (import_id VARCHAR, fate VARCHAR, lead_id BIGINT)    the rows of imports that made no leads, among others
-- reads   imports (import_id VARCHAR, sequence BIGINT, status VARCHAR)    the imports
-- reads   going (lead_id BIGINT)    leads that the undo takes away
-- reads   swept (lead_id BIGINT)    leads of the import that expired before
-- reads   restored (lead_id BIGINT, list_id BIGINT, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_key BIGINT, phone2_key BIGINT, phone3_key BIGINT, phone4_key BIGINT, phone5_key BIGINT)    leads that it puts back
-- reads   leads (lead_id BIGINT, list_id BIGINT, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_key BIGINT, phone2_key BIGINT, phone3_key BIGINT, phone4_key BIGINT, phone5_key BIGINT)    the leads as they stand
-- reads   run (sequence BIGINT)    the import to undo
-- returns (import_id VARCHAR, rows BIGINT)    one row per later import, in their order
WITH freed AS (
    SELECT lead_id FROM going
    UNION ALL
    SELECT lead_id FROM swept
    UNION ALL
    SELECT leads.lead_id
    FROM leads
    INNER JOIN restored ON leads.lead_id = restored.lead_id
    WHERE
        leads.list_id IS DISTINCT FROM restored.list_id
        OR leads.email IS DISTINCT FROM restored.email
        OR leads.phone1 IS DISTINCT FROM restored.phone1
        OR leads.phone2 IS DISTINCT FROM restored.phone2
        OR leads.phone3 IS DISTINCT FROM restored.phone3
        OR leads.phone4 IS DISTINCT FROM restored.phone4
        OR leads.phone5 IS DISTINCT FROM restored.phone5
        OR leads.phone1_key IS DISTINCT FROM restored.phone1_key
        OR leads.phone2_key IS DISTINCT FROM restored.phone2_key
        OR leads.phone3_key IS DISTINCT FROM restored.phone3_key
        OR leads.phone4_key IS DISTINCT FROM restored.phone4_key
        OR leads.phone5_key IS DISTINCT FROM restored.phone5_key
)

SELECT
    single_rows.import_id,
    count(*) AS rows
FROM single_rows
SEMI JOIN freed ON single_rows.lead_id = freed.lead_id
INNER JOIN imports ON single_rows.import_id = imports.import_id
CROSS JOIN run
WHERE
    single_rows.fate IN ('rejected', 'quarantined')
    AND imports.status = 'completed'
    AND imports.sequence > run.sequence
GROUP BY single_rows.import_id, imports.sequence
ORDER BY imports.sequence;
