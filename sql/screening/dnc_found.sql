-- Which numbers of the drop stand on a do-not-call list, of whatever category, and on what terms?
--
-- reads   drop_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the contact points of the drop
-- reads   dnc_entries (value BIGINT, terms_id BIGINT)    the do-not-call entries
-- returns (row_number BIGINT, slot VARCHAR, terms_id BIGINT)    one row per number and entry found, in no order
SELECT
    drop_points.row_number,
    drop_points.slot,
    dnc_entries.terms_id
FROM drop_points
INNER JOIN dnc_entries ON drop_points.value = dnc_entries.value
WHERE drop_points.kind IN (1, 2);
