ALTER TABLE payments
    ADD COLUMN gateway text,
    ADD CONSTRAINT payments_reference_unique UNIQUE (reference);
