CREATE TABLE wishes (id bigint PRIMARY KEY, label text);
ALTER TABLE wishes RENAME COLUMN label TO title;
ALTER TABLE wishes RENAME TO wishlists;
