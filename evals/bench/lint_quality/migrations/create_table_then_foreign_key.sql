CREATE TABLE addresses (id bigint PRIMARY KEY, user_id bigint NOT NULL);
ALTER TABLE addresses ADD CONSTRAINT addresses_user_fk FOREIGN KEY (user_id) REFERENCES users (id);
