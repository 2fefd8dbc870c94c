DROP TABLE tenants;
DROP TYPE tenant_plan;
