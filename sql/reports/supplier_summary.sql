-- What did each supplier deliver, what became of it, and what did it cost?
--
-- reads   imports (import_id VARCHAR, status VARCHAR, sha256 VARCHAR, supplier VARCHAR, import_date DATE, rows_received BIGINT, blank_lines BIGINT, created BIGINT, updated BIGINT, rejected BIGINT, quarantined BIGINT, replaced BIGINT, reset BIGINT, currency VARCHAR, cost_basis VARCHAR, cost_total DECIMAL(18,6))    every import with its ledger
-- reads   import_reasons (import_id VARCHAR, fate VARCHAR, code VARCHAR, rows BIGINT)    rows by reason
-- reads   suppliers (supplier_id BIGINT, name VARCHAR)    the suppliers
-- reads   leads (lead_id BIGINT, import_id VARCHAR, status VARCHAR)    the leads that are live, and those that do-not-call suppressed
-- reads   attempts (lead_id BIGINT, import_id VARCHAR, is_credited BOOLEAN, called_at TIMESTAMPTZ)    the calls that the dialler reported
-- reads   dispositions (lead_id BIGINT, outcome VARCHAR, sale_value DECIMAL(18,6), currency VARCHAR, called_at TIMESTAMPTZ)    their outcomes
-- reads   outcomes (outcome VARCHAR, is_contact BOOLEAN, is_right_party BOOLEAN, is_sale BOOLEAN, is_unworkable BOOLEAN, is_bad_number BOOLEAN)    what the outcomes mean
-- reads   callbacks (lead_id BIGINT)    the open callbacks
-- reads   dialler_loads (kind VARCHAR)    what the dialler has reported at all
-- reads   report_period (period VARCHAR)    day, week, month or all
-- returns (supplier_id BIGINT, supplier_name VARCHAR, parent_supplier VARCHAR, period_start DATE, period_end DATE, currency VARCHAR, imports BIGINT, files BIGINT, files_failed BIGINT, rows_received BIGINT, rows_blank BIGINT, rows_rejected BIGINT, rows_quarantined BIGINT, rej_no_contact BIGINT, rej_phone_invalid BIGINT, rej_email_invalid BIGINT, rej_dnc BIGINT, rej_dnc_by_category MAP(VARCHAR, BIGINT), rej_dup_in_file BIGINT, rej_dup_existing_same_supplier BIGINT, rej_dup_existing_other_supplier BIGINT, rej_policy BIGINT, leads_created BIGINT, leads_updated BIGINT, leads_replaced BIGINT, leads_reset BIGINT, leads_accepted BIGINT, accept_rate DOUBLE, reject_rate DOUBLE, dup_rate DOUBLE, dnc_rate DOUBLE, invalid_rate DOUBLE, leads_live BIGINT, unit_cost DECIMAL(18,6), cost_basis VARCHAR, cost_total DECIMAL(18,6), cost_returned DECIMAL(18,6), cost_net DECIMAL(18,6), cpl_received DOUBLE, cpl_accepted DOUBLE, leads_dialled BIGINT, penetration DOUBLE, attempts BIGINT, attempts_per_lead DOUBLE, leads_contacted BIGINT, leads_rpc BIGINT, contact_rate DOUBLE, contact_rate_delivered DOUBLE, sales BIGINT, conversion_rate DOUBLE, lead_to_sale DOUBLE, callbacks_open BIGINT, unworkable BIGINT, bad_number_after_dial BIGINT, cost_per_contact DOUBLE, cpa DOUBLE, revenue DECIMAL(18,6), profit DECIMAL(18,6), roi DOUBLE, exclusivity DOUBLE, first_received DATE, last_received DATE, reconciled BOOLEAN)    one row per supplier, period and currency; a ratio with denominator 0 is NULL, and so is everything that the dialler has not reported, and revenue where a sale has another currency than the cost
WITH told AS (
    SELECT
        coalesce(bool_or(kind IN ('attempts', 'dispositions')), FALSE) AS has_attempts,
        coalesce(bool_or(kind = 'dispositions'), FALSE) AS has_outcomes,
        coalesce(bool_or(kind = 'callbacks'), FALSE) AS has_callbacks
    FROM dialler_loads
),

