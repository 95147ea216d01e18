-- What does each import cost, by the newest version of its price, and what was given back of it?
--
-- reads   imports (import_id VARCHAR, rows_received BIGINT, created BIGINT, updated BIGINT, cost_unit DECIMAL(18,6), currency VARCHAR, cost_basis VARCHAR)    every import, with the price that it was made with
-- reads   costs (import_id VARCHAR, version BIGINT, cost_unit DECIMAL(18,6), currency VARCHAR, cost_basis VARCHAR)    prices that were corrected later
-- reads   refunds (import_id VARCHAR, amount DECIMAL(18,6), currency VARCHAR)    what suppliers gave back
-- returns (import_id VARCHAR, cost_version BIGINT, cost_unit DECIMAL(18,6), currency VARCHAR, cost_basis VARCHAR, rows_costed BIGINT, cost_total DECIMAL(18,6), cost_returned DECIMAL(18,6), cost_net DECIMAL(18,6))    one row per import; what is not known is NULL
WITH newest AS (
    SELECT
        import_id,
        max(version) AS version,
        arg_max(cost_unit, version) AS cost_unit,
        arg_max(currency, version) AS currency,
        arg_max(cost_basis, version) AS cost_basis
    FROM costs
    GROUP BY import_id
),

given_back AS (
    SELECT
        import_id,
        currency,
        sum(amount) AS amount
    FROM refunds
    GROUP BY import_id, currency
),

priced AS (
    SELECT
        imports.import_id,
        coalesce(newest.version, 1) AS cost_version,
        coalesce(newest.cost_unit, imports.cost_unit) AS cost_unit,
        coalesce(newest.currency, imports.currency) AS currency,
        coalesce(newest.cost_basis, imports.cost_basis) AS cost_basis,
        CASE coalesce(newest.cost_basis, imports.cost_basis)
            WHEN 'received' THEN imports.rows_received
            WHEN 'accepted' THEN imports.created + imports.updated
            WHEN 'created' THEN imports.created
        END AS rows_costed
    FROM imports
    LEFT JOIN newest ON imports.import_id = newest.import_id
),

totalled AS (
    SELECT
        *,
        (cost_unit * rows_costed)::DECIMAL(18, 6) AS cost_total
    FROM priced
)

SELECT
    totalled.import_id,
    totalled.cost_version,
    totalled.cost_unit,
    totalled.currency,
    totalled.cost_basis,
    totalled.rows_costed,
    totalled.cost_total,
    CASE WHEN totalled.cost_total IS NOT NULL THEN coalesce(given_back.amount, 0) END::DECIMAL(18, 6) AS cost_returned,
    (totalled.cost_total - coalesce(given_back.amount, 0))::DECIMAL(18, 6) AS cost_net
FROM totalled
LEFT JOIN given_back ON totalled.import_id = given_back.import_id AND totalled.currency = given_back.currency
ORDER BY totalled.import_id;
