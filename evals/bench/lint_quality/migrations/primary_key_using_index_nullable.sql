CREATE UNIQUE INDEX CONCURRENTLY invoices_number_pk ON invoices (number);
ALTER TABLE invoices DROP CONSTRAINT invoices_pkey;
ALTER TABLE invoices ADD CONSTRAINT invoices_pkey PRIMARY KEY USING INDEX invoices_number_pk;
