-- Which outcomes does the report tell, the last row on a call standing, and are they new?
--
-- reads   matches (row_number BIGINT, lead_id BIGINT, happened_at TIMESTAMPTZ)    whom each row is about
-- reads   reported (row_number BIGINT, outcome VARCHAR, sale_value DECIMAL(18,6), currency VARCHAR)    the report's rows
-- reads   attempts (lead_id BIGINT, is_credited BOOLEAN, called_at TIMESTAMPTZ)    the calls, those of the report among them
-- reads   dispositions (lead_id BIGINT, outcome VARCHAR, sale_value DECIMAL(18,6), currency VARCHAR, called_at TIMESTAMPTZ)    the outcomes that are known
-- returns (lead_id BIGINT, outcome VARCHAR, sale_value DECIMAL(18,6), currency VARCHAR, called_at TIMESTAMPTZ, news VARCHAR)    one row per lead and call; news is added, repeated or corrected; the value stands with the lead that has the credit
WITH last_rows AS (
    SELECT
        matches.lead_id,
        matches.happened_at AS called_at,
        reported.outcome,
        CASE WHEN attempts.is_credited THEN reported.sale_value END AS sale_value,
        CASE WHEN attempts.is_credited THEN reported.currency END AS currency
    FROM matches
    INNER JOIN reported ON matches.row_number = reported.row_number
    INNER JOIN attempts ON matches.lead_id = attempts.lead_id AND matches.happened_at = attempts.called_at
    QUALIFY
        row_number() OVER (PARTITION BY matches.lead_id, matches.happened_at ORDER BY matches.row_number DESC) = 1
)

SELECT
    last_rows.lead_id,
    last_rows.outcome,
    last_rows.sale_value,
    last_rows.currency,
    last_rows.called_at,
    CASE
        WHEN dispositions.lead_id IS NULL THEN 'added'
        WHEN
            last_rows.outcome = dispositions.outcome
            AND coalesce(last_rows.sale_value = dispositions.sale_value, last_rows.sale_value IS NULL AND dispositions.sale_value IS NULL)
            AND coalesce(last_rows.currency = dispositions.currency, last_rows.currency IS NULL AND dispositions.currency IS NULL)
            THEN 'repeated'
        ELSE 'corrected'
    END AS news
FROM last_rows
LEFT JOIN dispositions ON last_rows.lead_id = dispositions.lead_id AND last_rows.called_at = dispositions.called_at
ORDER BY last_rows.called_at, last_rows.lead_id;
