ALTER TABLE invoices ADD CONSTRAINT invoices_id_number_key UNIQUE (id, number);
