-- How many rows of what kind did each import bring, and in which columns?
--
-- reads   imports (import_id VARCHAR, sequence BIGINT, status VARCHAR, file VARCHAR, template VARCHAR, started_at TIMESTAMPTZ, rows_received BIGINT, rejected BIGINT, quarantined BIGINT, found JSON)    the imports
-- reads   import_reasons (import_id VARCHAR, fate VARCHAR, code VARCHAR, rows BIGINT)    their rows by fate and code
-- returns (import_id VARCHAR, file VARCHAR, template VARCHAR, status VARCHAR, started_at TIMESTAMPTZ, rows BIGINT, rejected BIGINT, quarantined BIGINT, dnc BIGINT, fingerprint VARCHAR)    one row per import that was read, completed or held, in the order of the imports; dnc counts rows that a do-not-call list rejected
WITH listed AS (
    SELECT
        import_id,
        sum(rows)::BIGINT AS rows
    FROM import_reasons
    WHERE fate = 'rejected' AND starts_with(code, 'R_DNC')
    GROUP BY import_id
)

SELECT
    imports.import_id,
    imports.file,
    imports.template,
    imports.status,
    imports.started_at,
    imports.rows_received AS rows,
    imports.rejected,
    imports.quarantined,
    coalesce(listed.rows, 0) AS dnc,
    imports.found ->> '$.fingerprint' AS fingerprint
FROM imports
LEFT JOIN listed ON imports.import_id = listed.import_id
WHERE imports.status IN ('completed', 'held')
ORDER BY imports.sequence;
