BEGIN;
--
-- Add field newsletter to user
--
ALTER TABLE "users" ADD COLUMN "newsletter" boolean DEFAULT false NOT NULL;
ALTER TABLE "users" ALTER COLUMN "newsletter" DROP DEFAULT;
COMMIT;
