-- Which numbers of the drop begin with an area code or prefix that may not be called, of whatever category?
--
-- reads   drop_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the contact points of the drop
-- reads   dnc_prefixes (prefix BIGINT, digits UTINYINT, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE, clock_from DATE)    the prefixes
-- returns (row_number BIGINT, slot VARCHAR, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE, clock_from DATE)    one row per number and prefix, in no order
WITH lengths AS (
    SELECT DISTINCT digits FROM dnc_prefixes
),

beginnings AS (
    SELECT
        drop_points.row_number,
        drop_points.slot,
        lengths.digits,
        left(
            (CASE WHEN drop_points.kind = 2 THEN drop_points.value - 3000000000000000000 ELSE drop_points.value END)::VARCHAR,
            lengths.digits
        )::BIGINT AS beginning
    FROM drop_points
    CROSS JOIN lengths
    WHERE drop_points.kind IN (1, 2)
)

SELECT
    beginnings.row_number,
    beginnings.slot,
    dnc_prefixes.category,
    concat_ws(', ', dnc_prefixes.source, '+' || dnc_prefixes.prefix || '*') AS source,
    dnc_prefixes.listed_on,
    dnc_prefixes.expires_on,
    dnc_prefixes.clock_from
FROM beginnings
INNER JOIN dnc_prefixes
    ON beginnings.digits = dnc_prefixes.digits AND beginnings.beginning = dnc_prefixes.prefix;
