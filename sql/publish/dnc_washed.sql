-- The numbers that a wash found free, of one category.
--
-- reads   dnc_washed (value BIGINT, category VARCHAR, washed_on DATE, load_id BIGINT)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (e164 VARCHAR, digits VARCHAR, category VARCHAR, washed_on DATE, load_id BIGINT)    one row per number
SELECT
    CASE WHEN dnc_washed.value < 3000000000000000000 THEN '+' || dnc_washed.value END AS e164,
    CASE WHEN dnc_washed.value >= 3000000000000000000 THEN (dnc_washed.value - 3000000000000000000)::VARCHAR END AS digits,
    dnc_washed.category,
    dnc_washed.washed_on,
    dnc_washed.load_id
FROM dnc_washed
INNER JOIN part ON dnc_washed.category = part.partition
ORDER BY dnc_washed.value;