calls AS (
    SELECT
        attempts.import_id,
        count(*) AS attempts,
        count(DISTINCT attempts.lead_id) AS leads_dialled,
        count(DISTINCT attempts.lead_id) FILTER (WHERE outcomes.is_contact) AS leads_contacted,
        count(DISTINCT attempts.lead_id) FILTER (WHERE outcomes.is_right_party) AS leads_rpc,
        count(DISTINCT attempts.lead_id) FILTER (WHERE outcomes.is_sale AND attempts.is_credited) AS sales,
        count(DISTINCT attempts.lead_id) FILTER (WHERE outcomes.is_unworkable) AS unworkable,
        count(DISTINCT attempts.lead_id) FILTER (WHERE outcomes.is_bad_number) AS bad_number,
        sum(dispositions.sale_value) FILTER (WHERE outcomes.is_sale) AS revenue,
        min(dispositions.currency) FILTER (WHERE outcomes.is_sale) AS first_currency,
        max(dispositions.currency) FILTER (WHERE outcomes.is_sale) AS last_currency
    FROM attempts
    LEFT JOIN dispositions
        ON attempts.lead_id = dispositions.lead_id AND attempts.called_at = dispositions.called_at
    LEFT JOIN outcomes ON dispositions.outcome = outcomes.outcome
    GROUP BY attempts.import_id
),

waiting AS (
    SELECT
        leads.import_id,
        count(DISTINCT callbacks.lead_id) AS callbacks_open
    FROM callbacks
    INNER JOIN leads ON callbacks.lead_id = leads.lead_id
    GROUP BY leads.import_id
),

delivered AS (
    SELECT
        imports.*,
        suppliers.supplier_id,
        CASE report_period.period
            WHEN 'day' THEN imports.import_date
            WHEN 'week' THEN date_trunc('week', imports.import_date)::DATE
            WHEN 'month' THEN date_trunc('month', imports.import_date)::DATE
        END AS period_start,
        CASE report_period.period
            WHEN 'day' THEN imports.import_date
            WHEN 'week' THEN (date_trunc('week', imports.import_date) + INTERVAL 6 DAY)::DATE
            WHEN 'month' THEN last_day(imports.import_date)
        END AS period_end,
        CASE WHEN imports.status = 'completed' THEN 1 ELSE 0 END AS is_counted
    FROM imports
    CROSS JOIN report_period
    INNER JOIN suppliers ON imports.supplier = suppliers.name
    WHERE imports.status IN ('completed', 'failed')
),

reasons AS (
    SELECT
        import_id,
        sum(rows) FILTER (WHERE code = 'R_NO_CONTACT') AS no_contact,
        sum(rows) FILTER (WHERE starts_with(code, 'R_PHONE_') AND code <> 'R_PHONE_TYPE') AS phone_invalid,
        sum(rows) FILTER (WHERE starts_with(code, 'R_EMAIL_')) AS email_invalid,
        sum(rows) FILTER (WHERE starts_with(code, 'R_DNC_')) AS dnc,
        sum(rows) FILTER (WHERE code IN ('R_COOLDOWN', 'R_PHONE_TYPE')) AS policy,
        sum(rows) FILTER (WHERE code = 'R_DUP_IN_FILE') AS dup_in_file,
        sum(rows) FILTER (WHERE code = 'R_DUP_SAME_SUPPLIER') AS dup_same_supplier,
        sum(rows) FILTER (WHERE code = 'R_DUP_OTHER_SUPPLIER') AS dup_other_supplier
    FROM import_reasons
    WHERE fate = 'rejected'
    GROUP BY import_id
),

