-- Which numbers of the drop stand on a do-not-call list, of whatever category?
--
-- reads   drop_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the contact points of the drop
-- reads   dnc_entries (value BIGINT)    the do-not-call entries
-- returns (row_number BIGINT, slot VARCHAR, value BIGINT)    one row per number found, in no order
SELECT
    drop_points.row_number,
    drop_points.slot,
    drop_points.value
FROM drop_points
SEMI JOIN dnc_entries ON drop_points.value = dnc_entries.value
WHERE drop_points.kind IN (1, 2);
