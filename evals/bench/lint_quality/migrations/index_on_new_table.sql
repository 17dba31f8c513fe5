CREATE TABLE wishlists (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id bigint NOT NULL, name text);
CREATE INDEX wishlists_user_id_idx ON wishlists (user_id);
