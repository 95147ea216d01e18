-- Which numbers of the drop stand on a do-not-call list, of whatever category, and on what terms?
--
-- reads   drop_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the contact points of the drop
-- reads   known_entries (value BIGINT, terms_id BIGINT)    entries with these values that are known without the store
-- reads   dnc_ended (value BIGINT, terms_id BIGINT)    those of them that are no more
-- reads   dnc_asked (value BIGINT, terms_id BIGINT)    all others
-- returns (row_number BIGINT, slot VARCHAR, terms_id BIGINT)    one row per number and entry found, in no order
WITH entries AS (
    SELECT
        known_entries.value,
        known_entries.terms_id
    FROM known_entries
    ANTI JOIN dnc_ended ON known_entries.value = dnc_ended.value AND known_entries.terms_id = dnc_ended.terms_id
    UNION ALL
    SELECT
        value,
        terms_id
    FROM dnc_asked
)

SELECT
    drop_points.row_number,
    drop_points.slot,
    entries.terms_id
FROM drop_points
INNER JOIN entries ON drop_points.value = entries.value
WHERE drop_points.kind IN (1, 2);
