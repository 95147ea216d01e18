-- Which contact points of the drop are to be compared, and what do they say?
--
-- reads   points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the contact points of the rows in question
-- reads   drop_rows (row_number BIGINT, email VARCHAR)    the cleaned rows
-- reads   kept_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    what the do-not-call check left
-- reads   shared_phones (value BIGINT)    numbers of switchboards
-- returns (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT, text VARCHAR)    the same, and the switchboards' numbers of these rows; in no order; text tells apart what value alone cannot
WITH addresses AS (
    SELECT
        drop_rows.row_number,
        lower(drop_rows.email) AS text
    FROM drop_rows
    SEMI JOIN points ON drop_rows.row_number = points.row_number
    WHERE drop_rows.email IS NOT NULL
),

switchboards AS (
    -- Nobody is the same by them, so their text is the row's own; yet they take the place of what a lead had there.
    SELECT
        kept_points.row_number,
        kept_points.slot,
        kept_points.kind,
        kept_points.value
    FROM kept_points
    SEMI JOIN shared_phones ON kept_points.value = shared_phones.value
    SEMI JOIN points ON kept_points.row_number = points.row_number
)

SELECT
    points.row_number,
    points.slot,
    points.kind,
    points.value,
    CASE WHEN points.kind = 3 THEN addresses.text ELSE '' END AS text
FROM points
LEFT JOIN addresses ON points.row_number = addresses.row_number
UNION ALL
SELECT
    row_number,
    slot,
    kind,
    value,
    'row ' || row_number AS text
FROM switchboards;
