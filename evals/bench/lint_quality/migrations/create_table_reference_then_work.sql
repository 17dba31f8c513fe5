BEGIN;
CREATE TABLE favourites (user_id bigint REFERENCES users (id), product_id integer REFERENCES products (id));
INSERT INTO favourites SELECT id, id FROM users;
COMMIT;
