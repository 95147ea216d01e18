-- Which drops were refused because an import had brought their content already?
--
-- reads   accesses (logged_at TIMESTAMPTZ, user VARCHAR, action VARCHAR, subject VARCHAR, detail VARCHAR)    what was noted beside the store
-- reads   imports (import_id VARCHAR, list_id BIGINT)    the imports
-- reads   lists (list_id BIGINT, time_zone VARCHAR)    in whose zone a refusal has its day
-- returns (import_id VARCHAR, file VARCHAR, user VARCHAR, refused_on DATE, refused_at TIMESTAMPTZ)    one row per refused drop; the import is the one that brought the content first
SELECT
    imports.import_id,
    accesses.detail AS file,
    accesses."user",
    (accesses.logged_at AT TIME ZONE coalesce(lists.time_zone, 'UTC'))::DATE AS refused_on,
    accesses.logged_at AS refused_at
FROM accesses
INNER JOIN imports ON accesses.subject = imports.import_id
LEFT JOIN lists ON imports.list_id = lists.list_id
WHERE accesses.action = 'import refused'
ORDER BY refused_at, imports.import_id, file;
