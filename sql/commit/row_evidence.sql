-- What is to be known of the rows whose contact points no lead of theirs has?
--
-- reads   unled (row_number BIGINT)    rows that make no lead, or one without a number that they brought
-- reads   drop_rows (row_number BIGINT, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_key BIGINT, phone2_key BIGINT, phone3_key BIGINT, phone4_key BIGINT, phone5_key BIGINT)    the cleaned rows
-- reads   duplicate_verdicts (row_number BIGINT, detail VARCHAR)    what the duplicate check says: <slot> = <slot> of lead|row <number>
-- reads   existing_matches (lead_id BIGINT, scope VARCHAR)    the leads that are met
-- reads   dnc_hits (row_number BIGINT, slot VARCHAR, category VARCHAR, source VARCHAR, listed_on DATE, load_id BIGINT)    the do-not-call entries
-- reads   run (import_id VARCHAR, lead_base BIGINT, dedupe_action VARCHAR, own_scope VARCHAR)    this import
-- returns (import_id VARCHAR, row_number BIGINT, lead_base BIGINT, met STRUCT(slot VARCHAR, lead_id BIGINT, row_number BIGINT, other_slot VARCHAR, scope VARCHAR, action VARCHAR), listed STRUCT(slot VARCHAR, category VARCHAR, source VARCHAR, listed_on DATE, load_id BIGINT)[], points BIGINT[])    one row per row in question
WITH told AS (
    SELECT
        row_number,
        regexp_extract(detail, '^(\w+) = (\w+) of (lead|row) ([0-9]+)', ['slot', 'other_slot', 'whose', 'number']) AS said
    FROM duplicate_verdicts
),

scopes AS (
    SELECT DISTINCT
        lead_id,
        scope
    FROM existing_matches
),

met AS (
    SELECT
        told.row_number,
        {
            'slot': told.said.slot,
            'lead_id': CASE WHEN told.said.whose = 'lead' THEN told.said.number::BIGINT END,
            'row_number': CASE WHEN told.said.whose = 'row' THEN told.said.number::BIGINT END,
            'other_slot': told.said.other_slot,
            'scope': CASE WHEN told.said.whose = 'row' THEN run.own_scope ELSE scopes.scope END,
            'action': run.dedupe_action
        } AS met
    FROM told
    CROSS JOIN run
    LEFT JOIN scopes ON CASE WHEN told.said.whose = 'lead' THEN told.said.number::BIGINT END = scopes.lead_id
),

listed AS (
    SELECT
        row_number,
        -- By slot, as each is there once; an aggregate in order takes three times as long.
        list_sort(list(
            {'slot': slot, 'category': category, 'source': source, 'listed_on': listed_on, 'load_id': load_id}
        )) AS listed
    FROM dnc_hits
    GROUP BY row_number
),

found AS (
    SELECT
        drop_rows.row_number,
        CASE WHEN drop_rows.phone1 IS NOT NULL THEN coalesce(
                    drop_rows.phone1_key, 3000000000000000000
                    + coalesce(nullif(ltrim(regexp_replace(drop_rows.phone1, '[^0-9]', '', 'g'), '0'), ''), '0')::BIGINT
                )
        END AS point1,
        CASE WHEN drop_rows.phone2 IS NOT NULL THEN coalesce(
                    drop_rows.phone2_key, 3000000000000000000
                    + coalesce(nullif(ltrim(regexp_replace(drop_rows.phone2, '[^0-9]', '', 'g'), '0'), ''), '0')::BIGINT
                )
        END AS point2,
        CASE WHEN drop_rows.phone3 IS NOT NULL THEN coalesce(
                    drop_rows.phone3_key, 3000000000000000000
                    + coalesce(nullif(ltrim(regexp_replace(drop_rows.phone3, '[^0-9]', '', 'g'), '0'), ''), '0')::BIGINT
                )
        END AS point3,
        CASE WHEN drop_rows.phone4 IS NOT NULL THEN coalesce(
                    drop_rows.phone4_key, 3000000000000000000
                    + coalesce(nullif(ltrim(regexp_replace(drop_rows.phone4, '[^0-9]', '', 'g'), '0'), ''), '0')::BIGINT
                )
        END AS point4,
        CASE WHEN drop_rows.phone5 IS NOT NULL THEN coalesce(
                    drop_rows.phone5_key, 3000000000000000000
                    + coalesce(nullif(ltrim(regexp_replace(drop_rows.phone5, '[^0-9]', '', 'g'), '0'), ''), '0')::BIGINT
                )
        END AS point5,
        -1 - (md5_number(lower(drop_rows.email)) >> 82)::BIGINT AS point6
    FROM drop_rows
    SEMI JOIN unled ON drop_rows.row_number = unled.row_number
),

points AS (
    SELECT
        row_number,
        list_distinct([point1, point2, point3, point4, point5, point6]) AS points
    FROM found
)

SELECT
    run.import_id,
    points.row_number,
    run.lead_base,
    met.met,
    listed.listed,
    points.points
FROM points
CROSS JOIN run
LEFT JOIN met ON points.row_number = met.row_number
LEFT JOIN listed ON points.row_number = listed.row_number
ORDER BY points.row_number;
