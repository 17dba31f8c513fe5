BEGIN;
ALTER TABLE "payments" ADD CONSTRAINT "payments_reference_8c2f_uniq" UNIQUE ("reference");
CREATE INDEX "payments_reference_8c2f_like" ON "payments" ("reference" text_pattern_ops);
COMMIT;
