-- Which entries have numbers of the drop of which it is not known without the store?
--
-- reads   asked_values (value BIGINT)    the numbers in question
-- reads   known_terms (terms_id BIGINT)    the terms whose entries are known
-- reads   dnc_entries (value BIGINT, terms_id BIGINT)    the do-not-call entries
-- returns (value BIGINT, terms_id BIGINT)    one row per entry, in no order
SELECT
    dnc_entries.value,
    dnc_entries.terms_id
FROM dnc_entries
SEMI JOIN asked_values ON dnc_entries.value = asked_values.value
ANTI JOIN known_terms ON dnc_entries.terms_id = known_terms.terms_id;
