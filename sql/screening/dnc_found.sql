-- Which numbers of the drop stand on a do-not-call list, of whatever category, and on what terms?
--
-- reads   drop_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the contact points of the drop
-- reads   listed_values (value BIGINT)    the values of the drop that may stand on a list
-- reads   dnc_entries (value BIGINT, terms_id BIGINT)    the do-not-call entries
-- returns (row_number BIGINT, slot VARCHAR, terms_id BIGINT)    one row per number and entry found, in no order
WITH listed AS (
    SELECT
        drop_points.row_number,
        drop_points.slot,
        drop_points.value
    FROM drop_points
    SEMI JOIN listed_values ON drop_points.value = listed_values.value
    WHERE drop_points.kind IN (1, 2)
)

SELECT
    listed.row_number,
    listed.slot,
    dnc_entries.terms_id
FROM listed
INNER JOIN dnc_entries ON listed.value = dnc_entries.value;
