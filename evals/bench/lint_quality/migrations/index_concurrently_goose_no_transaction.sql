-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY users_country_idx ON users (country);

-- +goose Down
DROP INDEX CONCURRENTLY users_country_idx;
