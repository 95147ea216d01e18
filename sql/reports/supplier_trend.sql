-- How do a supplier's last days compare with those before, and what has drifted?
--
-- reads   supplier_summary_by_day (supplier_name VARCHAR, period_start DATE, currency VARCHAR, rows_received BIGINT, leads_accepted BIGINT, rej_phone_invalid BIGINT, rej_dnc BIGINT, rej_dup_in_file BIGINT, rej_dup_existing_same_supplier BIGINT, rej_dup_existing_other_supplier BIGINT, cost_net DECIMAL(18,6))    the Supplier Summary by day
-- reads   clock (now TIMESTAMPTZ)    the instant of the report; today is its day in UTC
-- returns (supplier VARCHAR, currency VARCHAR, days INTEGER, measure VARCHAR, before DOUBLE, now DOUBLE, change DOUBLE, is_drift BOOLEAN)    one row per supplier, currency, window of 7 or 28 days and measure; drift is a share that moved by five points and by more than three standard errors, or a cost that moved by a fifth
WITH windows AS (
    SELECT
        unnest([7, 28]) AS days,
        (now AT TIME ZONE 'UTC')::DATE AS today
    FROM clock
),

sums AS (
    SELECT
        summary.supplier_name AS supplier,
        summary.currency,
        windows.days,
        summary.period_start > windows.today - windows.days AS is_now,
        sum(summary.rows_received)::DOUBLE AS received,
        sum(summary.leads_accepted)::DOUBLE AS accepted,
        sum(summary.rej_phone_invalid) / nullif(received, 0) AS bad_phone,
        sum(summary.rej_dnc) / nullif(received, 0) AS do_not_call,
        sum(summary.rej_dup_in_file + summary.rej_dup_existing_same_supplier + summary.rej_dup_existing_other_supplier)
        / nullif(received, 0) AS duplicate,
        sum(summary.cost_net)::DOUBLE / nullif(accepted, 0) AS cpl_accepted
    FROM supplier_summary_by_day AS summary
    INNER JOIN windows
        ON summary.period_start > windows.today - 2 * windows.days AND summary.period_start <= windows.today
    GROUP BY summary.supplier_name, summary.currency, windows.days, is_now
),

measures AS (
    SELECT
        supplier,
        currency,
        days,
        is_now,
        received,
        unnest([
            {'measure': 'rows_received', 'value': received},
            {'measure': 'accept_rate', 'value': accepted / nullif(received, 0)},
            {'measure': 'bad_phone_rate', 'value': bad_phone},
            {'measure': 'dnc_rate', 'value': do_not_call},
            {'measure': 'dup_rate', 'value': duplicate},
            {'measure': 'cpl_accepted', 'value': cpl_accepted}
        ]) AS measured
    FROM sums
),

compared AS (
    SELECT
        supplier,
        currency,
        days,
        measured.measure,
        max(measured.value) FILTER (WHERE NOT is_now) AS before,
        max(measured.value) FILTER (WHERE is_now) AS now,
        now - before AS change,
        max(received) FILTER (WHERE NOT is_now) AS rows_before,
        max(received) FILTER (WHERE is_now) AS rows_now,
        (before * rows_before + now * rows_now) / nullif(rows_before + rows_now, 0) AS pooled
    FROM measures
    GROUP BY supplier, currency, days, measured.measure
),

judged AS (
    SELECT
        *,
        CASE
            WHEN measure = 'rows_received' THEN FALSE
            WHEN measure = 'cpl_accepted' THEN abs(change) > 0.2 * before
            ELSE
                abs(change) >= 0.05
                AND abs(change) > 3 * sqrt(greatest(pooled * (1 - pooled), 0) * (1 / nullif(rows_before, 0) + 1 / nullif(rows_now, 0)))
        END AS is_far
    FROM compared
)

SELECT
    supplier,
    currency,
    days,
    measure,
    before,
    now,
    change,
    coalesce(is_far, FALSE) AS is_drift
FROM judged
ORDER BY supplier, currency, days, measure;
