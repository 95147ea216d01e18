-- Which contact points of the drop are to be compared, and what do they say?
--
-- reads   points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the contact points of the rows in question
-- reads   drop_rows (row_number BIGINT, email VARCHAR)    the cleaned rows
-- returns (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT, text VARCHAR)    the same; text tells apart what value alone cannot
WITH addresses AS (
    SELECT
        drop_rows.row_number,
        lower(drop_rows.email) AS text
    FROM drop_rows
    SEMI JOIN points ON drop_rows.row_number = points.row_number
    WHERE drop_rows.email IS NOT NULL
)

SELECT
    points.row_number,
    points.slot,
    points.kind,
    points.value,
    CASE WHEN points.kind = 3 THEN addresses.text ELSE '' END AS text
FROM points
LEFT JOIN addresses ON points.row_number = addresses.row_number
ORDER BY points.row_number, points.slot;
