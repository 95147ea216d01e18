-- Which contact points of the drop take part in the search for duplicates?
--
-- reads   compared_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    those by which this import looks
-- reads   silenced_points (row_number BIGINT, slot VARCHAR)    those that take no part
-- returns (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    one row per contact point, in no order
SELECT
    compared_points.row_number,
    compared_points.slot,
    compared_points.kind,
    compared_points.value
FROM compared_points
ANTI JOIN silenced_points
    ON compared_points.row_number = silenced_points.row_number AND compared_points.slot = silenced_points.slot;
