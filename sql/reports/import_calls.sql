-- What did the calls make of each import's leads, as a whole or by the period in which they were called?
--
-- reads   attempts (lead_id BIGINT, import_id VARCHAR, list_id BIGINT, is_credited BOOLEAN, called_at TIMESTAMPTZ)    the calls that the dialler reported
-- reads   dispositions (lead_id BIGINT, outcome VARCHAR, sale_value DECIMAL(18,6), currency VARCHAR, called_at TIMESTAMPTZ)    their outcomes
-- reads   outcomes (outcome VARCHAR, is_contact BOOLEAN, is_right_party BOOLEAN, is_sale BOOLEAN, is_unworkable BOOLEAN, is_bad_number BOOLEAN)    what the outcomes mean
-- reads   lists (list_id BIGINT, time_zone VARCHAR)    in whose zone a call has its day
-- reads   report_period (period VARCHAR, basis VARCHAR, since DATE, until DATE)    day, week, month or all; received or activity; the first and last day of activity, NULL for no bound
-- returns (import_id VARCHAR, called_from DATE, called_until DATE, attempts BIGINT, leads_dialled BIGINT, leads_contacted BIGINT, leads_rpc BIGINT, sales BIGINT, unworkable BIGINT, bad_number_after_dial BIGINT, revenue DECIMAL(18,6), first_currency VARCHAR, last_currency VARCHAR)    one row per import and, by activity, period, with its first day and, of all periods, the first and last day of a call; by received these are NULL; the currencies are the first and last of sales by their letters
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
),

called AS (
    SELECT
        bounded.import_id,
        bounded.period_from,
        bounded.lead_id,
        count(*) AS attempts,
        min(bounded.called_on) AS first_on,
        max(bounded.called_on) AS last_on,
        bool_or(outcomes.is_contact) AS is_contact,
        bool_or(outcomes.is_right_party) AS is_right_party,
        bool_or(outcomes.is_sale AND bounded.is_credited) AS is_sale,
        bool_or(outcomes.is_unworkable) AS is_unworkable,
        bool_or(outcomes.is_bad_number) AS is_bad_number,
        sum(dispositions.sale_value) FILTER (WHERE outcomes.is_sale) AS revenue,
        min(dispositions.currency) FILTER (WHERE outcomes.is_sale AND dispositions.sale_value IS NOT NULL) AS first_currency,
        max(dispositions.currency) FILTER (WHERE outcomes.is_sale AND dispositions.sale_value IS NOT NULL) AS last_currency
    FROM bounded
    LEFT JOIN dispositions
        ON bounded.lead_id = dispositions.lead_id AND bounded.called_at = dispositions.called_at
    LEFT JOIN outcomes ON dispositions.outcome = outcomes.outcome
    GROUP BY bounded.import_id, bounded.period_from, bounded.lead_id
)

SELECT
    import_id,
    coalesce(period_from, min(first_on)) AS called_from,
    max(last_on) AS called_until,
    sum(attempts)::BIGINT AS attempts,
    count(*) AS leads_dialled,
    count_if(is_contact)::BIGINT AS leads_contacted,
    count_if(is_right_party)::BIGINT AS leads_rpc,
    count_if(is_sale)::BIGINT AS sales,
    count_if(is_unworkable)::BIGINT AS unworkable,
    count_if(is_bad_number)::BIGINT AS bad_number_after_dial,
    sum(revenue)::DECIMAL(18, 6) AS revenue,
    min(first_currency) AS first_currency,
    max(last_currency) AS last_currency
FROM called
GROUP BY import_id, period_from
ORDER BY import_id, called_from;
