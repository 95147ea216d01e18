-- What did each supplier deliver, what became of it, what did it cost and what was it worth?
--
-- reads   imports (import_id VARCHAR, status VARCHAR, sha256 VARCHAR, template VARCHAR, supplier VARCHAR, list VARCHAR, import_date DATE, rows_received BIGINT, blank_lines BIGINT, created BIGINT, updated BIGINT, rejected BIGINT, quarantined BIGINT, replaced BIGINT, reset BIGINT)    every import with its ledger
-- reads   suppliers (supplier_id BIGINT, name VARCHAR)    the suppliers
-- reads   import_costs (import_id VARCHAR, currency VARCHAR, cost_basis VARCHAR, rows_costed BIGINT, cost_total DECIMAL(18,6), cost_returned DECIMAL(18,6))    what each import costs
-- reads   import_rejects (import_id VARCHAR, rej_no_contact BIGINT, rej_phone_invalid BIGINT, rej_email_invalid BIGINT, rej_field_invalid BIGINT, rej_dnc BIGINT, rej_dup_in_file BIGINT, rej_dup_existing_same_supplier BIGINT, rej_dup_existing_other_supplier BIGINT, rej_policy BIGINT, dnc_categories STRUCT(category VARCHAR, rows BIGINT)[])    why its rows were rejected
-- reads   import_leads (import_id VARCHAR, leads_live BIGINT, leads_suppressed_later BIGINT, leads_removed BIGINT, leads_live_called BIGINT, callbacks_open BIGINT)    what became of its leads
-- reads   import_calls (import_id VARCHAR, called_from DATE, called_until DATE, attempts BIGINT, leads_dialled BIGINT, leads_contacted BIGINT, leads_rpc BIGINT, sales BIGINT, unworkable BIGINT, bad_number_after_dial BIGINT, revenue DECIMAL(18,6), first_currency VARCHAR, last_currency VARCHAR)    what the calls made of them
-- reads   import_ages (import_id VARCHAR, age_days BIGINT, rows BIGINT)    how old its rows were, of those that say so
-- reads   refused_drops (import_id VARCHAR, refused_on DATE)    drops that brought the content of an import again
-- reads   dialler_loads (kind VARCHAR)    what the dialler has reported at all
-- reads   report_period (period VARCHAR, basis VARCHAR, since DATE, until DATE, slices VARCHAR[])    day, week, month or all; received or activity; first and last day, NULL for no bound; any of list, template and import
-- returns (supplier_id BIGINT, supplier_name VARCHAR, parent_supplier VARCHAR, period_start DATE, period_end DATE, currency VARCHAR, list VARCHAR, template VARCHAR, import_id VARCHAR, imports BIGINT, files BIGINT, files_duplicate BIGINT, files_failed BIGINT, rows_received BIGINT, rows_blank BIGINT, rows_rejected BIGINT, rows_quarantined BIGINT, rej_unparseable BIGINT, rej_no_contact BIGINT, rej_phone_invalid BIGINT, rej_email_invalid BIGINT, rej_field_invalid BIGINT, rej_dnc BIGINT, rej_dnc_by_category MAP(VARCHAR, BIGINT), rej_dup_in_file BIGINT, rej_dup_existing_same_supplier BIGINT, rej_dup_existing_other_supplier BIGINT, rej_policy BIGINT, leads_created BIGINT, leads_updated BIGINT, leads_replaced BIGINT, leads_reset BIGINT, leads_accepted BIGINT, accept_rate DOUBLE, reject_rate DOUBLE, dup_rate DOUBLE, dnc_rate DOUBLE, invalid_rate DOUBLE, leads_live BIGINT, leads_expired BIGINT, leads_suppressed_later BIGINT, leads_removed BIGINT, unit_cost DECIMAL(18,6), cost_basis VARCHAR, cost_total DECIMAL(18,6), cost_returned DECIMAL(18,6), cost_net DECIMAL(18,6), cpl_received DOUBLE, cpl_accepted DOUBLE, leads_dialled BIGINT, penetration DOUBLE, penetration_inventory DOUBLE, attempts BIGINT, attempts_per_lead DOUBLE, leads_contacted BIGINT, leads_rpc BIGINT, contact_rate DOUBLE, contact_rate_delivered DOUBLE, sales BIGINT, conversion_rate DOUBLE, lead_to_sale DOUBLE, callbacks_open BIGINT, unworkable BIGINT, bad_number_after_dial BIGINT, cost_per_contact DOUBLE, cpa DOUBLE, revenue DECIMAL(18,6), profit DECIMAL(18,6), roi DOUBLE, exclusivity DOUBLE, freshness_days_p50 DOUBLE, first_received DATE, last_received DATE, reconciled BOOLEAN)    one row per supplier, period, currency and slice; a ratio with denominator 0 is NULL, and so is a slice that was not asked for, everything that the dialler has not reported, freshness where no row says when it was captured, costs where one of them is not known, and revenue where a sale has another currency than the cost
WITH facts AS (
    SELECT
        imports.import_id,
        imports.import_date AS happened_on,
        imports.import_date AS ended_on,
        imports.status AS fact
    FROM imports
    CROSS JOIN report_period
    WHERE
        imports.status IN ('completed', 'failed')
        AND imports.import_date BETWEEN coalesce(report_period.since, imports.import_date)
        AND coalesce(report_period.until, imports.import_date)
    UNION ALL
    SELECT
        imports.import_id,
        coalesce(import_calls.called_from, imports.import_date) AS happened_on,
        coalesce(import_calls.called_until, imports.import_date) AS ended_on,
        'calls' AS fact
    FROM import_calls
    INNER JOIN imports ON import_calls.import_id = imports.import_id AND imports.status = 'completed'
    CROSS JOIN report_period
    WHERE
        report_period.basis = 'activity'
        OR imports.import_date BETWEEN coalesce(report_period.since, imports.import_date)
        AND coalesce(report_period.until, imports.import_date)
    UNION ALL
    SELECT
        imports.import_id,
        refused_drops.refused_on AS happened_on,
        refused_drops.refused_on AS ended_on,
        'refused' AS fact
    FROM refused_drops
    INNER JOIN imports ON refused_drops.import_id = imports.import_id AND imports.status = 'completed'
    CROSS JOIN report_period
    WHERE
        refused_drops.refused_on BETWEEN coalesce(report_period.since, refused_drops.refused_on)
        AND coalesce(report_period.until, refused_drops.refused_on)
),

