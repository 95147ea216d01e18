-- Which contact points of the drop does any lead have?
--
-- reads   compared_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    those by which this import looks
-- reads   silenced_points (row_number BIGINT, slot VARCHAR)    those that take no part
-- reads   contact_points (value BIGINT)    those of the leads
-- returns (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    one row per contact point, in no order
WITH found AS MATERIALIZED (
    -- First of all: few are found, and what is done to all of them costs more.
    SELECT
        compared_points.row_number,
        compared_points.slot,
        compared_points.kind,
        compared_points.value
    FROM compared_points
    SEMI JOIN contact_points ON compared_points.value = contact_points.value
)

SELECT
    found.row_number,
    found.slot,
    found.kind,
    found.value
FROM found
ANTI JOIN silenced_points ON found.row_number = silenced_points.row_number AND found.slot = silenced_points.slot;
