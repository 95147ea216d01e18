-- The lists.
--
-- reads   lists (list_id BIGINT, name VARCHAR, time_zone VARCHAR, cloned_from VARCHAR, created_on DATE, campaign VARCHAR)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (list_id BIGINT, name VARCHAR, time_zone VARCHAR, cloned_from VARCHAR, created_on DATE, campaign VARCHAR)    one row per list
SELECT
    lists.list_id,
    lists.name,
    lists.time_zone,
    lists.cloned_from,
    lists.created_on,
    lists.campaign
FROM lists
CROSS JOIN part
ORDER BY lists.list_id;
