-- How many rows had which fate, for which reason?
--
-- reads   verdicts (fate VARCHAR, code VARCHAR, warnings VARCHAR[])    what becomes of every row
-- returns (fate VARCHAR, code VARCHAR, rows BIGINT)    fates with a NULL code count all their rows; fate 'warning' counts a warning's
WITH counted AS (
    SELECT fate, NULL::VARCHAR AS code, count(*) AS rows FROM verdicts GROUP BY fate
    UNION ALL
    SELECT fate, code, count(*) AS rows FROM verdicts WHERE code IS NOT NULL GROUP BY fate, code
    UNION ALL
    SELECT 'warning' AS fate, code, count(*) AS rows
    FROM (SELECT unnest(warnings) AS code FROM verdicts) AS each_warning
    GROUP BY code
)

SELECT
    fate,
    code,
    rows
FROM counted
ORDER BY fate, code;
