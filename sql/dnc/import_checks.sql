-- Which do-not-call categories does each import check?
--
-- reads   imports (import_id VARCHAR, status VARCHAR, settings JSON)    the imports with their settings
-- returns (import_id VARCHAR, category VARCHAR)    one row per import that loaded leads and category
WITH checks AS (
    SELECT
        import_id,
        unnest(from_json(settings -> '$.dnc.categories', '["VARCHAR"]')) AS category
    FROM imports
    WHERE status IN ('completed', 'undone') AND (settings -> '$.dnc.categories') IS NOT NULL
)

SELECT DISTINCT
    import_id,
    category
FROM checks
ORDER BY import_id, category;