live AS (
    SELECT
        import_id,
        count(*) AS leads_live
    FROM leads
    WHERE status IS DISTINCT FROM 'suppressed'
    GROUP BY import_id
),

categories AS (
    SELECT
        supplier_id,
        period_start,
        currency,
        map_from_entries(list((category, rows) ORDER BY category)) AS by_category
    FROM (
        SELECT
            delivered.supplier_id,
            delivered.period_start,
            delivered.currency,
            substr(import_reasons.code, 7) AS category,
            sum(import_reasons.rows)::BIGINT AS rows
        FROM import_reasons
        INNER JOIN delivered ON import_reasons.import_id = delivered.import_id
        WHERE
            delivered.is_counted = 1
            AND import_reasons.fate = 'rejected'
            AND starts_with(import_reasons.code, 'R_DNC_')
        GROUP BY ALL
    ) AS dnc_rows
    GROUP BY supplier_id, period_start, currency
),

totals AS (
    SELECT
        delivered.supplier_id,
        delivered.supplier AS supplier_name,
        coalesce(delivered.period_start, min(delivered.import_date)) AS period_start,
        coalesce(delivered.period_end, max(delivered.import_date)) AS period_end,
        delivered.period_start AS period,
        delivered.currency,
        sum(delivered.is_counted)::BIGINT AS imports,
        count(DISTINCT delivered.sha256) FILTER (WHERE delivered.is_counted = 1) AS files,
        count(*) FILTER (WHERE delivered.status = 'failed') AS files_failed,
        coalesce(sum(delivered.rows_received) FILTER (WHERE delivered.is_counted = 1), 0)::BIGINT AS rows_received,
        coalesce(sum(delivered.blank_lines) FILTER (WHERE delivered.is_counted = 1), 0)::BIGINT AS rows_blank,
        coalesce(sum(delivered.rejected) FILTER (WHERE delivered.is_counted = 1), 0)::BIGINT AS rows_rejected,
        coalesce(sum(delivered.quarantined) FILTER (WHERE delivered.is_counted = 1), 0)::BIGINT AS rows_quarantined,
        coalesce(sum(reasons.no_contact) FILTER (WHERE delivered.is_counted = 1), 0)::BIGINT AS rej_no_contact,
        coalesce(sum(reasons.phone_invalid) FILTER (WHERE delivered.is_counted = 1), 0)::BIGINT AS rej_phone_invalid,
        coalesce(sum(reasons.email_invalid) FILTER (WHERE delivered.is_counted = 1), 0)::BIGINT AS rej_email_invalid,
        coalesce(sum(reasons.dnc) FILTER (WHERE delivered.is_counted = 1), 0)::BIGINT AS rej_dnc,
        coalesce(sum(reasons.dup_in_file) FILTER (WHERE delivered.is_counted = 1), 0)::BIGINT AS rej_dup_in_file,
        coalesce(sum(reasons.dup_same_supplier) FILTER (WHERE delivered.is_counted = 1), 0)::BIGINT AS dup_same_supplier,
        coalesce(sum(reasons.dup_other_supplier) FILTER (WHERE delivered.is_counted = 1), 0)::BIGINT AS dup_other_supplier,
        coalesce(sum(reasons.policy) FILTER (WHERE delivered.is_counted = 1), 0)::BIGINT AS rej_policy,
        coalesce(sum(delivered.created) FILTER (WHERE delivered.is_counted = 1), 0)::BIGINT AS leads_created,
        coalesce(sum(delivered.updated) FILTER (WHERE delivered.is_counted = 1), 0)::BIGINT AS leads_updated,
        coalesce(sum(delivered.replaced) FILTER (WHERE delivered.is_counted = 1), 0)::BIGINT AS leads_replaced,
        coalesce(sum(delivered.reset) FILTER (WHERE delivered.is_counted = 1), 0)::BIGINT AS leads_reset,
        coalesce(sum(live.leads_live) FILTER (WHERE delivered.is_counted = 1), 0)::BIGINT AS leads_live,
        sum(delivered.cost_total) FILTER (WHERE delivered.is_counted = 1) AS cost_total,
        sum(CASE delivered.cost_basis
            WHEN 'accepted' THEN delivered.created + delivered.updated
            WHEN 'created' THEN delivered.created
            ELSE delivered.rows_received
        END) FILTER (WHERE delivered.is_counted = 1 AND delivered.cost_total IS NOT NULL) AS rows_costed,
        coalesce(sum(calls.attempts), 0)::BIGINT AS attempts,
        coalesce(sum(calls.leads_dialled), 0)::BIGINT AS leads_dialled,
        coalesce(sum(calls.leads_contacted), 0)::BIGINT AS leads_contacted,
        coalesce(sum(calls.leads_rpc), 0)::BIGINT AS leads_rpc,
        coalesce(sum(calls.sales), 0)::BIGINT AS sales,
        coalesce(sum(calls.unworkable), 0)::BIGINT AS unworkable,
        coalesce(sum(calls.bad_number), 0)::BIGINT AS bad_number,
        coalesce(sum(waiting.callbacks_open), 0)::BIGINT AS callbacks_open,
        CASE
            WHEN coalesce(sum(calls.sales), 0) = 0 THEN 0
            WHEN
                min(calls.first_currency) = delivered.currency AND max(calls.last_currency) = delivered.currency
                THEN sum(calls.revenue)
        END AS revenue,
        CASE WHEN min(delivered.cost_basis) = max(delivered.cost_basis) THEN min(delivered.cost_basis) END AS cost_basis,
        min(delivered.import_date) FILTER (WHERE delivered.is_counted = 1) AS first_received,
        max(delivered.import_date) FILTER (WHERE delivered.is_counted = 1) AS last_received
    FROM delivered
    LEFT JOIN reasons ON delivered.import_id = reasons.import_id
    LEFT JOIN live ON delivered.import_id = live.import_id
    LEFT JOIN calls ON delivered.import_id = calls.import_id AND delivered.is_counted = 1
    LEFT JOIN waiting ON delivered.import_id = waiting.import_id AND delivered.is_counted = 1
    GROUP BY delivered.supplier_id, delivered.supplier, delivered.period_start, delivered.period_end, delivered.currency
),