keyed AS (
    SELECT
        facts.import_id,
        facts.fact,
        facts.fact = 'completed' AS is_import,
        facts.fact = 'calls' AS is_calls,
        imports.import_date,
        facts.happened_on,
        facts.ended_on,
        CASE report_period.period
            WHEN 'day' THEN facts.happened_on
            WHEN 'week' THEN date_trunc('week', facts.happened_on)::DATE
            WHEN 'month' THEN date_trunc('month', facts.happened_on)::DATE
        END AS period_from,
        {
            'supplier': imports.supplier,
            'period_from': period_from,
            'currency': import_costs.currency,
            'list': CASE WHEN list_contains(report_period.slices, 'list') THEN imports.list END,
            'template': CASE WHEN list_contains(report_period.slices, 'template') THEN imports.template END,
            'import_id': CASE WHEN list_contains(report_period.slices, 'import') THEN imports.import_id END
        } AS slice
    FROM facts
    INNER JOIN imports ON facts.import_id = imports.import_id
    INNER JOIN import_costs ON facts.import_id = import_costs.import_id
    CROSS JOIN report_period
),

categories AS (
    SELECT
        slice,
        map_from_entries(list((category, rows) ORDER BY category)) AS by_category
    FROM (
        SELECT
            found.slice,
            found.entry.category,
            sum(found.entry.rows)::BIGINT AS rows
        FROM (
            SELECT
                keyed.slice,
                unnest(import_rejects.dnc_categories) AS entry
            FROM keyed
            INNER JOIN import_rejects ON keyed.import_id = import_rejects.import_id
            WHERE keyed.is_import
        ) AS found
        GROUP BY ALL
    ) AS dnc_rows
    GROUP BY slice
),

