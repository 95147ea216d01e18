-- Bring the changes to the leads.
--
-- reads   changes (lead_id BIGINT, title VARCHAR, first_name VARCHAR, last_name VARCHAR, company VARCHAR, address VARCHAR, city VARCHAR, region VARCHAR, postcode VARCHAR, country VARCHAR, email VARCHAR, time_zone VARCHAR, call_info VARCHAR, language VARCHAR, notes VARCHAR, skill_group VARCHAR, tags VARCHAR[], phone1 STRUCT(dial VARCHAR, number BIGINT, kind VARCHAR), phone2 STRUCT(dial VARCHAR, number BIGINT, kind VARCHAR), phone3 STRUCT(dial VARCHAR, number BIGINT, kind VARCHAR), phone4 STRUCT(dial VARCHAR, number BIGINT, kind VARCHAR), phone5 STRUCT(dial VARCHAR, number BIGINT, kind VARCHAR))    what to change
-- reads   run (created_at TIMESTAMPTZ)    this import
-- changes leads (lead_id BIGINT, list_id BIGINT, supplier VARCHAR, import_id VARCHAR, row_number BIGINT, title VARCHAR, first_name VARCHAR, last_name VARCHAR, company VARCHAR, address VARCHAR, city VARCHAR, region VARCHAR, postcode VARCHAR, country VARCHAR, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_key BIGINT, phone2_key BIGINT, phone3_key BIGINT, phone4_key BIGINT, phone5_key BIGINT, phone1_type VARCHAR, phone2_type VARCHAR, phone3_type VARCHAR, phone4_type VARCHAR, phone5_type VARCHAR, time_zone VARCHAR, skill_group VARCHAR, call_info VARCHAR, language VARCHAR, tags VARCHAR[], notes VARCHAR, status VARCHAR, call_attempts INTEGER, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, expires_at TIMESTAMPTZ)    the leads; a phone slot moves as a whole
UPDATE leads
SET
    title = coalesce(changes.title, leads.title),
    first_name = coalesce(changes.first_name, leads.first_name),
    last_name = coalesce(changes.last_name, leads.last_name),
    company = coalesce(changes.company, leads.company),
    address = coalesce(changes.address, leads.address),
    city = coalesce(changes.city, leads.city),
    region = coalesce(changes.region, leads.region),
    postcode = coalesce(changes.postcode, leads.postcode),
    country = coalesce(changes.country, leads.country),
    email = coalesce(changes.email, leads.email),
    time_zone = coalesce(changes.time_zone, leads.time_zone),
    call_info = coalesce(changes.call_info, leads.call_info),
    language = coalesce(changes.language, leads.language),
    notes = coalesce(changes.notes, leads.notes),
    skill_group = coalesce(changes.skill_group, leads.skill_group),
    tags = coalesce(changes.tags, leads.tags),
    phone1 = CASE WHEN changes.phone1 IS NULL THEN leads.phone1 ELSE changes.phone1.dial END,
    phone1_key = CASE WHEN changes.phone1 IS NULL THEN leads.phone1_key ELSE changes.phone1.number END,
    phone1_type = CASE WHEN changes.phone1 IS NULL THEN leads.phone1_type ELSE changes.phone1.kind END,
    phone2 = CASE WHEN changes.phone2 IS NULL THEN leads.phone2 ELSE changes.phone2.dial END,
    phone2_key = CASE WHEN changes.phone2 IS NULL THEN leads.phone2_key ELSE changes.phone2.number END,
    phone2_type = CASE WHEN changes.phone2 IS NULL THEN leads.phone2_type ELSE changes.phone2.kind END,
    phone3 = CASE WHEN changes.phone3 IS NULL THEN leads.phone3 ELSE changes.phone3.dial END,
    phone3_key = CASE WHEN changes.phone3 IS NULL THEN leads.phone3_key ELSE changes.phone3.number END,
    phone3_type = CASE WHEN changes.phone3 IS NULL THEN leads.phone3_type ELSE changes.phone3.kind END,
    phone4 = CASE WHEN changes.phone4 IS NULL THEN leads.phone4 ELSE changes.phone4.dial END,
    phone4_key = CASE WHEN changes.phone4 IS NULL THEN leads.phone4_key ELSE changes.phone4.number END,
    phone4_type = CASE WHEN changes.phone4 IS NULL THEN leads.phone4_type ELSE changes.phone4.kind END,
    phone5 = CASE WHEN changes.phone5 IS NULL THEN leads.phone5 ELSE changes.phone5.dial END,
    phone5_key = CASE WHEN changes.phone5 IS NULL THEN leads.phone5_key ELSE changes.phone5.number END,
    phone5_type = CASE WHEN changes.phone5 IS NULL THEN leads.phone5_type ELSE changes.phone5.kind END,
    updated_at = run.created_at
FROM changes, run
WHERE leads.lead_id = changes.lead_id;
