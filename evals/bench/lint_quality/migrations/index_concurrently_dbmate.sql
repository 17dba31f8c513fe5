-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY users_country_idx ON users (country);
-- migrate:down transaction:false
DROP INDEX CONCURRENTLY users_country_idx;