numbered AS (
    -- Numbers for slices: they are compared once per import, and not once per age of its rows.
    SELECT
        import_id,
        slice,
        dense_rank() OVER (ORDER BY slice) AS slice_number
    FROM keyed
    WHERE is_import
),

aged AS (
    SELECT
        numbered.slice_number,
        import_ages.age_days,
        sum(sum(import_ages.rows)) OVER (PARTITION BY numbered.slice_number ORDER BY import_ages.age_days) AS rows_until,
        sum(sum(import_ages.rows)) OVER (PARTITION BY numbered.slice_number) AS rows_in_all
    FROM numbered
    INNER JOIN import_ages ON numbered.import_id = import_ages.import_id
    GROUP BY numbered.slice_number, import_ages.age_days
),

freshness AS (
    SELECT
        named.slice,
        medians.days_p50
    FROM (
        -- The mean of the two in the middle, which are one where the rows are odd.
        SELECT
            slice_number,
            (min(age_days) FILTER (WHERE rows_until * 2 >= rows_in_all) + min(age_days) FILTER (WHERE rows_until * 2 > rows_in_all)) / 2
                AS days_p50
        FROM aged
        GROUP BY slice_number
    ) AS medians
    INNER JOIN (SELECT DISTINCT slice, slice_number FROM numbered) AS named ON medians.slice_number = named.slice_number
),

