-- What may an agent still read of the rows that lost a number?
--
-- reads   drop_rows (row_number BIGINT, call_info VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_cell VARCHAR, phone2_cell VARCHAR, phone3_cell VARCHAR, phone4_cell VARCHAR, phone5_cell VARCHAR)    the cleaned rows
-- reads   dnc_verdicts (row_number BIGINT, slots VARCHAR[])    the slots to empty
-- returns (row_number BIGINT, call_info VARCHAR)    one row per such row for which there is anything to read, in no order
WITH hidden AS (
    -- An agent must not read a number either that was taken off the lead, in whatever spelling it was sent.
    SELECT
        drop_rows.row_number,
        drop_rows.call_info,
        CASE WHEN list_contains(taken.slots, 'phone1') THEN coalesce(drop_rows.phone1_cell, '') ELSE '' END AS cell1,
        CASE WHEN list_contains(taken.slots, 'phone1') THEN coalesce(drop_rows.phone1, '') ELSE '' END AS dial1,
        CASE WHEN list_contains(taken.slots, 'phone2') THEN coalesce(drop_rows.phone2_cell, '') ELSE '' END AS cell2,
        CASE WHEN list_contains(taken.slots, 'phone2') THEN coalesce(drop_rows.phone2, '') ELSE '' END AS dial2,
        CASE WHEN list_contains(taken.slots, 'phone3') THEN coalesce(drop_rows.phone3_cell, '') ELSE '' END AS cell3,
        CASE WHEN list_contains(taken.slots, 'phone3') THEN coalesce(drop_rows.phone3, '') ELSE '' END AS dial3,
        CASE WHEN list_contains(taken.slots, 'phone4') THEN coalesce(drop_rows.phone4_cell, '') ELSE '' END AS cell4,
        CASE WHEN list_contains(taken.slots, 'phone4') THEN coalesce(drop_rows.phone4, '') ELSE '' END AS dial4,
        CASE WHEN list_contains(taken.slots, 'phone5') THEN coalesce(drop_rows.phone5_cell, '') ELSE '' END AS cell5,
        CASE WHEN list_contains(taken.slots, 'phone5') THEN coalesce(drop_rows.phone5, '') ELSE '' END AS dial5
    FROM drop_rows
    INNER JOIN dnc_verdicts AS taken ON drop_rows.row_number = taken.row_number
    WHERE drop_rows.call_info IS NOT NULL
),

halfway AS (
    SELECT
        *,
        replace(
            replace(replace(replace(replace(
                call_info, cell1, ''
            ), cell2, ''), cell3, ''), cell4, ''), cell5, ''
        ) AS without_cells
    FROM hidden
)

SELECT
    row_number,
    replace(
        replace(replace(replace(replace(
            without_cells, dial1, ''
        ), dial2, ''), dial3, ''), dial4, ''), dial5, ''
    ) AS call_info
FROM halfway;
