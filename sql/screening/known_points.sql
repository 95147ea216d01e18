-- Which contact points of the drop does any lead have?
--
-- reads   live_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the contact points of the drop
-- reads   contact_points (value BIGINT)    those of the leads
-- returns (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    one row per contact point, in no order
SELECT
    live_points.row_number,
    live_points.slot,
    live_points.kind,
    live_points.value
FROM live_points
SEMI JOIN contact_points ON live_points.value = contact_points.value;
