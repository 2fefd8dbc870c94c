DROP TABLE leads;
DROP TYPE lead_status;
