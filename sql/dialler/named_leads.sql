-- Which of the leads that the report names did we make, and are they still there?
--
-- reads   reported (given_id BIGINT)    the report's rows; the id is NULL where none is given
-- reads   leads (lead_id BIGINT, import_id VARCHAR, list_id BIGINT, created_at TIMESTAMPTZ)    the leads
-- reads   single_rows (lead_id BIGINT, import_id VARCHAR, fate VARCHAR)    rows of imports
-- reads   row_spans (import_id VARCHAR, lead_base BIGINT, first_row BIGINT, rows BIGINT)    other rows, which all made leads
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

missing AS (
    SELECT lead_id FROM named
    EXCEPT
    SELECT lead_id FROM present
),

made AS (
    SELECT
        single_rows.lead_id,
        single_rows.import_id
    FROM single_rows
    SEMI JOIN missing ON single_rows.lead_id = missing.lead_id
    WHERE single_rows.fate = 'created'
    UNION ALL
    SELECT
        missing.lead_id,
        row_spans.import_id
    FROM missing
    ASOF INNER JOIN row_spans ON missing.lead_id >= row_spans.lead_base + row_spans.first_row
    WHERE missing.lead_id < row_spans.lead_base + row_spans.first_row + row_spans.rows
),

gone AS (
    SELECT
        made.lead_id,
        made.import_id,
        imports.list_id,
        NULL::TIMESTAMPTZ AS created_at,
        TRUE AS is_gone
    FROM made
    INNER JOIN imports ON made.import_id = imports.import_id
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
