-- How many entries of a sorted table lie behind greater ones, so that looking values up reads more than it need?
--
-- reads   entries (position BIGINT, value BIGINT)    the table's rows, by where they lie
-- returns (rows BIGINT, unsorted BIGINT)    one row; counted by row groups, as these are what is read or skipped
WITH row_groups AS (
    SELECT
        position // 16384 AS row_group,
        min(value) AS lowest,
        max(value) AS highest,
        count(*) AS rows
    FROM entries
    GROUP BY row_group
),

compared AS (
    SELECT
        rows,
        lowest < max(highest) OVER (ORDER BY row_group ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS is_behind
    FROM row_groups
)

SELECT
    coalesce(sum(rows), 0)::BIGINT AS rows,
    coalesce(sum(rows) FILTER (WHERE is_behind), 0)::BIGINT AS unsorted
FROM compared
ORDER BY unsorted;
