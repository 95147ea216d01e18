-- Under which terms do entries stand?
--
-- reads   told (value BIGINT, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE, clock_from DATE, load_id BIGINT)    entries as they are to be
-- reads   dnc_terms (terms_id BIGINT, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE, clock_from DATE, load_id BIGINT)    all terms
-- returns (value BIGINT, terms_id BIGINT)    one row per entry
SELECT
    told.value,
    dnc_terms.terms_id
FROM told
INNER JOIN dnc_terms
    ON
        told.category IS NOT DISTINCT FROM dnc_terms.category
        AND told.source IS NOT DISTINCT FROM dnc_terms.source
        AND told.listed_on IS NOT DISTINCT FROM dnc_terms.listed_on
        AND told.expires_on IS NOT DISTINCT FROM dnc_terms.expires_on
        AND told.clock_from IS NOT DISTINCT FROM dnc_terms.clock_from
        AND told.load_id IS NOT DISTINCT FROM dnc_terms.load_id
ORDER BY told.value;
