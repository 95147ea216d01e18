-- What do the updating rows leave on each lead, the later row winning field by field?
--
-- reads   row_values (row_number BIGINT, lead_id BIGINT, fate VARCHAR, title VARCHAR, first_name VARCHAR, last_name VARCHAR, company VARCHAR, address VARCHAR, city VARCHAR, region VARCHAR, postcode VARCHAR, country VARCHAR, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_key BIGINT, phone2_key BIGINT, phone3_key BIGINT, phone4_key BIGINT, phone5_key BIGINT, phone1_type VARCHAR, phone2_type VARCHAR, phone3_type VARCHAR, phone4_type VARCHAR, phone5_type VARCHAR, time_zone VARCHAR, skill_group VARCHAR, call_info VARCHAR, language VARCHAR, tags VARCHAR[], notes VARCHAR, has_own_skill_group BOOLEAN, has_own_language BOOLEAN)    what each row brings; a blank brings nothing
-- returns (lead_id BIGINT, title VARCHAR, first_name VARCHAR, last_name VARCHAR, company VARCHAR, address VARCHAR, city VARCHAR, region VARCHAR, postcode VARCHAR, country VARCHAR, email VARCHAR, time_zone VARCHAR, call_info VARCHAR, language VARCHAR, notes VARCHAR, skill_group VARCHAR, tags VARCHAR[], phone1 STRUCT(dial VARCHAR, number BIGINT, kind VARCHAR), phone2 STRUCT(dial VARCHAR, number BIGINT, kind VARCHAR), phone3 STRUCT(dial VARCHAR, number BIGINT, kind VARCHAR), phone4 STRUCT(dial VARCHAR, number BIGINT, kind VARCHAR), phone5 STRUCT(dial VARCHAR, number BIGINT, kind VARCHAR))    one row per updated lead; NULL where nothing changes
SELECT
    lead_id,
    arg_max(title, row_number) AS title,
    arg_max(first_name, row_number) AS first_name,
    arg_max(last_name, row_number) AS last_name,
    arg_max(company, row_number) AS company,
    arg_max(address, row_number) AS address,
    arg_max(city, row_number) AS city,
    arg_max(region, row_number) AS region,
    arg_max(postcode, row_number) AS postcode,
    arg_max(country, row_number) AS country,
    arg_max(email, row_number) AS email,
    arg_max(time_zone, row_number) AS time_zone,
    arg_max(call_info, row_number) AS call_info,
    arg_max(language, row_number) FILTER (WHERE has_own_language) AS language,
    arg_max(notes, row_number) AS notes,
    arg_max(skill_group, row_number) FILTER (WHERE has_own_skill_group) AS skill_group,
    arg_max(tags, row_number) FILTER (WHERE len(tags) > 0) AS tags,
    arg_max({'dial': phone1, 'number': phone1_key, 'kind': phone1_type}, row_number) FILTER (WHERE phone1 IS NOT NULL) AS phone1,
    arg_max({'dial': phone2, 'number': phone2_key, 'kind': phone2_type}, row_number) FILTER (WHERE phone2 IS NOT NULL) AS phone2,
    arg_max({'dial': phone3, 'number': phone3_key, 'kind': phone3_type}, row_number) FILTER (WHERE phone3 IS NOT NULL) AS phone3,
    arg_max({'dial': phone4, 'number': phone4_key, 'kind': phone4_type}, row_number) FILTER (WHERE phone4 IS NOT NULL) AS phone4,
    arg_max({'dial': phone5, 'number': phone5_key, 'kind': phone5_type}, row_number) FILTER (WHERE phone5 IS NOT NULL) AS phone5
FROM row_values
WHERE fate = 'updated'
GROUP BY lead_id
ORDER BY lead_id;
