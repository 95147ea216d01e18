-- The suppliers.
--
-- reads   suppliers (supplier_id BIGINT, name VARCHAR, created_on DATE)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (supplier_id BIGINT, name VARCHAR, created_on DATE)    one row per supplier
SELECT
    suppliers.supplier_id,
    suppliers.name,
    suppliers.created_on
FROM suppliers
CROSS JOIN part
ORDER BY suppliers.supplier_id;
