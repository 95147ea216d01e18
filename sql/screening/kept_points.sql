-- Which contact points of the drop are left after the do-not-call check?
--
-- reads   drop_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the contact points of the drop
-- reads   dnc_hits (row_number BIGINT, slot VARCHAR)    numbers that were taken off
-- returns (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    one row per contact point, in no order
SELECT
    drop_points.row_number,
    drop_points.slot,
    drop_points.kind,
    drop_points.value
FROM drop_points
ANTI JOIN dnc_hits ON drop_points.row_number = dnc_hits.row_number AND drop_points.slot = dnc_hits.slot;
