-- Which lists were made by imports that are undone, and are used by nothing else?
--
-- reads   lists (list_id BIGINT, name VARCHAR, cloned_from VARCHAR)    the lists
-- reads   additions (import_id VARCHAR, kind VARCHAR, added_id BIGINT)    what imports made beside leads
-- reads   imports (import_id VARCHAR, status VARCHAR, list VARCHAR)    the imports
-- reads   leads (list_id BIGINT)    the leads after the undo
-- reads   lead_images (list_id BIGINT)    leads that other undos would put back
-- reads   contact_history (list_id BIGINT)    whom we called, and on which list
-- returns (list_id BIGINT, name VARCHAR)    one row per list
WITH made AS (
    SELECT additions.added_id
    FROM additions
    INNER JOIN imports ON additions.import_id = imports.import_id
    WHERE additions.kind = 'list' AND imports.status = 'undone'
)

SELECT
    lists.list_id,
    lists.name
FROM lists
SEMI JOIN made ON lists.list_id = made.added_id
ANTI JOIN (SELECT DISTINCT list FROM imports WHERE status IN ('completed', 'held')) AS used ON lists.name = used.list
ANTI JOIN leads ON lists.list_id = leads.list_id
ANTI JOIN lead_images ON lists.list_id = lead_images.list_id
ANTI JOIN contact_history ON lists.list_id = contact_history.list_id
ANTI JOIN lists AS clones ON lists.name = clones.cloned_from
ORDER BY lists.list_id;
