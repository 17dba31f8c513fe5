ALTER TABLE events_import ADD CONSTRAINT events_import_2026 CHECK (created_on >= '2026-01-01' AND created_on < '2027-01-01') NOT VALID;
ALTER TABLE events_import VALIDATE CONSTRAINT events_import_2026;
ALTER TABLE events ATTACH PARTITION events_import FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
ALTER TABLE events_import DROP CONSTRAINT events_import_2026;
