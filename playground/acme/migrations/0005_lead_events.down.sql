DROP TABLE lead_events;
