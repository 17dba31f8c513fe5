CREATE SCHEMA archive;
ALTER TABLE invoices SET SCHEMA archive;
