-- Which contact points of the drop stand in more than one of its rows?
--
-- reads   live_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the contact points of the drop
-- returns (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    their occurrences; e-mails by value, which their texts may part
WITH shared AS (
    SELECT value
    FROM live_points
    GROUP BY value
    HAVING min(row_number) < max(row_number)
)

SELECT
    live_points.row_number,
    live_points.slot,
    live_points.kind,
    live_points.value
FROM live_points
SEMI JOIN shared ON live_points.value = shared.value
ORDER BY live_points.row_number, live_points.slot;
