BEGIN;

-- Running upgrade 9af3 -> 1c2e

ALTER TABLE users ADD COLUMN timezone VARCHAR(64);

CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL);

UPDATE alembic_version SET version_num='1c2e' WHERE alembic_version.version_num = '9af3';

COMMIT;
