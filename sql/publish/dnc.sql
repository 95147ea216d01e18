-- The do-not-call entries of one category that one load brought.
--
-- reads   dnc (value BIGINT, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE, load_id BIGINT)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (e164 VARCHAR, digits VARCHAR, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE)    one row per entry; digits where the entry has no E.164 form; in no order but the store's, which is by number
SELECT
    CASE WHEN dnc.value < 3000000000000000000 THEN '+' || dnc.value END AS e164,
    CASE WHEN dnc.value >= 3000000000000000000 THEN (dnc.value - 3000000000000000000)::VARCHAR END AS digits,
    dnc.category,
    dnc.source,
    dnc.listed_on,
    dnc.expires_on
FROM dnc
INNER JOIN part ON dnc.category = part.partition AND dnc.load_id = try_cast(part.part AS BIGINT);
