DROP TRIGGER leads_record_status ON leads;
DROP FUNCTION leads_record_status();
DROP TRIGGER leads_touch ON leads;
DROP FUNCTION leads_touch();
