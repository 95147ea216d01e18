-- The do-not-call loads.
--
-- reads   dnc_loads (load_id BIGINT, category VARCHAR, file VARCHAR, sha256 VARCHAR, source VARCHAR, region VARCHAR, as_of DATE, is_replacement BOOLEAN, lines BIGINT, added BIGINT, already_there BIGINT, removed BIGINT, unparsed BIGINT, blank BIGINT, loaded_at TIMESTAMPTZ, mode VARCHAR, prefixes BIGINT, washed BIGINT)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (load_id BIGINT, category VARCHAR, file VARCHAR, sha256 VARCHAR, source VARCHAR, region VARCHAR, as_of DATE, is_replacement BOOLEAN, lines BIGINT, added BIGINT, already_there BIGINT, removed BIGINT, unparsed BIGINT, blank BIGINT, loaded_at TIMESTAMPTZ, mode VARCHAR, prefixes BIGINT, washed BIGINT)    one row per load
SELECT
    dnc_loads.load_id,
    dnc_loads.category,
    dnc_loads.file,
    dnc_loads.sha256,
    dnc_loads.source,
    dnc_loads.region,
    dnc_loads.as_of,
    dnc_loads.is_replacement,
    dnc_loads.lines,
    dnc_loads.added,
    dnc_loads.already_there,
    dnc_loads.removed,
    dnc_loads.unparsed,
    dnc_loads.blank,
    dnc_loads.loaded_at,
    dnc_loads.mode,
    dnc_loads.prefixes,
    dnc_loads.washed
FROM dnc_loads
CROSS JOIN part
ORDER BY dnc_loads.load_id;
