-- What did imports do to the leads in question, and the rows in question to any lead?
--
-- reads   leads_in_question (lead_id BIGINT)    the leads
-- reads   rows_in_question (import_id VARCHAR, row_number BIGINT)    the rows
-- reads   effects (import_id VARCHAR, lead_id BIGINT, effect VARCHAR, row_number BIGINT, slot VARCHAR, lead_slot VARCHAR, list_id BIGINT)    what imports did to leads that were there
-- reads   imports (import_id VARCHAR, sequence BIGINT, status VARCHAR, file VARCHAR, list VARCHAR, import_date DATE, started_at TIMESTAMPTZ)    the imports
-- reads   import_rows (import_id VARCHAR, row_number BIGINT, lead_id BIGINT)    for the lead that came in the place of one
-- reads   lists (list_id BIGINT, name VARCHAR)    the lists
-- returns (lead_id BIGINT, effect VARCHAR, import_id VARCHAR, status VARCHAR, file VARCHAR, import_date DATE, started_at TIMESTAMPTZ, row_number BIGINT, slot VARCHAR, lead_slot VARCHAR, by_lead BIGINT, from_list VARCHAR, list VARCHAR)    one row per lead and effect, in order of time; list is the import's
SELECT
    effects.lead_id,
    effects.effect,
    effects.import_id,
    imports.status,
    imports.file,
    imports.import_date,
    imports.started_at,
    effects.row_number,
    effects.slot,
    effects.lead_slot,
    CASE WHEN effects.effect = 'replaced' THEN import_rows.lead_id END AS by_lead,
    lists.name AS from_list,
    imports.list
FROM effects
INNER JOIN imports ON effects.import_id = imports.import_id
LEFT JOIN import_rows ON effects.import_id = import_rows.import_id AND effects.row_number = import_rows.row_number
LEFT JOIN lists ON effects.list_id = lists.list_id
WHERE
    effects.lead_id IN (SELECT leads_in_question.lead_id FROM leads_in_question)
    OR (effects.import_id, effects.row_number) IN (SELECT (rows_in_question.import_id, rows_in_question.row_number) FROM rows_in_question)
ORDER BY imports.sequence, effects.lead_id, effects.effect;
