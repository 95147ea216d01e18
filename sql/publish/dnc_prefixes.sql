-- The area codes and other prefixes that may not be called.
--
-- reads   dnc_prefixes (prefix BIGINT, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE, load_id BIGINT)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (prefix VARCHAR, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE, load_id BIGINT)    one row per prefix and category
SELECT
    '+' || dnc_prefixes.prefix AS prefix,
    dnc_prefixes.category,
    dnc_prefixes.source,
    dnc_prefixes.listed_on,
    dnc_prefixes.expires_on,
    dnc_prefixes.load_id
FROM dnc_prefixes
CROSS JOIN part
ORDER BY dnc_prefixes.prefix, dnc_prefixes.category, dnc_prefixes.source;
