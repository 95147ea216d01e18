-- What becomes of the rows of the drop of which anything is said, and why?
--
-- reads   odd_rows (row_number BIGINT, line_number BIGINT, code VARCHAR, detail VARCHAR, warnings VARCHAR[], raw_cells VARCHAR)    the cleaned rows in question
-- reads   age_verdicts (row_number BIGINT, code VARCHAR, detail VARCHAR)    who was captured too long ago, or after the import
-- reads   cooldown_verdicts (row_number BIGINT, code VARCHAR, detail VARCHAR)    who is left in peace
-- reads   dnc_verdicts (row_number BIGINT, category VARCHAR, is_rejected BOOLEAN, detail VARCHAR)    what the do-not-call lists say
-- reads   duplicate_verdicts (row_number BIGINT, fate VARCHAR, code VARCHAR, detail VARCHAR, warnings VARCHAR[], lead_id BIGINT)    what the duplicate check says
-- reads   shared_rows (row_number BIGINT, detail VARCHAR)    rows with the number of a switchboard
-- reads   run (lead_base BIGINT)    this import
-- returns (row_number BIGINT, line_number BIGINT, fate VARCHAR, code VARCHAR, detail VARCHAR, warnings VARCHAR[], raw_cells VARCHAR, lead_id BIGINT)    one row per row in question; the first code that applies in the order of the walk
WITH decided AS (
    SELECT
        odd_rows.row_number,
        odd_rows.line_number,
        odd_rows.raw_cells,
        CASE
            WHEN starts_with(odd_rows.code, 'Q_') THEN 'quarantined'
            WHEN odd_rows.code IS NOT NULL OR aged.code = 'R_TOO_OLD' OR cooled.code IS NOT NULL OR on_dnc.is_rejected THEN 'rejected'
            ELSE coalesce(duplicate.fate, 'created')
        END AS fate,
        CASE
            WHEN odd_rows.code IS NOT NULL THEN odd_rows.code
            WHEN aged.code = 'R_TOO_OLD' THEN aged.code
            WHEN cooled.code IS NOT NULL THEN cooled.code
            WHEN on_dnc.is_rejected THEN 'R_DNC_' || regexp_replace(trim(on_dnc.category), '\s+', '_', 'g')
            ELSE duplicate.code
        END AS code,
        nullif(concat_ws('; ', odd_rows.detail, aged.detail, cooled.detail, on_dnc.detail, shared.detail, duplicate.detail), '') AS detail,
        CASE
            WHEN
                on_dnc.row_number IS NULL
                AND shared.row_number IS NULL
                AND aged.row_number IS NULL
                AND coalesce(len(duplicate.warnings), 0) = 0
                THEN odd_rows.warnings
            ELSE list_sort(list_distinct(list_concat(
                    odd_rows.warnings,
                    coalesce(duplicate.warnings, []),
                    CASE WHEN aged.code = 'W_CAPTURED_ON' THEN [aged.code] ELSE [] END,
                    CASE WHEN on_dnc.row_number IS NULL THEN [] ELSE ['W_DNC_DROPPED'] END,
                    CASE WHEN shared.row_number IS NULL THEN [] ELSE ['W_SHARED_PHONE'] END
                )))
        END AS warnings,
        duplicate.lead_id AS met_lead_id
    FROM odd_rows
    LEFT JOIN age_verdicts AS aged ON odd_rows.row_number = aged.row_number
    LEFT JOIN cooldown_verdicts AS cooled ON odd_rows.row_number = cooled.row_number
    LEFT JOIN dnc_verdicts AS on_dnc ON odd_rows.row_number = on_dnc.row_number
    LEFT JOIN shared_rows AS shared ON odd_rows.row_number = shared.row_number
    LEFT JOIN duplicate_verdicts AS duplicate ON odd_rows.row_number = duplicate.row_number
)

SELECT
    decided.row_number,
    decided.line_number,
    decided.fate,
    decided.code,
    decided.detail,
    decided.warnings,
    CASE WHEN decided.raw_cells IS NOT NULL THEN json_merge_patch('{}', decided.raw_cells)::VARCHAR END AS raw_cells,
    CASE WHEN decided.fate = 'created' THEN run.lead_base + decided.row_number ELSE decided.met_lead_id END AS lead_id
FROM decided
CROSS JOIN run
ORDER BY decided.row_number;
