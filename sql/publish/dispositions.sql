-- The outcomes of one day's calls (UTC) that the dialler reported.
--
-- reads   dispositions (lead_id BIGINT, outcome VARCHAR, sale_value DECIMAL(18,6), currency VARCHAR, called_at TIMESTAMPTZ)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (lead_id BIGINT, outcome VARCHAR, sale_value DECIMAL(18,6), currency VARCHAR, called_at TIMESTAMPTZ)    one row per lead and call that ended
SELECT
    dispositions.lead_id,
    dispositions.outcome,
    dispositions.sale_value,
    dispositions.currency,
    dispositions.called_at
FROM dispositions
CROSS JOIN part
WHERE (dispositions.called_at AT TIME ZONE 'UTC')::DATE = part.partition::DATE
ORDER BY dispositions.called_at, dispositions.lead_id;
