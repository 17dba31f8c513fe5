CREATE UNIQUE INDEX CONCURRENTLY events_import_pk ON events_import (id);
ALTER TABLE events_import ADD CONSTRAINT events_import_pk PRIMARY KEY USING INDEX events_import_pk;
