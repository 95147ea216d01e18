-- The reports of the dialler that were loaded.
--
-- reads   dialler_loads (load_id BIGINT, kind VARCHAR, file VARCHAR, sha256 VARCHAR, region VARCHAR, time_zone VARCHAR, is_replacement BOOLEAN, user VARCHAR, lines BIGINT, blank BIGINT, by_id BIGINT, by_number BIGINT, unmatched BIGINT, bad BIGINT, added BIGINT, repeated BIGINT, corrected BIGINT, removed BIGINT, late BIGINT, loaded_at TIMESTAMPTZ)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (load_id BIGINT, kind VARCHAR, file VARCHAR, sha256 VARCHAR, region VARCHAR, time_zone VARCHAR, is_replacement BOOLEAN, user VARCHAR, lines BIGINT, blank BIGINT, by_id BIGINT, by_number BIGINT, unmatched BIGINT, bad BIGINT, added BIGINT, repeated BIGINT, corrected BIGINT, removed BIGINT, late BIGINT, loaded_at TIMESTAMPTZ)    one row per load
SELECT
    dialler_loads.load_id,
    dialler_loads.kind,
    dialler_loads.file,
    dialler_loads.sha256,
    dialler_loads.region,
    dialler_loads.time_zone,
    dialler_loads.is_replacement,
    dialler_loads."user",
    dialler_loads.lines,
    dialler_loads.blank,
    dialler_loads.by_id,
    dialler_loads.by_number,
    dialler_loads.unmatched,
    dialler_loads.bad,
    dialler_loads.added,
    dialler_loads.repeated,
    dialler_loads.corrected,
    dialler_loads.removed,
    dialler_loads.late,
    dialler_loads.loaded_at
FROM dialler_loads
CROSS JOIN part
ORDER BY dialler_loads.load_id;
