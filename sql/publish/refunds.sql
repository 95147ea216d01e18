-- What suppliers gave back of the cost of imports.
--
-- reads   refunds (refund_id BIGINT, import_id VARCHAR, amount DECIMAL(18,6), currency VARCHAR, notes VARCHAR, user VARCHAR, refunded_at TIMESTAMPTZ)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (refund_id BIGINT, import_id VARCHAR, amount DECIMAL(18,6), currency VARCHAR, notes VARCHAR, user VARCHAR, refunded_at TIMESTAMPTZ)    one row per refund
SELECT
    refunds.refund_id,
    refunds.import_id,
    refunds.amount,
    refunds.currency,
    refunds.notes,
    refunds."user",
    refunds.refunded_at
FROM refunds
CROSS JOIN part
ORDER BY refunds.refund_id;
