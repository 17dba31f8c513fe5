CREATE OR REPLACE VIEW active_users AS SELECT id, email, name, country FROM users WHERE status = 'active';
