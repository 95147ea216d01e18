-- How fresh the do-not-call categories have to be.
--
-- reads   dnc_rules (category VARCHAR, max_age_days INTEGER, clock_days INTEGER, wash_days INTEGER)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (category VARCHAR, max_age_days INTEGER, clock_days INTEGER, wash_days INTEGER)    one row per category
SELECT
    dnc_rules.category,
    dnc_rules.max_age_days,
    dnc_rules.clock_days,
    dnc_rules.wash_days
FROM dnc_rules
CROSS JOIN part
ORDER BY dnc_rules.category;
