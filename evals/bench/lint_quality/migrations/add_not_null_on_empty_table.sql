ALTER TABLE feature_flags ADD COLUMN owner text NOT NULL;
