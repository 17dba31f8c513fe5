DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_indexes WHERE indexname = 'users_phone_idx') THEN
        CREATE INDEX users_phone_idx ON users (phone);
    END IF;
END $$;
