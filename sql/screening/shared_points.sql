-- Which contact points of the drop stand in more than one of its rows?
--
-- reads   compared_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    those by which this import looks
-- reads   repeated_values (value BIGINT)    values that come more than once
-- reads   silenced_points (row_number BIGINT, slot VARCHAR)    those that take no part
-- returns (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    their occurrences, in no order; e-mails by value, which their texts may part
WITH found AS MATERIALIZED (
    SELECT
        compared_points.row_number,
        compared_points.slot,
        compared_points.kind,
        compared_points.value
    FROM compared_points
    SEMI JOIN repeated_values ON compared_points.value = repeated_values.value
),

heard AS (
    SELECT
        found.row_number,
        found.slot,
        found.kind,
        found.value
    FROM found
    ANTI JOIN silenced_points ON found.row_number = silenced_points.row_number AND found.slot = silenced_points.slot
)

SELECT
    row_number,
    slot,
    kind,
    value
FROM heard
QUALIFY min(row_number) OVER (PARTITION BY value) < max(row_number) OVER (PARTITION BY value);