dialled AS (
    SELECT
        totals.supplier_id,
        totals.period,
        totals.currency,
        totals.leads_created + totals.leads_updated AS accepted,
        totals.cost_total::DOUBLE AS cost,
        CASE WHEN told.has_attempts THEN totals.attempts END AS attempts,
        CASE WHEN told.has_attempts THEN totals.leads_dialled END AS leads_dialled,
        CASE WHEN told.has_outcomes THEN totals.leads_contacted END AS leads_contacted,
        CASE WHEN told.has_outcomes THEN totals.leads_rpc END AS leads_rpc,
        CASE WHEN told.has_outcomes THEN totals.sales END AS sales,
        CASE WHEN told.has_outcomes THEN totals.unworkable END AS unworkable,
        CASE WHEN told.has_outcomes THEN totals.bad_number END AS bad_number,
        CASE WHEN told.has_outcomes THEN totals.revenue END AS revenue,
        CASE WHEN told.has_callbacks THEN totals.callbacks_open END AS callbacks_open
    FROM totals
    CROSS JOIN told
)

SELECT
    totals.supplier_id,
    totals.supplier_name,
    NULL::VARCHAR AS parent_supplier,
    totals.period_start,
    totals.period_end,
    totals.currency,
    totals.imports,
    totals.files,
    totals.files_failed,
    totals.rows_received,
    totals.rows_blank,
    totals.rows_rejected,
    totals.rows_quarantined,
    totals.rej_no_contact,
    totals.rej_phone_invalid,
    totals.rej_email_invalid,
    totals.rej_dnc,
    categories.by_category AS rej_dnc_by_category,
    totals.rej_dup_in_file,
    totals.dup_same_supplier AS rej_dup_existing_same_supplier,
    totals.dup_other_supplier AS rej_dup_existing_other_supplier,
    totals.rej_policy,
    totals.leads_created,
    totals.leads_updated,
    totals.leads_replaced,
    totals.leads_reset,
    totals.leads_created + totals.leads_updated AS leads_accepted,
    (totals.leads_created + totals.leads_updated) / nullif(totals.rows_received, 0) AS accept_rate,
    totals.rows_rejected / nullif(totals.rows_received, 0) AS reject_rate,
    (totals.rej_dup_in_file + totals.dup_same_supplier + totals.dup_other_supplier)
    / nullif(totals.rows_received, 0) AS dup_rate,
    totals.rej_dnc / nullif(totals.rows_received, 0) AS dnc_rate,
    (totals.rej_no_contact + totals.rej_phone_invalid + totals.rej_email_invalid)
    / nullif(totals.rows_received, 0) AS invalid_rate,
    totals.leads_live,
    (totals.cost_total / nullif(totals.rows_costed, 0))::DECIMAL(18, 6) AS unit_cost,
    totals.cost_basis,
    totals.cost_total::DECIMAL(18, 6) AS cost_total,
    NULL::DECIMAL(18, 6) AS cost_returned,
    totals.cost_total::DECIMAL(18, 6) AS cost_net,
    totals.cost_total::DOUBLE / nullif(totals.rows_received, 0) AS cpl_received,
    totals.cost_total::DOUBLE / nullif(totals.leads_created + totals.leads_updated, 0) AS cpl_accepted,
    dialled.leads_dialled,
    dialled.leads_dialled / nullif(dialled.accepted, 0) AS penetration,
    dialled.attempts,
    dialled.attempts / nullif(dialled.leads_dialled, 0) AS attempts_per_lead,
    dialled.leads_contacted,
    dialled.leads_rpc,
    dialled.leads_contacted / nullif(dialled.leads_dialled, 0) AS contact_rate,
    dialled.leads_contacted / nullif(dialled.accepted, 0) AS contact_rate_delivered,
    dialled.sales,
    dialled.sales / nullif(dialled.leads_contacted, 0) AS conversion_rate,
    dialled.sales / nullif(dialled.accepted, 0) AS lead_to_sale,
    dialled.callbacks_open,
    dialled.unworkable,
    dialled.bad_number AS bad_number_after_dial,
    dialled.cost / nullif(dialled.leads_contacted, 0) AS cost_per_contact,
    dialled.cost / nullif(dialled.sales, 0) AS cpa,
    dialled.revenue::DECIMAL(18, 6) AS revenue,
    (dialled.revenue - totals.cost_total)::DECIMAL(18, 6) AS profit,
    (dialled.revenue - totals.cost_total)::DOUBLE / nullif(dialled.cost, 0) AS roi,
    1 - totals.dup_other_supplier / nullif(totals.rows_received, 0) AS exclusivity,
    totals.first_received,
    totals.last_received,
    totals.rows_received
    = totals.leads_created + totals.leads_updated + totals.rows_rejected + totals.rows_quarantined AS reconciled
FROM totals
INNER JOIN dialled
    ON
        totals.supplier_id = dialled.supplier_id
        AND totals.period IS NOT DISTINCT FROM dialled.period
        AND totals.currency IS NOT DISTINCT FROM dialled.currency
LEFT JOIN categories
    ON
        totals.supplier_id = categories.supplier_id
        AND totals.period IS NOT DISTINCT FROM categories.period_start
        AND totals.currency IS NOT DISTINCT FROM categories.currency
ORDER BY totals.supplier_name, totals.period_start, totals.currency;
