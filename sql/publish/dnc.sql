-- The do-not-call entries of one category.
--
-- reads   dnc (kind UTINYINT, value BIGINT, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (e164 VARCHAR, digits VARCHAR, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE)    one row per entry; digits where the entry has no E.164 form
SELECT
    CASE WHEN dnc.kind = 1 THEN '+' || dnc.value END AS e164,
    CASE WHEN dnc.kind = 2 THEN (dnc.value - 3000000000000000000)::VARCHAR END AS digits,
    dnc.category,
    dnc.source,
    dnc.listed_on,
    dnc.expires_on
FROM dnc
INNER JOIN part ON dnc.category = part.partition
ORDER BY dnc.kind, dnc.value, dnc.source;
