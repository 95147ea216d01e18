-- What would each supplier have cost if nobody who was delivered before, by anyone to any list, had been paid for?
--
-- reads   imports (import_id VARCHAR, sequence BIGINT, status VARCHAR, supplier VARCHAR)    every import
-- reads   import_costs (import_id VARCHAR, cost_unit DECIMAL(18,6), currency VARCHAR, cost_net DECIMAL(18,6))    what each costs
-- reads   import_rows (import_id VARCHAR, row_number BIGINT, fate VARCHAR, lead_id BIGINT, points BIGINT[])    every row of every import, with the contact points of leads that are gone
-- reads   leads (lead_id BIGINT, email VARCHAR, phone1_e164 VARCHAR, phone2_e164 VARCHAR, phone3_e164 VARCHAR, phone4_e164 VARCHAR, phone5_e164 VARCHAR)    the leads that are there
-- returns (supplier VARCHAR, currency VARCHAR, leads_created BIGINT, delivered_before BIGINT, cost_net DECIMAL(18,6), cost_of_those DECIMAL(18,6), cost_if_deduped DECIMAL(18,6))    one row per supplier and currency; a lead was delivered before if any phone or e-mail was in a lead of an earlier import or row; NULL where a cost is not known
WITH made AS (
    SELECT
        imports.import_id,
        imports.sequence,
        import_rows.row_number,
        import_rows.lead_id,
        import_rows.points
    FROM import_rows
    INNER JOIN imports ON import_rows.import_id = imports.import_id AND imports.status = 'completed'
    WHERE import_rows.fate = 'created'
),

points AS (
    SELECT
        made.import_id,
        made.lead_id,
        {'sequence': made.sequence, 'row_number': made.row_number} AS place,
        unnest(list_distinct(list_concat(
            made.points,
            [
                substr(leads.phone1_e164, 2)::BIGINT,
                substr(leads.phone2_e164, 2)::BIGINT,
                substr(leads.phone3_e164, 2)::BIGINT,
                substr(leads.phone4_e164, 2)::BIGINT,
                substr(leads.phone5_e164, 2)::BIGINT
            ],
            [-1 - (md5_number(lower(leads.email)) >> 82)::BIGINT]
        ))) AS value
    FROM made
    LEFT JOIN leads ON made.lead_id = leads.lead_id
),

firsts AS (
    SELECT
        value,
        min(place) AS place
    FROM points
    GROUP BY value
),

again AS (
    SELECT
        points.import_id,
        count(DISTINCT points.lead_id) AS leads
    FROM points
    INNER JOIN firsts ON points.value = firsts.value AND points.place > firsts.place
    GROUP BY points.import_id
),

brought AS (
    SELECT
        imports.supplier,
        import_costs.currency,
        import_costs.cost_net,
        import_costs.cost_unit * coalesce(again.leads, 0) AS cost_of_those,
        counted.leads_created,
        coalesce(again.leads, 0) AS delivered_before
    FROM imports
    INNER JOIN import_costs ON imports.import_id = import_costs.import_id
    INNER JOIN (SELECT import_id, count(*) AS leads_created FROM made GROUP BY import_id) AS counted
        ON imports.import_id = counted.import_id
    LEFT JOIN again ON imports.import_id = again.import_id
)

SELECT
    supplier,
    currency,
    sum(leads_created)::BIGINT AS leads_created,
    sum(delivered_before)::BIGINT AS delivered_before,
    CASE WHEN bool_and(cost_net IS NOT NULL) THEN sum(cost_net)::DECIMAL(18, 6) END AS cost_net,
    CASE WHEN bool_and(cost_net IS NOT NULL) THEN sum(cost_of_those)::DECIMAL(18, 6) END AS cost_of_those,
    CASE WHEN bool_and(cost_net IS NOT NULL) THEN sum(cost_net - cost_of_those)::DECIMAL(18, 6) END AS cost_if_deduped
FROM brought
GROUP BY supplier, currency
ORDER BY supplier, currency;
