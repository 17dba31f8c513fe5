ALTER TABLE invoices VALIDATE CONSTRAINT invoices_user_fk;
