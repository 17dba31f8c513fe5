-- server: 18
ALTER TABLE users ADD CONSTRAINT users_bio_present NOT NULL bio;
