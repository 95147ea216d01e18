-- Which of the leads that the report names did we make, and are they still there?
--
-- reads   reported (given_id BIGINT)    the report's rows; the id is NULL where none is given
-- reads   leads (lead_id BIGINT, import_id VARCHAR, list_id BIGINT, created_at TIMESTAMPTZ)    the leads
-- reads   import_rows (lead_id BIGINT, import_id VARCHAR, fate VARCHAR)    every row of every import
-- reads   imports (import_id VARCHAR, list_id BIGINT)    every import
-- returns (lead_id BIGINT, import_id VARCHAR, list_id BIGINT, created_at TIMESTAMPTZ, is_gone BOOLEAN)    one row per lead that is known; of one that is gone the list is its import's
WITH named AS (
    SELECT DISTINCT given_id AS lead_id
    FROM reported
    WHERE given_id IS NOT NULL
),

present AS (
    SELECT
        leads.lead_id,
        leads.import_id,
        leads.list_id,
        leads.created_at,
        FALSE AS is_gone
    FROM leads
    SEMI JOIN named ON leads.lead_id = named.lead_id
),

gone AS (
    SELECT
        import_rows.lead_id,
        import_rows.import_id,
        imports.list_id,
        NULL::TIMESTAMPTZ AS created_at,
        TRUE AS is_gone
    FROM import_rows
    SEMI JOIN named ON import_rows.lead_id = named.lead_id
    ANTI JOIN present ON import_rows.lead_id = present.lead_id
    INNER JOIN imports ON import_rows.import_id = imports.import_id
    WHERE import_rows.fate = 'created'
)

SELECT
    lead_id,
    import_id,
    list_id,
    created_at,
    is_gone
FROM present
UNION ALL
SELECT
    lead_id,
    import_id,
    list_id,
    created_at,
    is_gone
FROM gone
ORDER BY lead_id;