grouped AS (
    SELECT
        keyed.slice,
        suppliers.supplier_id,
        suppliers.name AS supplier_name,
        coalesce(keyed.period_from, min(keyed.happened_on)) AS period_start,
        CASE report_period.period
            WHEN 'day' THEN keyed.period_from
            WHEN 'week' THEN keyed.period_from + 6
            WHEN 'month' THEN last_day(keyed.period_from)
            ELSE max(keyed.ended_on)
        END AS period_end,
        keyed.slice.currency,
        keyed.slice.list,
        keyed.slice.template,
        keyed.slice.import_id,
        count(*) FILTER (WHERE keyed.is_import) AS imports,
        count(DISTINCT imports.sha256) FILTER (WHERE keyed.is_import) AS files,
        count(*) FILTER (WHERE keyed.fact = 'refused') AS files_duplicate,
        count(*) FILTER (WHERE keyed.fact = 'failed') AS files_failed,
        coalesce(sum(imports.rows_received) FILTER (WHERE keyed.is_import), 0)::BIGINT AS rows_received,
        coalesce(sum(imports.blank_lines) FILTER (WHERE keyed.is_import), 0)::BIGINT AS rows_blank,
        coalesce(sum(imports.rejected) FILTER (WHERE keyed.is_import), 0)::BIGINT AS rows_rejected,
        coalesce(sum(imports.quarantined) FILTER (WHERE keyed.is_import), 0)::BIGINT AS rows_quarantined,
        coalesce(sum(import_rejects.rej_no_contact) FILTER (WHERE keyed.is_import), 0)::BIGINT AS rej_no_contact,
        coalesce(sum(import_rejects.rej_phone_invalid) FILTER (WHERE keyed.is_import), 0)::BIGINT AS rej_phone_invalid,
        coalesce(sum(import_rejects.rej_email_invalid) FILTER (WHERE keyed.is_import), 0)::BIGINT AS rej_email_invalid,
        coalesce(sum(import_rejects.rej_field_invalid) FILTER (WHERE keyed.is_import), 0)::BIGINT AS rej_field_invalid,
        coalesce(sum(import_rejects.rej_dnc) FILTER (WHERE keyed.is_import), 0)::BIGINT AS rej_dnc,
        coalesce(sum(import_rejects.rej_dup_in_file) FILTER (WHERE keyed.is_import), 0)::BIGINT AS rej_dup_in_file,
        coalesce(sum(import_rejects.rej_dup_existing_same_supplier) FILTER (WHERE keyed.is_import), 0)::BIGINT AS rej_dup_existing_same_supplier,
        coalesce(sum(import_rejects.rej_dup_existing_other_supplier) FILTER (WHERE keyed.is_import), 0)::BIGINT AS rej_dup_existing_other_supplier,
        coalesce(sum(import_rejects.rej_policy) FILTER (WHERE keyed.is_import), 0)::BIGINT AS rej_policy,
        coalesce(sum(imports.created) FILTER (WHERE keyed.is_import), 0)::BIGINT AS leads_created,
        coalesce(sum(imports.updated) FILTER (WHERE keyed.is_import), 0)::BIGINT AS leads_updated,
        coalesce(sum(imports.replaced) FILTER (WHERE keyed.is_import), 0)::BIGINT AS leads_replaced,
        coalesce(sum(imports.reset) FILTER (WHERE keyed.is_import), 0)::BIGINT AS leads_reset,
        coalesce(sum(imports.created + imports.updated) FILTER (WHERE keyed.is_import), 0)::BIGINT AS leads_accepted,
        coalesce(sum(import_leads.leads_live) FILTER (WHERE keyed.is_import), 0)::BIGINT AS leads_live,
        coalesce(sum(import_leads.leads_suppressed_later) FILTER (WHERE keyed.is_import), 0)::BIGINT AS leads_suppressed_later,
        coalesce(sum(import_leads.leads_removed) FILTER (WHERE keyed.is_import), 0)::BIGINT AS leads_removed,
        coalesce(sum(import_leads.leads_live_called) FILTER (WHERE keyed.is_import), 0)::BIGINT AS leads_live_called,
        coalesce(sum(import_leads.callbacks_open) FILTER (WHERE keyed.is_import), 0)::BIGINT AS callbacks_open,
        sum(import_costs.rows_costed) FILTER (WHERE keyed.is_import) AS rows_costed,
        CASE
            WHEN bool_and(import_costs.cost_total IS NOT NULL) FILTER (WHERE keyed.is_import)
                THEN (sum(import_costs.cost_total) FILTER (WHERE keyed.is_import))::DECIMAL(18, 6)
        END AS cost_total,
        CASE
            WHEN bool_and(import_costs.cost_total IS NOT NULL) FILTER (WHERE keyed.is_import)
                THEN (sum(import_costs.cost_returned) FILTER (WHERE keyed.is_import))::DECIMAL(18, 6)
        END AS cost_returned,
        CASE
            WHEN count(DISTINCT import_costs.cost_basis) FILTER (WHERE keyed.is_import) = 1
                THEN any_value(import_costs.cost_basis) FILTER (WHERE keyed.is_import)
        END AS cost_basis,
        coalesce(sum(import_calls.attempts) FILTER (WHERE keyed.is_calls), 0)::BIGINT AS attempts,
        coalesce(sum(import_calls.leads_dialled) FILTER (WHERE keyed.is_calls), 0)::BIGINT AS leads_dialled,
        coalesce(sum(import_calls.leads_contacted) FILTER (WHERE keyed.is_calls), 0)::BIGINT AS leads_contacted,
        coalesce(sum(import_calls.leads_rpc) FILTER (WHERE keyed.is_calls), 0)::BIGINT AS leads_rpc,
        coalesce(sum(import_calls.sales) FILTER (WHERE keyed.is_calls), 0)::BIGINT AS sales,
        coalesce(sum(import_calls.unworkable) FILTER (WHERE keyed.is_calls), 0)::BIGINT AS unworkable,
        coalesce(sum(import_calls.bad_number_after_dial) FILTER (WHERE keyed.is_calls), 0)::BIGINT AS bad_number_after_dial,
        coalesce(sum(import_calls.revenue), 0) AS revenue,
        coalesce(
            bool_or(
                import_calls.first_currency IS DISTINCT FROM keyed.slice.currency
                OR import_calls.last_currency IS DISTINCT FROM keyed.slice.currency
            ) FILTER (WHERE import_calls.first_currency IS NOT NULL),
            FALSE
        ) AS is_mixed,
        min(keyed.import_date) FILTER (WHERE keyed.is_import) AS first_received,
        max(keyed.import_date) FILTER (WHERE keyed.is_import) AS last_received
    FROM keyed
    INNER JOIN imports ON keyed.import_id = imports.import_id
    INNER JOIN suppliers ON imports.supplier = suppliers.name
    INNER JOIN import_costs ON keyed.import_id = import_costs.import_id
    LEFT JOIN import_rejects ON keyed.import_id = import_rejects.import_id
    LEFT JOIN import_leads ON keyed.import_id = import_leads.import_id
    LEFT JOIN import_calls
        ON
            keyed.is_calls
            AND keyed.import_id = import_calls.import_id
            AND coalesce(import_calls.called_from, keyed.import_date) = keyed.happened_on
    CROSS JOIN report_period
    GROUP BY keyed.slice, keyed.period_from, suppliers.supplier_id, suppliers.name, report_period.period
),

