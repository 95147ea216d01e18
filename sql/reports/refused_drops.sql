-- Which drops were refused because an import had brought their content already?
--
-- reads   refusals (logged_at TIMESTAMPTZ, user VARCHAR, subject VARCHAR, detail VARCHAR)    what was noted beside the store
-- reads   imports (import_id VARCHAR, list_id BIGINT)    the imports
-- reads   lists (list_id BIGINT, time_zone VARCHAR)    in whose zone a refusal has its day
-- returns (import_id VARCHAR, file VARCHAR, user VARCHAR, refused_on DATE, refused_at TIMESTAMPTZ)    one row per refused drop; the import is the one that brought the content first
SELECT
    imports.import_id,
    refusals.detail AS file,
    refusals."user",
    (refusals.logged_at AT TIME ZONE coalesce(lists.time_zone, 'UTC'))::DATE AS refused_on,
    refusals.logged_at AS refused_at
FROM refusals
INNER JOIN imports ON refusals.subject = imports.import_id
LEFT JOIN lists ON imports.list_id = lists.list_id
ORDER BY refused_at, imports.import_id, file;
