-- Which suppliers were made by imports that are undone, and are named by nothing else?
--
-- reads   suppliers (supplier_id BIGINT, name VARCHAR)    the suppliers
-- reads   additions (import_id VARCHAR, kind VARCHAR, added_id BIGINT)    what imports made beside leads
-- reads   imports (import_id VARCHAR, status VARCHAR, supplier VARCHAR)    the imports
-- reads   leads (supplier VARCHAR)    the leads after the undo
-- reads   lead_images (supplier VARCHAR)    leads that other undos would put back
-- returns (supplier_id BIGINT, name VARCHAR)    one row per supplier
WITH made AS (
    SELECT additions.added_id
    FROM additions
    INNER JOIN imports ON additions.import_id = imports.import_id
    WHERE additions.kind = 'supplier' AND imports.status = 'undone'
)

SELECT
    suppliers.supplier_id,
    suppliers.name
FROM suppliers
SEMI JOIN made ON suppliers.supplier_id = made.added_id
ANTI JOIN (SELECT DISTINCT supplier FROM imports WHERE status <> 'undone') AS used
    ON suppliers.name = used.supplier
ANTI JOIN leads ON suppliers.name = leads.supplier
ANTI JOIN lead_images ON suppliers.name = lead_images.supplier
ORDER BY suppliers.supplier_id;
