-- What becomes of the rows that have a number on a do-not-call list?
--
-- reads   dnc_hits (row_number BIGINT, slot VARCHAR, category VARCHAR, source VARCHAR, listed_on DATE)    the numbers found
-- reads   drop_points (row_number BIGINT, kind UTINYINT)    the contact points of the drop
-- reads   run (dnc_on_match VARCHAR, contact VARCHAR)    this import
-- returns (row_number BIGINT, category VARCHAR, is_rejected BOOLEAN, slots VARCHAR[], detail VARCHAR)    one row per row found, in no order; category is that of its first slot
WITH points AS (
    SELECT
        drop_points.row_number,
        count(*) FILTER (WHERE drop_points.kind <> 3) AS phones,
        count(*) FILTER (WHERE drop_points.kind = 3) AS emails
    FROM drop_points
    SEMI JOIN dnc_hits ON drop_points.row_number = dnc_hits.row_number
    GROUP BY drop_points.row_number
),

counted AS (
    SELECT
        row_number,
        count(*) AS hits
    FROM dnc_hits
    GROUP BY row_number
),

told AS (
    SELECT
        dnc_hits.row_number,
        counted.hits,
        dnc_hits.slot,
        dnc_hits.category,
        dnc_hits.slot || ' on ' || dnc_hits.category
        || coalesce(' since ' || dnc_hits.listed_on::VARCHAR, '') || coalesce(' (' || dnc_hits.source || ')', '') AS detail
    FROM dnc_hits
    INNER JOIN counted ON dnc_hits.row_number = counted.row_number
),

hits AS (
    -- Apart: most rows have one, and to join the words of many costs more than all else.
    SELECT
        row_number,
        [slot] AS slots,
        category,
        detail
    FROM told
    WHERE hits = 1
    UNION ALL
    SELECT
        row_number,
        list(slot ORDER BY slot) AS slots,
        first(category ORDER BY slot) AS category,
        string_agg(detail, '; ' ORDER BY slot) AS detail
    FROM told
    WHERE hits > 1
    GROUP BY row_number
)

SELECT
    hits.row_number,
    hits.category,
    run.dnc_on_match = 'reject_lead'
    OR CASE run.contact
        WHEN 'phone' THEN points.phones = len(hits.slots)
        WHEN 'email' THEN points.emails = 0
        ELSE points.phones = len(hits.slots) AND points.emails = 0
    END AS is_rejected,
    hits.slots,
    hits.detail
FROM hits
INNER JOIN points ON hits.row_number = points.row_number
CROSS JOIN run;
