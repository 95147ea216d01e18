-- The do-not-call entries of one category that one load brought; what their terms say is spelt out beside them.
--
-- reads   dnc_entries (value BIGINT, terms_id BIGINT)    the store's
-- reads   dnc_terms (terms_id BIGINT, category VARCHAR, load_id BIGINT)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (value BIGINT, terms_id BIGINT)    one row per entry; in no order but the store's, which is by number
SELECT
    dnc_entries.value,
    dnc_entries.terms_id
FROM dnc_entries
INNER JOIN dnc_terms ON dnc_entries.terms_id = dnc_terms.terms_id
INNER JOIN part ON dnc_terms.category = part.partition AND dnc_terms.load_id = try_cast(part.part AS BIGINT);
