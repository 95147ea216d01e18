-- Which terms do entries need that are not there yet?
--
-- reads   told (category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE, clock_from DATE, load_id BIGINT)    entries as they are to be
-- reads   dnc_terms (terms_id BIGINT, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE, clock_from DATE, load_id BIGINT)    the terms that are there
-- returns (terms_id BIGINT, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE, clock_from DATE, load_id BIGINT)    one row per terms, numbered on
WITH newest AS (
    SELECT coalesce(max(terms_id), 0) AS terms_id FROM dnc_terms
),

needed AS (
    SELECT DISTINCT
        told.category,
        told.source,
        told.listed_on,
        told.expires_on,
        told.clock_from,
        told.load_id
    FROM told
    ANTI JOIN dnc_terms
        ON
            told.category IS NOT DISTINCT FROM dnc_terms.category
            AND told.source IS NOT DISTINCT FROM dnc_terms.source
            AND told.listed_on IS NOT DISTINCT FROM dnc_terms.listed_on
            AND told.expires_on IS NOT DISTINCT FROM dnc_terms.expires_on
            AND told.clock_from IS NOT DISTINCT FROM dnc_terms.clock_from
            AND told.load_id IS NOT DISTINCT FROM dnc_terms.load_id
)

SELECT
    newest.terms_id + row_number() OVER (ORDER BY needed.source, needed.listed_on, needed.expires_on, needed.clock_from) AS terms_id,
    needed.category,
    needed.source,
    needed.listed_on,
    needed.expires_on,
    needed.clock_from,
    needed.load_id
FROM needed
CROSS JOIN newest
ORDER BY terms_id;
