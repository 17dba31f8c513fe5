BEGIN;
SAVEPOINT before_change;
ALTER TABLE plans ADD COLUMN trial_days integer NOT NULL DEFAULT 14;
RELEASE SAVEPOINT before_change;
COMMIT;
