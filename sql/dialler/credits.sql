-- Whose credit for a call changes, because the report names the lead that was called?
--
-- reads   matches (lead_id BIGINT, matched_by VARCHAR, happened_at TIMESTAMPTZ)    whom each row is about
-- reads   attempts (lead_id BIGINT, number BIGINT, is_credited BOOLEAN, called_at TIMESTAMPTZ)    the calls, those of the report among them
-- returns (lead_id BIGINT, called_at TIMESTAMPTZ, is_credited BOOLEAN)    one row per call of which that is not so yet
WITH named AS (
    SELECT DISTINCT
        attempts.lead_id,
        attempts.number,
        attempts.called_at,
        attempts.is_credited
    FROM attempts
    INNER JOIN matches ON attempts.lead_id = matches.lead_id AND attempts.called_at = matches.happened_at
    WHERE matches.matched_by = 'id'
)

SELECT
    named.lead_id,
    named.called_at,
    TRUE AS is_credited
FROM named
WHERE NOT named.is_credited
UNION ALL
SELECT
    attempts.lead_id,
    attempts.called_at,
    FALSE AS is_credited
FROM attempts
SEMI JOIN named ON attempts.number = named.number AND attempts.called_at = named.called_at
ANTI JOIN named AS own ON attempts.lead_id = own.lead_id AND attempts.called_at = own.called_at
WHERE attempts.is_credited
ORDER BY lead_id, called_at;
