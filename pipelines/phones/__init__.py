from pipelines.phones.parsing import parse_phones as parse_phones
