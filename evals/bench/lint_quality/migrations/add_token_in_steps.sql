ALTER TABLE sessions ADD COLUMN public_id uuid;
ALTER TABLE sessions ALTER COLUMN public_id SET DEFAULT gen_random_uuid();
