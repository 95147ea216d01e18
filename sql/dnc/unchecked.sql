-- Which live leads were never held against a version of a do-not-call list that their import checks?
--
-- reads   leads (import_id VARCHAR, status VARCHAR)    the live leads
-- reads   imports (import_id VARCHAR, settings JSON, found JSON)    the imports that made them, and the versions they were screened against
-- reads   dnc_loads (load_id BIGINT, category VARCHAR)    the versions
-- reads   dnc_checks (category VARCHAR, load_id BIGINT, kind VARCHAR)    the live leads that were held against versions
-- returns (import_id VARCHAR, category VARCHAR, load_id BIGINT, leads BIGINT)    one row per import and version; none is the proof that every live lead was checked
WITH live AS (
    SELECT
        import_id,
        count(*) AS leads
    FROM leads
    WHERE status IS DISTINCT FROM 'suppressed'
    GROUP BY import_id
),

asked AS (
    SELECT
        imports.import_id,
        live.leads,
        unnest(from_json(imports.settings -> '$.dnc.categories', '["VARCHAR"]')) AS category
    FROM live
    INNER JOIN imports ON live.import_id = imports.import_id
),

screened AS (
    SELECT
        import_id,
        unnest(from_json(found -> '$.dnc_versions', '[{"category": "VARCHAR", "load_id": "BIGINT"}]')) AS version
    FROM imports
),

full_checks AS (
    SELECT
        category,
        max(load_id) AS load_id
    FROM dnc_checks
    WHERE kind = 'full'
    GROUP BY category
)

SELECT
    asked.import_id,
    asked.category,
    dnc_loads.load_id,
    asked.leads
FROM asked
INNER JOIN dnc_loads ON asked.category = dnc_loads.category
LEFT JOIN screened ON asked.import_id = screened.import_id AND asked.category = screened.version.category
LEFT JOIN full_checks ON asked.category = full_checks.category
ANTI JOIN dnc_checks ON dnc_loads.category = dnc_checks.category AND dnc_loads.load_id = dnc_checks.load_id
WHERE dnc_loads.load_id > greatest(coalesce(screened.version.load_id, -1), coalesce(full_checks.load_id, -1))
ORDER BY asked.import_id, asked.category, dnc_loads.load_id;
