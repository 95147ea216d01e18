-- Which contact points of the drop stand in more than one of its rows?
--
-- reads   live_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT, text VARCHAR)    the contact points of the drop
-- returns (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT, text VARCHAR)    their occurrences
WITH shared AS (
    SELECT
        kind,
        value,
        text
    FROM live_points
    GROUP BY kind, value, text
    HAVING min(row_number) < max(row_number)
)

SELECT
    live_points.row_number,
    live_points.slot,
    live_points.kind,
    live_points.value,
    live_points.text
FROM live_points
SEMI JOIN shared
    ON
        live_points.kind = shared.kind
        AND live_points.value = shared.value
        AND live_points.text = shared.text
ORDER BY live_points.row_number, live_points.slot;