told AS (
    SELECT
        coalesce(bool_or(kind IN ('attempts', 'dispositions')), FALSE) AS has_attempts,
        coalesce(bool_or(kind = 'dispositions'), FALSE) AS has_outcomes,
        coalesce(bool_or(kind = 'callbacks'), FALSE) AS has_callbacks
    FROM dialler_loads
),

worth AS (
    SELECT
        grouped.slice,
        (grouped.cost_total - grouped.cost_returned)::DOUBLE AS cost_net,
        CASE WHEN told.has_attempts THEN grouped.attempts END AS attempts,
        CASE WHEN told.has_attempts THEN grouped.leads_dialled END AS leads_dialled,
        CASE WHEN told.has_attempts THEN grouped.leads_live_called END AS leads_live_called,
        CASE WHEN told.has_outcomes THEN grouped.leads_contacted END AS leads_contacted,
        CASE WHEN told.has_outcomes THEN grouped.leads_rpc END AS leads_rpc,
        CASE WHEN told.has_outcomes THEN grouped.sales END AS sales,
        CASE WHEN told.has_outcomes THEN grouped.unworkable END AS unworkable,
        CASE WHEN told.has_outcomes THEN grouped.bad_number_after_dial END AS bad_number_after_dial,
        CASE WHEN told.has_outcomes AND NOT grouped.is_mixed THEN grouped.revenue END AS revenue,
        CASE WHEN told.has_callbacks THEN grouped.callbacks_open END AS callbacks_open
    FROM grouped
    CROSS JOIN told
)

