-- What did the calls make of each import's leads, as a whole or by the period in which they were called?
--
-- reads   attempts (lead_id BIGINT, import_id VARCHAR, list_id BIGINT, is_credited BOOLEAN, called_at TIMESTAMPTZ)    the calls that the dialler reported
-- reads   dispositions (lead_id BIGINT, outcome VARCHAR, sale_value DECIMAL(18,6), currency VARCHAR, called_at TIMESTAMPTZ)    their outcomes
-- reads   outcomes (outcome VARCHAR, is_contact BOOLEAN, is_right_party BOOLEAN, is_sale BOOLEAN, is_unworkable BOOLEAN, is_bad_number BOOLEAN)    what the outcomes mean
-- reads   lists (list_id BIGINT, time_zone VARCHAR)    in whose zone a call has its day
-- reads   report_period (period VARCHAR, basis VARCHAR, since DATE, until DATE)    day, week, month or all; received or activity; the first and last day of activity, NULL for no bound
-- returns (import_id VARCHAR, called_from DATE, called_until DATE, attempts BIGINT, leads_dialled BIGINT, leads_contacted BIGINT, leads_rpc BIGINT, sales BIGINT, unworkable BIGINT, bad_number_after_dial BIGINT, revenue DECIMAL(18,6), currencies VARCHAR[])    one row per import and, by activity, period, with its first day and, of all periods, the first and last day of a call; by received these are NULL
WITH calls AS (
    SELECT
        attempts.import_id,
        attempts.lead_id,
        attempts.is_credited,
        attempts.called_at,
        CASE WHEN report_period.basis = 'activity' THEN (attempts.called_at AT TIME ZONE coalesce(lists.time_zone, 'UTC'))::DATE END
            AS called_on
    FROM attempts
    CROSS JOIN report_period
    LEFT JOIN lists ON attempts.list_id = lists.list_id
),

bounded AS (
    SELECT
        calls.import_id,
        calls.lead_id,
        calls.is_credited,
        calls.called_at,
        calls.called_on,
        CASE report_period.period
            WHEN 'day' THEN calls.called_on
            WHEN 'week' THEN date_trunc('week', calls.called_on)::DATE
            WHEN 'month' THEN date_trunc('month', calls.called_on)::DATE
        END AS period_from
    FROM calls
    CROSS JOIN report_period
    WHERE
        calls.called_on IS NULL
        OR calls.called_on BETWEEN coalesce(report_period.since, calls.called_on)
        AND coalesce(report_period.until, calls.called_on)
)

SELECT
    bounded.import_id,
    coalesce(bounded.period_from, min(bounded.called_on)) AS called_from,
    max(bounded.called_on) AS called_until,
    count(*) AS attempts,
    count(DISTINCT bounded.lead_id) AS leads_dialled,
    count(DISTINCT bounded.lead_id) FILTER (WHERE outcomes.is_contact) AS leads_contacted,
    count(DISTINCT bounded.lead_id) FILTER (WHERE outcomes.is_right_party) AS leads_rpc,
    count(DISTINCT bounded.lead_id) FILTER (WHERE outcomes.is_sale AND bounded.is_credited) AS sales,
    count(DISTINCT bounded.lead_id) FILTER (WHERE outcomes.is_unworkable) AS unworkable,
    count(DISTINCT bounded.lead_id) FILTER (WHERE outcomes.is_bad_number) AS bad_number_after_dial,
    sum(dispositions.sale_value) FILTER (WHERE outcomes.is_sale)::DECIMAL(18, 6) AS revenue,
    list_sort(list(DISTINCT dispositions.currency) FILTER (WHERE outcomes.is_sale AND dispositions.sale_value IS NOT NULL)) AS currencies
FROM bounded
LEFT JOIN dispositions
    ON bounded.lead_id = dispositions.lead_id AND bounded.called_at = dispositions.called_at
LEFT JOIN outcomes ON dispositions.outcome = outcomes.outcome
GROUP BY bounded.import_id, bounded.period_from
ORDER BY bounded.import_id, called_from;
