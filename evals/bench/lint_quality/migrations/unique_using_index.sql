CREATE UNIQUE INDEX CONCURRENTLY payments_reference_key ON payments (reference);
ALTER TABLE payments ADD CONSTRAINT payments_reference_key UNIQUE USING INDEX payments_reference_key;