SELECT
    grouped.supplier_id,
    grouped.supplier_name,
    NULL::VARCHAR AS parent_supplier,
    grouped.period_start,
    grouped.period_end,
    grouped.currency,
    grouped.list,
    grouped.template,
    grouped.import_id,
    grouped.imports,
    grouped.files,
    grouped.files_duplicate,
    grouped.files_failed,
    grouped.rows_received,
    grouped.rows_blank,
    grouped.rows_rejected,
    grouped.rows_quarantined,
    0::BIGINT AS rej_unparseable,
    grouped.rej_no_contact,
    grouped.rej_phone_invalid,
    grouped.rej_email_invalid,
    grouped.rej_field_invalid,
    grouped.rej_dnc,
    categories.by_category AS rej_dnc_by_category,
    grouped.rej_dup_in_file,
    grouped.rej_dup_existing_same_supplier,
    grouped.rej_dup_existing_other_supplier,
    grouped.rej_policy,
    grouped.leads_created,
    grouped.leads_updated,
    grouped.leads_replaced,
    grouped.leads_reset,
    grouped.leads_accepted,
    grouped.leads_accepted / nullif(grouped.rows_received, 0) AS accept_rate,
    grouped.rows_rejected / nullif(grouped.rows_received, 0) AS reject_rate,
    (grouped.rej_dup_in_file + grouped.rej_dup_existing_same_supplier + grouped.rej_dup_existing_other_supplier)
    / nullif(grouped.rows_received, 0) AS dup_rate,
    grouped.rej_dnc / nullif(grouped.rows_received, 0) AS dnc_rate,
    (grouped.rej_no_contact + grouped.rej_phone_invalid + grouped.rej_email_invalid + grouped.rej_field_invalid)
    / nullif(grouped.rows_received, 0) AS invalid_rate,
    grouped.leads_live,
    grouped.leads_created - grouped.leads_live - grouped.leads_suppressed_later - grouped.leads_removed AS leads_expired,
    grouped.leads_suppressed_later,
    grouped.leads_removed,
    (grouped.cost_total / nullif(grouped.rows_costed, 0))::DECIMAL(18, 6) AS unit_cost,
    grouped.cost_basis,
    grouped.cost_total,
    grouped.cost_returned,
    (grouped.cost_total - grouped.cost_returned)::DECIMAL(18, 6) AS cost_net,
    worth.cost_net / nullif(grouped.rows_received, 0) AS cpl_received,
    worth.cost_net / nullif(grouped.leads_accepted, 0) AS cpl_accepted,
    worth.leads_dialled,
    worth.leads_dialled / nullif(grouped.leads_accepted, 0) AS penetration,
    worth.leads_live_called / nullif(grouped.leads_live, 0) AS penetration_inventory,
    worth.attempts,
    worth.attempts / nullif(worth.leads_dialled, 0) AS attempts_per_lead,
    worth.leads_contacted,
    worth.leads_rpc,
    worth.leads_contacted / nullif(worth.leads_dialled, 0) AS contact_rate,
    worth.leads_contacted / nullif(grouped.leads_accepted, 0) AS contact_rate_delivered,
    worth.sales,
    worth.sales / nullif(worth.leads_contacted, 0) AS conversion_rate,
    worth.sales / nullif(grouped.leads_accepted, 0) AS lead_to_sale,
    worth.callbacks_open,
    worth.unworkable,
    worth.bad_number_after_dial,
    worth.cost_net / nullif(worth.leads_contacted, 0) AS cost_per_contact,
    worth.cost_net / nullif(worth.sales, 0) AS cpa,
    worth.revenue::DECIMAL(18, 6) AS revenue,
    (worth.revenue - (grouped.cost_total - grouped.cost_returned))::DECIMAL(18, 6) AS profit,
    (worth.revenue - (grouped.cost_total - grouped.cost_returned))::DOUBLE / nullif(worth.cost_net, 0) AS roi,
    1 - grouped.rej_dup_existing_other_supplier / nullif(grouped.rows_received, 0) AS exclusivity,
    freshness.days_p50 AS freshness_days_p50,
    grouped.first_received,
    grouped.last_received,
    grouped.rows_received = grouped.leads_accepted + grouped.rows_rejected + grouped.rows_quarantined AS reconciled
FROM grouped
INNER JOIN worth ON grouped.slice = worth.slice
LEFT JOIN categories ON grouped.slice = categories.slice
LEFT JOIN freshness ON grouped.slice = freshness.slice
ORDER BY grouped.supplier_name, grouped.period_start, grouped.currency, grouped.list, grouped.template, grouped.import_id;
