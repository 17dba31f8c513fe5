UPDATE users SET status = 'inactive' WHERE status IS NOT NULL;
