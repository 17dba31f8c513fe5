ALTER TABLE users ADD CONSTRAINT users_country_key UNIQUE (country);
